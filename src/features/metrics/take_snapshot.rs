//! The operation: reads what is not counted as it happens, but is so at a moment: what waits.

use std::time::Duration;

use crate::app::App;
use crate::clock::Timestamp;
use crate::db::DbConnection;
use crate::metrics::Snapshot;
use crate::store::outbox;

/// How the program stands now. A database that does not answer is part of that, and no failure.
pub async fn take_snapshot(app: &App) -> Snapshot {
    let (now, load) = (app.clock.now(), app.hasher.load());
    let waiting = app.db.read(|db: &mut DbConnection| Ok(outbox::count_waiting(db)?)).await;
    let mails = waiting.ok().map(|(count, oldest)| match oldest {
        // At the mailbox page they wait to be read.
        Some(oldest) if !app.has_dev_mailbox() => (count, now.since(Timestamp::from_millis(oldest))),
        _ => (0, Duration::ZERO),
    });
    Snapshot { password_checks: load.checks, password_wait: load.wait, mails }
}
