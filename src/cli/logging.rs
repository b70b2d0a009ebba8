//! The log: on standard error, text on a terminal, otherwise one JSON object a line.

use std::io::{self, IsTerminal};
use std::panic;

use tracing::Level;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::{self, MakeWriter};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use super::log_queue::{LogGuard, LogQueue};

/// Starts it for a command, which waits for whoever reads it.
pub(super) fn start(filter: &str) {
    start_with(filter, io::stderr);
}

/// Starts it for a server, which waits for nobody.
pub(super) fn start_for_server(filter: &str) -> io::Result<LogGuard> {
    let (queue, end) = LogQueue::start()?;
    start_with(filter, queue);
    Ok(end)
}

fn start_with<Writer>(filter: &str, writer: Writer)
where
    Writer: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    // The settings have parsed it before.
    let mut targets: Targets = filter.parse().unwrap_or_default();
    // The server library greets at every start, and calls a head that it can't read an error, of which strangers could make
    // as many as they like; whoever wants that asks for it.
    if !filter.contains("actix") {
        targets = targets.with_target("actix_server", Level::WARN).with_target("actix_http", LevelFilter::OFF);
    }
    let registry = tracing_subscriber::registry().with(targets);
    // A panic's own words may hold what somebody typed: its place is enough.
    panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "panicked");
    }));
    if io::stderr().is_terminal() {
        registry.with(fmt::layer().with_writer(writer)).init();
    } else {
        registry.with(fmt::layer().json().flatten_event(true).with_span_list(false).with_writer(writer)).init();
    }
}
