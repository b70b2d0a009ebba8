//! The queue between the threads of the server and standard error. A slow or missing reader of the
//! log delays neither requests nor the stop. The module `logging` sets the format and the filter.
//!
//! The crate tracing-appender does not replace it. At the stop, with a full queue, that crate
//! prints to standard output, and panics if that is closed. It also does not log the number of lost
//! lines.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// Largest number of queued lines, about 3 MB. Further lines are lost and counted.
const MAX_WAITING: usize = 8_192;
/// Longest wait for the reader at the end. Requests in progress have already used most of the five
/// seconds that a stop may take.
const TIMEOUT: Duration = Duration::from_millis(300);

/// A queue that takes one line per `write` and never blocks.
pub(super) struct LogQueue {
    state: Mutex<State>,
    filled: Condvar,
    emptied: Condvar,
}

/// A guard that waits when it is dropped. A reader that keeps up gets all queued lines.
pub(super) struct LogGuard(Arc<LogQueue>);

#[derive(Default)]
struct State {
    lines: VecDeque<Vec<u8>>,
    is_writing: bool,
    /// Lines lost since the start.
    lost: u64,
}

impl LogQueue {
    /// Starts the thread that writes the lines.
    pub(super) fn start() -> io::Result<(Arc<Self>, LogGuard)> {
        let queue = Arc::new(Self {
            state: Mutex::default(),
            filled: Condvar::new(),
            emptied: Condvar::new(),
        });
        let writers = Arc::clone(&queue);
        thread::Builder::new()
            .name("log".to_owned())
            .spawn(move || writers.write_out())?;
        Ok((Arc::clone(&queue), LogGuard(queue)))
    }

    fn write_out(&self) {
        let mut reported = 0;
        loop {
            let line = self.take();
            let written = io::stderr().write_all(&line);
            let mut state = self.state();
            state.is_writing = false;
            // The reader may be gone, or its disk may be full.
            state.lost += u64::from(written.is_err());
            let (is_empty, lost) = (state.lines.is_empty(), state.lost);
            drop(state);
            // The loss is logged only once a line has been written again.
            if is_empty && lost > reported && written.is_ok() {
                tracing::warn!(
                    lines = lost,
                    "lost log lines since the start, log is full or read too slowly"
                );
                reported = lost;
            }
            self.emptied.notify_all();
        }
    }

    fn take(&self) -> Vec<u8> {
        let state = self.state();
        let filled = self
            .filled
            .wait_while(state, |state| state.lines.is_empty());
        let mut state = filled.unwrap_or_else(PoisonError::into_inner);
        state.is_writing = true;
        // The wait ended because the queue is not empty.
        state.lines.pop_front().unwrap_or_default()
    }

    /// Locks the state. No step leaves it half changed, so a poisoned lock is harmless.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Write for &LogQueue {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut state = self.state();
        if state.lines.len() < MAX_WAITING {
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
        // Without a reader, the remaining lines are lost.
        drop(
            self.0
                .emptied
                .wait_timeout_while(self.0.state(), TIMEOUT, waits),
        );
    }
}
