//! The operation: exports all data that the server stores about a user. First, a transaction
//! records the export, so that the file contains this event too.
//!
//! Everything except the activity is read one table at a time before the response starts. The
//! activity is read in slices while the file is sent. One account's data must not hold up other
//! requests.

use std::vec;

use diesel::QueryResult;
use serde::Serialize;
use tokio::task::yield_now;

use super::exported_data::{ABOUT, Activity, Head};
use crate::accounts::audit;
use crate::accounts::authentication::reauthentication::{Actor, Reauthentication};
use crate::accounts::export_slots::{ExportSlot, ExportsBusy};
use crate::accounts::rate_limits::{self, Limit, Wait};
use crate::accounts::sessions::NewSession;
use crate::app::{App, Failure};
use crate::clock::Timestamp;
use crate::db::{Db, DbConnection, DbError, Tx};
use crate::notifications::authorize;
use crate::store::users::{self, User};
use crate::store::{
    app_logins, events, factor_recoveries, group_members, invitations, known_devices, links,
    outbox, passkeys, password_credentials, pending_logins, personal_tokens, recovery_codes,
    session_lists, totp_credentials,
};
use crate::values::{Event, UserId};

/// Kind of the email to a new address (`mail::emails::address`).
const CONFIRM_NEW_ADDRESS: &str = "confirm_new_address";
/// Number of rate limits that count for an account: its own ones, and that of its email address.
const COUNTS: usize = Limit::OF_ACCOUNTS.len() + 1;
/// Number of events per read, which takes one or two milliseconds.
const SLICE: i64 = 500;

/// Maximum size of a piece. The caller checks its time limit only between pieces, so a slow client
/// must receive each piece within a short time.
const PIECE_BYTES: usize = 16 * 1024;

/// Outcome of an export request. `renewed` is the session for a new cookie, if the session id
/// changed.
pub enum Outcome {
    Exported {
        file: Box<ExportFile>,
        renewed: Option<NewSession>,
    },
    /// The account is rate-limited.
    RateLimited {
        wait: Wait,
        renewed: Option<NewSession>,
    },
    /// Another export of this account or on this node has to finish first.
    Busy(ExportsBusy),
    SessionEnded,
}

/// A file in the process of being read.
pub struct ExportFile {
    db: Db,
    user: UserId,
    /// Bytes that were read but not returned yet. Initially everything before the activity.
    pending: vec::IntoIter<u8>,
    /// Time and id of the last event that was read.
    last: Option<(Timestamp, String)>,
    is_finished: bool,
    _slot: ExportSlot,
}

pub async fn export_account(
    app: &App,
    actor: Actor,
    reauthentication: Reauthentication,
) -> Result<Outcome, Failure> {
    let slot = match app.exports.begin(&actor.user) {
        Ok(slot) => slot,
        Err(busy) => return Ok(Outcome::Busy(busy)),
    };
    let (now, user, client) = (app.clock.now(), actor.user.clone(), actor.client.clone());
    let work = move |tx: &mut Tx<'_>| {
        let Some(authorized) = authorize(tx, &actor, &reauthentication)? else {
            return Ok(None);
        };
        let acquired = rate_limits::try_acquire(tx, Limit::Exports, &actor.user.0)?;
        if acquired.is_ok() {
            audit::record(tx, Event::Exported, &actor.user)?;
        }
        Ok(Some((acquired, authorized.renewed)))
    };
    let Some((acquired, renewed)) = app.write(client, work).await? else {
        return Ok(Outcome::SessionEnded);
    };
    if let Err(wait) = acquired {
        return Ok(Outcome::RateLimited { wait, renewed });
    }
    // Read before the response starts. If the database is unavailable, the user sees an error page
    // and not a truncated file.
    let Some(head) = read_head(app, &user, now).await? else {
        return Ok(Outcome::SessionEnded);
    };
    let file = ExportFile {
        db: app.db.clone(),
        user,
        pending: head.into_bytes().into_iter(),
        last: None,
        is_finished: false,
        _slot: slot,
    };
    Ok(Outcome::Exported {
        file: Box::new(file),
        renewed,
    })
}

impl ExportFile {
    /// Returns the next piece of at most `PIECE_BYTES`, or `None` after the last one.
    pub async fn next_piece(&mut self) -> Result<Option<Vec<u8>>, Failure> {
        if self.pending.len() == 0 && !self.is_finished {
            self.pending = self.read_slice().await?.into_bytes().into_iter();
        }
        let piece: Vec<u8> = self.pending.by_ref().take(PIECE_BYTES).collect();
        Ok((!piece.is_empty()).then_some(piece))
    }

    /// Reads the next slice of the activity. The last slice ends with the end of the JSON document.
    /// The result is never empty.
    async fn read_slice(&mut self) -> Result<String, Failure> {
        let (user, last) = (self.user.clone(), self.last.clone());
        let slice = move |db: &mut DbConnection| {
            let before = last.as_ref().map(|(time, id)| (*time, id.as_str()));
            Ok(events::page(db, &user, before, SLICE)?)
        };
        let slice = self.db.read(slice).await?;
        let mut piece = String::new();
        self.is_finished = i64::try_from(slice.len()).is_ok_and(|read| read < SLICE);
        for event in slice {
            piece.push_str(if self.last.is_none() {
                "\n    "
            } else {
                ",\n    "
            });
            self.last = Some((event.happened_at, event.id.clone()));
            piece.push_str(&indented(&Activity::from(event), 4));
        }
        if self.is_finished {
            piece.push_str("\n  ]\n}\n");
        }
        // Lets other requests run.
        yield_now().await;
        Ok(piece)
    }
}

/// Reads everything except the activity, one table at a time, and opens the list of activity.
/// Returns `None` if the user no longer exists.
async fn read_head(app: &App, user: &UserId, now: Timestamp) -> Result<Option<String>, Failure> {
    let id = user.clone();
    let Some(account) = app.read(move |tx| Ok(users::by_id(tx, &id)?)).await? else {
        return Ok(None);
    };
    let counted = read_counts(app, &account).await?;
    let [
        address_changes,
        login_notices,
        exports,
        tokens,
        profile_changes,
        passwords,
        reuses,
        factor_changes,
        recovery_requests,
        code_lockout_notices,
        mails,
    ] = counted;
    let head = Head {
        about: ABOUT,
        exported_at: now.iso(),
        password: read(app, user, password_credentials::of)
            .await?
            .map(Into::into),
        invitation: read(app, user, invitations::accepted_by)
            .await?
            .map(Into::into),
        groups: each(read(app, user, group_members::groups_of).await?),
        opened_apps: each(read(app, user, app_logins::of_user).await?),
        sessions: each(read(app, user, session_lists::all).await?),
        known_browsers: each(read(app, user, known_devices::all).await?),
        access_tokens: each(read(app, user, personal_tokens::all).await?),
        authenticator_apps: each(read(app, user, totp_credentials::all).await?),
        passkeys: each(read(app, user, passkeys::all).await?),
        recovery_codes_left: read(app, user, recovery_codes::count_left).await?,
        second_step_removals: each(read(app, user, factor_recoveries::all).await?),
        pending_logins: each(read(app, user, pending_logins::all).await?),
        links: each(read(app, user, |db, user| links::all(db, &user.0)).await?),
        // An email to a requested new address is not listed, because it would reveal that the
        // address has no account. The links show the request itself.
        mails: each(
            read(app, user, |db, user| outbox::all(db, &user.0))
                .await?
                .into_iter()
                .filter(|mail| mail.kind != CONFIRM_NEW_ADDRESS)
                .collect(),
        ),
        counted_mails: mails,
        counted_address_changes: address_changes,
        counted_login_notices: login_notices,
        counted_exports: exports,
        counted_new_access_tokens: tokens,
        counted_profile_changes: profile_changes,
        counted_new_passwords: passwords,
        counted_reuse_notices: reuses,
        counted_factor_changes: factor_changes,
        counted_second_step_removal_requests: recovery_requests,
        counted_code_lockout_notices: code_lockout_notices,
        account: account.into(),
    };
    let mut text = indented(&head, 0);
    // The closing brace comes after the activity.
    text.truncate(text.trim_end_matches(['}', '\n']).len());
    text.push_str(",\n  \"activity\": [");
    Ok(Some(text))
}

/// Reads one table's rows about a user.
async fn read<Rows: Send + 'static>(
    app: &App,
    user: &UserId,
    query: fn(&mut DbConnection, &UserId) -> QueryResult<Rows>,
) -> Result<Rows, DbError> {
    let user = user.clone();
    let rows = app.read(move |tx| Ok(query(tx, &user)?)).await;
    // Lets other requests run.
    yield_now().await;
    rows
}

/// Returns the times that count towards the rate limits of an account and its email address.
async fn read_counts(app: &App, account: &User) -> Result<[Vec<String>; COUNTS], DbError> {
    let (id, email_key) = (account.id.0.clone(), account.email_key.clone());
    let query = move |tx: &mut Tx<'_>| {
        let mut counted = |limit, subject: &str| -> Result<Vec<String>, DbError> {
            Ok(rate_limits::counted(tx, limit, subject)?
                .into_iter()
                .map(Timestamp::iso)
                .collect())
        };
        Ok([
            counted(Limit::AddressChanges, &id)?,
            counted(Limit::LoginNotices, &id)?,
            counted(Limit::Exports, &id)?,
            counted(Limit::NewTokens, &id)?,
            counted(Limit::ProfileChanges, &id)?,
            counted(Limit::NewPasswords, &id)?,
            counted(Limit::ReuseNotices, &id)?,
            counted(Limit::FactorChanges, &id)?,
            counted(Limit::RecoveryRequests, &id)?,
            counted(Limit::CodeLockoutNotices, &id)?,
            counted(Limit::Emails, &email_key)?,
        ])
    };
    app.read(query).await
}

/// Returns `value` as pretty-printed JSON, with all lines but the first indented.
fn indented(value: &impl Serialize, spaces: usize) -> String {
    // Strings, numbers, booleans and lists can always be encoded as JSON.
    let text = serde_json::to_string_pretty(value).expect("an export can be encoded");
    text.replace('\n', &format!("\n{}", " ".repeat(spaces)))
}

fn each<Row, Shown: From<Row>>(rows: Vec<Row>) -> Vec<Shown> {
    rows.into_iter().map(Shown::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::Email;
    use crate::mail::emails::address::ConfirmNewAddress;
    use crate::values::Token;

    #[test]
    fn export_names_email_kind_as_the_outbox() {
        let token = Token::parse(&"a".repeat(43)).expect("well formed");
        assert_eq!(CONFIRM_NEW_ADDRESS, ConfirmNewAddress { token }.kind());
    }
}
