//! Logging to standard error: text on a terminal, otherwise one JSON object per line.

use std::fmt::Debug;
use std::io::{self, IsTerminal};
use std::panic;

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::{self, MakeWriter};
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

use super::log_queue::{LogGuard, LogQueue};

/// Starts the log of a command. Each line waits for the reader of the log.
pub(super) fn start(filter: &str) {
    start_with(filter, io::stderr);
}

/// Starts the log of a server. No line waits for the reader of the log.
pub(super) fn start_for_server(filter: &str) -> io::Result<LogGuard> {
    let (queue, end) = LogQueue::start()?;
    start_with(filter, queue);
    Ok(end)
}

fn start_with<Writer>(filter: &str, writer: Writer)
where
    Writer: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    // The settings have already been parsed with this filter.
    let mut targets: Targets = filter.parse().unwrap_or_default();
    // actix logs a line at every start. It also logs a malformed request head as an error, so
    // attackers could flood the log. A filter that mentions actix keeps these lines.
    if !filter.contains("actix") {
        targets = targets
            .with_target("actix_server", Level::WARN)
            .with_target("actix_http", LevelFilter::OFF);
    }
    let registry = tracing_subscriber::registry()
        .with(targets)
        .with(LateConnectionFilter);
    // A panic message may contain user input, so only its location is logged.
    panic::set_hook(Box::new(|panic| {
        let location = panic
            .location()
            .map(ToString::to_string)
            .unwrap_or_default();
        tracing::error!(place = location, "panicked");
    }));
    if io::stderr().is_terminal() {
        registry.with(fmt::layer().with_writer(writer)).init();
    } else {
        registry
            .with(
                fmt::layer()
                    .json()
                    .flatten_event(true)
                    .with_span_list(false)
                    .with_writer(writer),
            )
            .init();
    }
}

/// Filter for the error "No workers". actix logs it for a connection that arrives while the server
/// stops, which is harmless. If a worker dies, actix logs a separate error.
struct LateConnectionFilter;

impl<S: Subscriber> Layer<S> for LateConnectionFilter {
    fn event_enabled(&self, event: &Event<'_>, _: Context<'_, S>) -> bool {
        let metadata = event.metadata();
        if *metadata.level() != Level::ERROR || metadata.target() != "actix_server::accept" {
            return true;
        }
        let mut is_late = IsLateConnection(false);
        event.record(&mut is_late);
        !is_late.0
    }
}

struct IsLateConnection(bool);

impl Visit for IsLateConnection {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0 |= field.name() == "message" && format!("{value:?}") == "No workers";
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    /// Number of events received.
    #[derive(Clone, Default)]
    struct Counter(Arc<Mutex<usize>>);

    impl<S: Subscriber> Layer<S> for Counter {
        fn on_event(&self, _: &Event<'_>, _: Context<'_, S>) {
            *self.0.lock().expect("no other thread") += 1;
        }
    }

    #[test]
    fn only_errors_of_late_connections_are_dropped() {
        let counter = Counter::default();
        let log = tracing_subscriber::registry()
            .with(LateConnectionFilter)
            .with(counter.clone());
        let logged = |event: fn()| {
            let before = *counter.0.lock().expect("no other thread");
            event();
            *counter.0.lock().expect("no other thread") - before
        };
        tracing::subscriber::with_default(log, || {
            const ACCEPT: &str = "actix_server::accept";
            assert_eq!(logged(|| tracing::error!(target: ACCEPT, "No workers")), 0);
            assert_eq!(logged(|| tracing::error!(target: ACCEPT, "No sockets")), 1);
            assert_eq!(logged(|| tracing::warn!(target: ACCEPT, "No workers")), 1);
            assert_eq!(logged(|| tracing::error!("No workers")), 1);
        });
    }
}
