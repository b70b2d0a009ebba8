//! The operation: gathers everything that is kept about a person. First a transaction writes down that it is taken, so
//! that the file says so, too; then all is read, which keeps nobody from writing. Hashes, and the ids and handles of
//! what opens something, are left out.

use serde::Serialize;

use crate::accounts::audit::{self, Event};
use crate::accounts::reauthentication::{self, Actor, Proof};
use crate::accounts::sign_in::NewSession;
use crate::accounts::throttle::{Limit, Limits, Wait};
use crate::app::{App, Failure};
use crate::clock::Timestamp;
use crate::db::{DbConnection, DbError};
use crate::store::events::{self, ListedEvent};
use crate::store::known_devices::{self, KnownDevice};
use crate::store::links::{self, Link};
use crate::store::outbox::{self, ListedMail};
use crate::store::password_credentials::{self, StoredPassword};
use crate::store::personal_tokens::{self, PersonalToken};
use crate::store::sessions::{self, ListedSession};
use crate::store::users::{self, KeptUser};

/// The letter to a new address (`mail::Letter`).
const CONFIRM_NEW_ADDRESS: &str = "confirm_new_address";

/// What the file says of itself.
const ABOUT: &str = "Everything that is kept about this account. Times are in UTC. Passwords, sessions, browsers, access tokens \
    and links are kept as hashes, which are not in this file.";

/// What the button did.
#[derive(Debug)]
pub enum Outcome {
    /// Here it is.
    Exported {
        /// The content of the file.
        file: Box<Export>,
        /// What this browser is to be given, if its session has another id now.
        renewed: Option<NewSession>,
    },
    /// This account has asked too often.
    TooOften {
        /// How long not.
        wait: Wait,
        /// The same.
        renewed: Option<NewSession>,
    },
    /// The session that asked has ended meanwhile.
    SessionEnded,
}

/// The content of the file.
#[derive(Debug, Serialize)]
pub struct Export {
    about: &'static str,
    exported_at: String,
    account: Account,
    password: Option<Password>,
    sessions: Vec<Session>,
    known_browsers: Vec<KnownBrowser>,
    access_tokens: Vec<AccessToken>,
    links: Vec<MailedLink>,
    mails: Vec<Mail>,
    counted_mail_requests: Vec<String>,
    counted_mails: Vec<String>,
    counted_address_changes: Vec<String>,
    counted_login_notices: Vec<String>,
    counted_exports: Vec<String>,
    counted_new_access_tokens: Vec<String>,
    activity: Vec<Activity>,
}

#[derive(Debug, Serialize)]
struct Account {
    id: String,
    email: String,
    email_as_compared: String,
    name: Option<String>,
    name_as_sorted: String,
    handle: Option<String>,
    bio: Option<String>,
    public: bool,
    administrator: bool,
    locked_at: Option<String>,
    created_at: String,
}

#[derive(Debug, Serialize)]
struct Password {
    changed_at: String,
    blocked_at: Option<String>,
}

#[derive(Debug, Serialize)]
struct Session {
    signed_in_by: String,
    user_agent: String,
    client_address: String,
    remembered: bool,
    first_seen_at: String,
    last_seen_at: String,
    password_given_at: String,
    ends_at: String,
    ended_at: Option<String>,
    end_reason: Option<String>,
    refreshes: Option<i64>,
}

#[derive(Debug, Serialize)]
struct KnownBrowser {
    first_used_at: String,
    last_used_at: String,
}

#[derive(Debug, Serialize)]
struct AccessToken {
    name: String,
    created_at: String,
    expires_at: String,
    last_used_at: Option<String>,
}

#[derive(Debug, Serialize)]
struct MailedLink {
    purpose: String,
    email: String,
    created_at: String,
    expires_at: String,
    used_at: Option<String>,
    void_at: Option<String>,
}

#[derive(Debug, Serialize)]
struct Mail {
    letter: String,
    written_at: String,
    sent_at: Option<String>,
    given_up_at: Option<String>,
}

#[derive(Debug, Serialize)]
struct Activity {
    happened_at: String,
    what: String,
    user_agent: String,
    client_address: String,
}

/// Gathers it for the actor.
pub async fn export_account(app: &App, actor: Actor, proof: Proof) -> Result<Outcome, Failure> {
    let (now, limits) = (app.clock.now(), app.limits.clone());
    let (user, client) = (actor.user.0.clone(), actor.client.address.clone());
    let work = move |db: &mut DbConnection| {
        let Some(entered) = reauthentication::enter(db, &actor, &proof, now)? else { return Ok(None) };
        let admitted = limits.admit_or_wait(db, Limit::Exports, &actor.user.0, now)?;
        if admitted.is_ok() {
            audit::record(db, Event::Exported, Some(&actor.user), &actor.client, now)?;
        }
        Ok(Some((admitted, entered.renewed)))
    };
    let Some((admitted, renewed)) = app.db.write(work).await? else { return Ok(Outcome::SessionEnded) };
    if let Err(wait) = admitted {
        return Ok(Outcome::TooOften { wait, renewed });
    }
    tracing::info!(event = Event::Exported.name(), user, client);
    let limits = app.limits.clone();
    let query = move |db: &mut DbConnection| match users::kept(db, &user)? {
        Some(user) => Ok(Some(gather(db, &limits, user, now)?)),
        // Deleted meanwhile.
        None => Ok(None),
    };
    Ok(match app.db.read(query).await? {
        Some(file) => Outcome::Exported { file: Box::new(file), renewed },
        None => Outcome::SessionEnded,
    })
}

fn gather(db: &mut DbConnection, limits: &Limits, user: KeptUser, now: Timestamp) -> Result<Export, DbError> {
    // A mail to an address that the person asked to change to is not listed: that one was written would tell that the address
    // has no account. That it was asked for stands among the links.
    let mut mails = outbox::all(db, &user.id)?;
    mails.retain(|mail| mail.letter != CONFIRM_NEW_ADDRESS);
    let mut counted = |limit, subject: &str| -> Result<Vec<String>, DbError> {
        Ok(limits.counted(db, limit, subject)?.into_iter().map(Timestamp::iso).collect())
    };
    let counted_mail_requests = counted(Limit::MailRequests, &user.email_key)?;
    let counted_mails = counted(Limit::Mails, &user.email_key)?;
    let counted_address_changes = counted(Limit::AddressChanges, &user.id)?;
    let counted_login_notices = counted(Limit::LoginNotices, &user.id)?;
    let counted_exports = counted(Limit::Exports, &user.id)?;
    let counted_new_access_tokens = counted(Limit::NewTokens, &user.id)?;
    Ok(Export {
        about: ABOUT,
        exported_at: now.iso(),
        password: password_credentials::of(db, &user.id)?.map(Into::into),
        sessions: each(sessions::all(db, &user.id)?),
        known_browsers: each(known_devices::all(db, &user.id)?),
        access_tokens: each(personal_tokens::all(db, &user.id)?),
        links: each(links::all(db, &user.id)?),
        mails: each(mails),
        counted_mail_requests,
        counted_mails,
        counted_address_changes,
        counted_login_notices,
        counted_exports,
        counted_new_access_tokens,
        activity: each(events::page(db, &user.id, None, i64::MAX)?),
        account: user.into(),
    })
}

fn each<Row, Shown: From<Row>>(rows: Vec<Row>) -> Vec<Shown> {
    rows.into_iter().map(Shown::from).collect()
}

fn iso(millis: i64) -> String {
    Timestamp::from_millis(millis).iso()
}

impl From<KeptUser> for Account {
    fn from(user: KeptUser) -> Self {
        Self {
            id: user.id,
            email: user.email,
            email_as_compared: user.email_key,
            name: user.name,
            name_as_sorted: user.sort_name,
            handle: user.handle,
            bio: user.bio,
            public: user.is_public,
            administrator: user.is_admin,
            locked_at: user.locked_at.map(iso),
            created_at: iso(user.created_at),
        }
    }
}

impl From<StoredPassword> for Password {
    fn from(stored: StoredPassword) -> Self {
        Self { changed_at: iso(stored.changed_at), blocked_at: stored.blocked_at.map(iso) }
    }
}

impl From<ListedSession> for Session {
    fn from(session: ListedSession) -> Self {
        Self {
            signed_in_by: session.signed_in_by,
            user_agent: session.user_agent,
            client_address: session.client_address,
            remembered: session.remember,
            first_seen_at: iso(session.created_at),
            last_seen_at: iso(session.last_seen_at),
            password_given_at: iso(session.proven_at),
            ends_at: iso(session.expires_at),
            ended_at: session.ended_at.map(iso),
            end_reason: session.end_reason,
            refreshes: session.refresh_generation,
        }
    }
}

impl From<KnownDevice> for KnownBrowser {
    fn from(device: KnownDevice) -> Self {
        Self { first_used_at: iso(device.created_at), last_used_at: iso(device.last_used_at) }
    }
}

impl From<PersonalToken> for AccessToken {
    fn from(token: PersonalToken) -> Self {
        Self {
            name: token.name,
            created_at: iso(token.created_at),
            expires_at: iso(token.expires_at),
            last_used_at: token.last_used_at.map(iso),
        }
    }
}

impl From<Link> for MailedLink {
    fn from(link: Link) -> Self {
        Self {
            purpose: link.purpose,
            email: link.email.unwrap_or(link.email_key),
            created_at: iso(link.created_at),
            expires_at: iso(link.expires_at),
            used_at: link.used_at.map(iso),
            void_at: link.void_at.map(iso),
        }
    }
}

impl From<ListedMail> for Mail {
    fn from(mail: ListedMail) -> Self {
        Self {
            letter: mail.letter,
            written_at: iso(mail.created_at),
            sent_at: mail.sent_at.map(iso),
            given_up_at: mail.given_up_at.map(iso),
        }
    }
}

impl From<ListedEvent> for Activity {
    fn from(event: ListedEvent) -> Self {
        Self {
            happened_at: iso(event.happened_at),
            what: event.kind,
            user_agent: event.user_agent,
            client_address: event.client_address,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::Letter;
    use crate::values::Token;

    #[test]
    fn the_letter_to_a_new_address_is_called_what_the_outbox_calls_it() {
        let token = Token::parse(&"a".repeat(43)).expect("well formed");
        assert_eq!(CONFIRM_NEW_ADDRESS, Letter::ConfirmNewAddress { token }.kind());
    }
}
