//! Deletes outdated data in slices, so that other work never waits long for the database. Outdated
//! data is already without effect. Any node may run this, even several at once.

use std::time::Duration;

use actix_web::web::Data;

use super::Stop;
use crate::accounts::{devices, sign_in};
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::{DbConnection, DbError};
use crate::mail::message_id;
use crate::store::{outbox, retention};

/// Rows per slice. One slice takes about 10 milliseconds.
const SLICE: i64 = 200;
const DAY: Duration = Duration::from_hours(24);
/// Retention after the end of each record. `docs/security.md` lists the times under 'What is kept,
/// and for how long'.
const KEEP_LINKS: Duration = DAY;
const KEEP_MAILS: Duration = DAY;
const KEEP_SESSIONS: Duration = DAY.saturating_mul(30);
const KEEP_TOKENS: Duration = DAY.saturating_mul(30);
const KEEP_EVENTS: Duration = DAY.saturating_mul(90);

/// A clean-up step for one table. It deletes one slice and returns the number of deleted rows.
type Turn = fn(&mut DbConnection, Timestamp) -> Result<usize, DbError>;

const TURNS: [Turn; 8] = [
    |db, now| Ok(retention::pending_signups(db, now.millis(), SLICE)?),
    |db, now| Ok(retention::links(db, (now - KEEP_LINKS).millis(), SLICE)?),
    |db, now| Ok(retention::outbox(db, (now - KEEP_MAILS).millis(), SLICE)?),
    |db, now| {
        let end = now - KEEP_SESSIONS;
        Ok(retention::sessions(db, end.millis(), sign_in::idle_since(end), SLICE)?)
    },
    |db, now| Ok(retention::personal_tokens(db, (now - KEEP_TOKENS).millis(), SLICE)?),
    |db, now| Ok(retention::events(db, (now - KEEP_EVENTS).millis(), SLICE)?),
    |db, now| Ok(retention::throttles(db, now.millis(), SLICE)?),
    |db, now| Ok(retention::known_devices(db, (now - devices::KEEP).millis(), SLICE)?),
];

pub(super) async fn run(app: Data<App>, mut stop: Stop) {
    loop {
        tokio::select! {
            cleaned = clean(&app) => {
                if let Err(error) = cleaned {
                    tracing::warn!("cleaning up has to wait: {error}");
                }
            }
            () = stop.told() => return,
        }
        tokio::select! {
            () = tokio::time::sleep(app.settings.cleanup_every) => {}
            () = stop.told() => return,
        }
    }
}

async fn clean(app: &App) -> Result<(), DbError> {
    bury_dead_mails(app).await?;
    for turn in TURNS {
        let now = app.clock.now();
        while app.db.write(move |db| turn(db, now)).await? == usize::try_from(SLICE).unwrap_or(usize::MAX) {
            // Lets other work use the database between two slices.
            tokio::task::yield_now().await;
        }
    }
    app.db.erase_deleted().await;
    Ok(())
}

/// Erases the content of expired emails, including the tokens of their links. Logs each real email
/// that was never delivered. In development mode nothing is logged, because emails are read on the
/// mailbox page.
async fn bury_dead_mails(app: &App) -> Result<(), DbError> {
    loop {
        let now = app.clock.now();
        let (expired, meant) = app.db.write(move |db| Ok(outbox::expire(db, now.millis(), SLICE)?)).await?;
        if !app.has_dev_mailbox() {
            for id in meant {
                tracing::warn!(message_id = message_id(&id, &app.public_url), "a mail was given up: its link has died");
            }
        }
        if i64::try_from(expired).is_ok_and(|expired| expired < SLICE) {
            return Ok(());
        }
    }
}
