//! The queue between a server's threads and standard error: whoever reads the log too slowly, or not at all, holds up no request
//! and no stop. What a line says, and whether it is written, stands elsewhere.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// Lines that may wait; some 3 MB. One that finds no place is lost, and counted.
const MOST_WAITING: usize = 8_192;
/// How long the end waits for a reader.
const PATIENCE: Duration = Duration::from_secs(1);

/// Takes lines, each by one `write`, and never waits.
pub(super) struct LogQueue {
    state: Mutex<State>,
    changed: Condvar,
}

/// What was taken is written before this is dropped, if somebody reads it within a second.
pub(super) struct LogEnd(Arc<LogQueue>);

#[derive(Default)]
struct State {
    lines: VecDeque<Vec<u8>>,
    is_writing: bool,
    lost: u64,
}

impl LogQueue {
    /// Starts its thread.
    pub(super) fn start() -> io::Result<(Arc<Self>, LogEnd)> {
        let queue = Arc::new(Self { state: Mutex::default(), changed: Condvar::new() });
        let writers = Arc::clone(&queue);
        thread::Builder::new().name("log".to_owned()).spawn(move || writers.write_out())?;
        Ok((Arc::clone(&queue), LogEnd(queue)))
    }

    fn write_out(&self) {
        let mut told = 0;
        loop {
            let (line, lost) = self.take();
            // Who reads it may have gone.
            drop(io::stderr().write_all(&line));
            self.state().is_writing = false;
            self.changed.notify_all();
            if lost > told {
                // This is a line like any other: lost itself, the next one makes up for it.
                tracing::warn!(lines = lost, "log lines were lost since the start: whoever reads the log is too slow");
                told = lost;
            }
        }
    }

    fn take(&self) -> (Vec<u8>, u64) {
        let mut state = self.state();
        loop {
            if let Some(line) = state.lines.pop_front() {
                state.is_writing = true;
                return (line, state.lost);
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// No step leaves it half done, so one that panicked has harmed nothing.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Write for &LogQueue {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut state = self.state();
        if state.lines.len() < MOST_WAITING {
            state.lines.push_back(line.to_owned());
            self.changed.notify_all();
        } else {
            state.lost += 1;
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for LogEnd {
    fn drop(&mut self) {
        let waits = |state: &mut State| state.is_writing || !state.lines.is_empty();
        // Without a reader the rest is lost with the program.
        drop(self.0.changed.wait_timeout_while(self.0.state(), PATIENCE, waits));
    }
}
