//! Faults of the servers in this process: error lines of the log, a page with status 500 among
//! them, and panics of server threads. A test in whose app one happened fails, even if every
//! response that it looked at was right.

use std::fmt::{Debug, Write};
use std::panic;
use std::sync::{Mutex, Once};
use std::thread;

use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::{Event, Level, Metadata, Subscriber, span};

/// The name of the thread on which a test runs a server. Its background work runs there, too.
pub const SERVER_THREAD: &str = "test-server";

/// Beginnings of the names of a server's threads.
const SERVER_THREADS: [&str; 7] = [
    SERVER_THREAD,
    "actix",
    "tokio",
    "sqlite-",
    "postgres-",
    "hasher-",
    "strength-",
];

static FAULTS: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Collects error lines, and lets everything else pass.
struct ErrorLines;

/// The fields of an event as text.
struct Fields(String);

/// Begins to collect faults, once per process.
pub fn collect() {
    static BEGUN: Once = Once::new();
    BEGUN.call_once(|| {
        tracing::subscriber::set_global_default(ErrorLines).expect("the first subscriber");
        let print = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            // The test runner names a test's thread after the test. Threads that a test starts have
            // no name, and their panic is the test's.
            let thread = thread::current();
            let name = thread.name().unwrap_or_default();
            if SERVER_THREADS.iter().any(|server| name.starts_with(server)) {
                note(panic.to_string());
            }
            print(panic);
        }));
    });
}

/// Returns the faults so far, and forgets them.
pub fn take() -> Vec<String> {
    std::mem::take(&mut FAULTS.lock().expect("no thread panics with the lock"))
}

fn note(fault: String) {
    FAULTS
        .lock()
        .expect("no thread panics with the lock")
        .push(fault);
}

impl Subscriber for ErrorLines {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        // The HTTP library calls a head that it can't read an error.
        *metadata.level() == Level::ERROR && metadata.target().starts_with("vestibule")
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::ERROR)
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields(event.metadata().target().to_owned());
        event.record(&mut fields);
        note(fields.0);
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, " {field}={value:?}").expect("a string takes all");
    }
}
