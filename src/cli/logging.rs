//! Logging to standard error: text on a terminal, otherwise one JSON object per line.

use std::io::{self, IsTerminal};
use std::panic;

use tracing::Level;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::{self, MakeWriter};
use tracing_subscriber::layer::SubscriberExt;
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
    let registry = tracing_subscriber::registry().with(targets);
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
