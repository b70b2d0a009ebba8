//! The queue between a server's threads and standard error: whoever reads the log too slowly, or not at all, holds up no request
//! and no stop. What a line says, and whether it is written, stands elsewhere.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// Lines that may wait; some 3 MB. One that finds no place is lost, and counted.
const MOST_WAITING: usize = 8_192;
/// How long the end waits for a reader: what is in flight has had most of the five seconds that a stop may take.
const PATIENCE: Duration = Duration::from_millis(300);

/// Takes lines, each by one `write`, and never waits.
pub(super) struct LogQueue {
    state: Mutex<State>,
    filled: Condvar,
    emptied: Condvar,
}

/// What was taken is written before this is dropped, if somebody reads it at once.
pub(super) struct LogGuard(Arc<LogQueue>);

#[derive(Default)]
struct State {
    lines: VecDeque<Vec<u8>>,
    is_writing: bool,
    /// Since the start.
    lost: u64,
}

impl LogQueue {
    /// Starts its thread.
    pub(super) fn start() -> io::Result<(Arc<Self>, LogGuard)> {
        let queue = Arc::new(Self { state: Mutex::default(), filled: Condvar::new(), emptied: Condvar::new() });
        let writers = Arc::clone(&queue);
        thread::Builder::new().name("log".to_owned()).spawn(move || writers.write_out())?;
        Ok((Arc::clone(&queue), LogGuard(queue)))
    }

    fn write_out(&self) {
        let mut told = 0;
        loop {
            let line = self.take();
            let written = io::stderr().write_all(&line);
            let mut state = self.state();
            state.is_writing = false;
            // Who reads it may have gone, or its disk be full.
            state.lost += u64::from(written.is_err());
            let (is_empty, lost) = (state.lines.is_empty(), state.lost);
            drop(state);
            // Told once there is somebody to tell.
            if is_empty && lost > told && written.is_ok() {
                tracing::warn!(lines = lost, "log lines were lost since the start: whoever reads the log was too slow");
                told = lost;
            }
            self.emptied.notify_all();
        }
    }

    fn take(&self) -> Vec<u8> {
        let state = self.state();
        let filled = self.filled.wait_while(state, |state| state.lines.is_empty());
        let mut state = filled.unwrap_or_else(PoisonError::into_inner);
        state.is_writing = true;
        // It has just been seen not to be empty.
        state.lines.pop_front().unwrap_or_default()
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
            self.filled.notify_one();
        } else {
            state.lost += 1;
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for LogGuard {
    fn drop(&mut self) {
        let waits = |state: &mut State| state.is_writing || !state.lines.is_empty();
        // Without a reader the rest is lost with the program.
        drop(self.0.emptied.wait_timeout_while(self.0.state(), PATIENCE, waits));
    }
}
