//! Deletes outdated data in slices, so that other work never waits long for the database. Outdated
//! data is already without effect. Any node may run this, even several at once.

use std::time::Duration;

use actix_web::web::Data;

use super::{Stop, approvals, factor_recoveries, second_steps};
use crate::accounts::devices;
use crate::accounts::links::Purpose;
use crate::accounts::sessions::policy;
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::{DbError, Tx};
use crate::mail::message_id;
use crate::store::{outbox, retention};
use crate::values::ClientInfo;

/// Rows per slice. One slice takes about 10 milliseconds.
const SLICE: i64 = 200;
const DAY: Duration = Duration::from_hours(24);
/// Retention after the end of each record. `docs/security.md` lists the times under 'What is kept,
/// and for how long'.
const KEEP_INVITATIONS: Duration = DAY.saturating_mul(30);
const KEEP_LINKS: Duration = DAY;
const KEEP_MAILS: Duration = DAY;
const KEEP_SESSIONS: Duration = DAY.saturating_mul(30);
const KEEP_TOKENS: Duration = DAY.saturating_mul(30);
const KEEP_EVENTS: Duration = DAY.saturating_mul(90);
const KEEP_ADMIN_LOG: Duration = DAY.saturating_mul(400);
const KEEP_RECOVERIES: Duration = DAY.saturating_mul(90);
/// The clocks of nodes differ a little.
const KEEP_USED_CODES: Duration = Duration::from_mins(5);
/// Equals the lifetime of an undo link, so that an undo can restore the factors.
const KEEP_REMOVED_FACTORS: Duration = Purpose::Undo.lifetime();

/// A clean-up step for one table. It deletes one slice and returns the number of deleted rows.
type Deletion = fn(&mut Tx<'_>, Timestamp) -> Result<usize, DbError>;

const DELETIONS: [Deletion; 20] = [
    |tx, now| Ok(retention::pending_signups(tx, now, SLICE)?),
    |tx, now| Ok(retention::invitations(tx, now - KEEP_INVITATIONS, SLICE)?),
    |tx, now| Ok(retention::links(tx, now - KEEP_LINKS, SLICE)?),
    |tx, now| Ok(retention::outbox(tx, now - KEEP_MAILS, SLICE)?),
    |tx, now| {
        Ok(retention::sessions(
            tx,
            policy::live_at(now - KEEP_SESSIONS),
            SLICE,
        )?)
    },
    |tx, now| Ok(retention::personal_tokens(tx, now - KEEP_TOKENS, SLICE)?),
    |tx, now| Ok(retention::events(tx, now - KEEP_EVENTS, SLICE)?),
    |tx, now| Ok(retention::admin_log(tx, now - KEEP_ADMIN_LOG, SLICE)?),
    |tx, now| Ok(retention::rate_limits(tx, now, SLICE)?),
    |tx, now| Ok(retention::form_results(tx, now, SLICE)?),
    |tx, now| Ok(retention::login_failures(tx, now, SLICE)?),
    |tx, now| Ok(retention::pending_logins(tx, now, SLICE)?),
    |tx, now| {
        Ok(retention::removed_apps(
            tx,
            now - KEEP_REMOVED_FACTORS,
            SLICE,
        )?)
    },
    |tx, now| {
        Ok(retention::removed_passkeys(
            tx,
            now - KEEP_REMOVED_FACTORS,
            SLICE,
        )?)
    },
    |tx, now| Ok(retention::spent_challenges(tx, now, SLICE)?),
    |tx, now| Ok(retention::used_codes(tx, now - KEEP_USED_CODES, SLICE)?),
    |tx, now| {
        Ok(retention::factor_recoveries(
            tx,
            now - KEEP_RECOVERIES,
            SLICE,
        )?)
    },
    |tx, now| {
        Ok(retention::removed_codes(
            tx,
            now - KEEP_REMOVED_FACTORS,
            SLICE,
        )?)
    },
    |tx, now| Ok(retention::known_devices(tx, now - devices::KEEP, SLICE)?),
    |tx, now| Ok(retention::temporary_devices(tx, now, SLICE)?),
];

pub(super) async fn run(app: Data<App>, mut stop: Stop) {
    if let Err(error) = second_steps::warn_of_unknown_seals(&app).await {
        tracing::warn!(%error, "counting authenticator apps failed");
    }
    loop {
        tokio::select! {
            cleaned = clean(&app) => {
                if let Err(error) = cleaned {
                    tracing::warn!(%error, "cleanup failed, will retry");
                }
            }
            () = stop.requested() => return,
        }
        tokio::select! {
            () = tokio::time::sleep(app.settings.cleanup_every) => {}
            () = stop.requested() => return,
        }
    }
}

async fn clean(app: &App) -> Result<(), DbError> {
    expire_emails(app).await?;
    second_steps::report_abandoned_logins(app).await?;
    second_steps::reseal(app).await?;
    factor_recoveries::advance(app).await?;
    approvals::notify_administrators(app).await?;
    for deletion in DELETIONS {
        while delete_slice(app, deletion).await? == usize::try_from(SLICE).unwrap_or(usize::MAX) {
            // Lets other work use the database between two slices.
            tokio::task::yield_now().await;
        }
    }
    app.db.erase_deleted().await;
    Ok(())
}

async fn delete_slice(app: &App, deletion: Deletion) -> Result<usize, DbError> {
    let work = move |tx: &mut Tx<'_>| {
        let now = tx.now;
        deletion(tx, now)
    };
    app.write(ClientInfo::hidden(), work).await
}

/// Erases the content of expired emails, including the tokens of their links. Logs each real email
/// that was never delivered. In development mode nothing is logged, because emails are read on the
/// mailbox page.
async fn expire_emails(app: &App) -> Result<(), DbError> {
    loop {
        let work = |tx: &mut Tx<'_>| {
            let now = tx.now;
            Ok(outbox::expire(tx, now, SLICE)?)
        };
        let (expired, undelivered) = app.write(ClientInfo::hidden(), work).await?;
        if !app.has_dev_mailbox() {
            for id in undelivered {
                tracing::warn!(
                    message_id = message_id(&id, &app.public_url),
                    "giving up email, it has expired"
                );
            }
        }
        if i64::try_from(expired).is_ok_and(|expired| expired < SLICE) {
            return Ok(());
        }
    }
}
