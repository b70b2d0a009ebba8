//! The operation: reads the metrics that describe the present state, such as queue lengths. All
//! others are counted as they happen.

use std::time::Duration;

use crate::app::App;
use crate::metrics::Snapshot;
use crate::store::outbox;

/// Reads the present state. A database that does not answer is part of that state, not an error.
pub async fn take_snapshot(app: &App) -> Snapshot {
    let (now, load) = (app.clock.now(), app.hasher.load());
    let waiting = app.read(|tx| Ok(outbox::count_waiting(tx)?)).await;
    let mails = waiting.ok().map(|(count, oldest)| match oldest {
        // With the development mailbox, emails wait to be read instead of delivered.
        Some(oldest) if !app.has_dev_mailbox() => (count, now.since(oldest)),
        _ => (0, Duration::ZERO),
    });
    Snapshot {
        password_checks: load.checks,
        password_wait: load.wait,
        mails,
    }
}
