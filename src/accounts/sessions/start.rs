//! The start of sessions. No other code creates one.

use super::policy::{LIVE_LIMIT, STORED_LIMIT, SessionPolicy, live_at};
use super::{EndReason, end};
use crate::accounts::authentication::admission::Admitted;
use crate::accounts::authentication::methods::LoginMethod;
use crate::clock::Timestamp;
use crate::db::{DbError, Tx};
use crate::security::tokens;
use crate::store::session_lists;
use crate::store::sessions::{self, CurrentSession, Renewal};
use crate::values::{OwnedSession, SessionId, UserId};

/// The kind of a new session.
#[derive(Clone, Debug)]
pub enum SessionKind {
    /// A browser, which gets a cookie. The session that came with the request ends.
    Browser(Option<OwnedSession>),
    /// An API client, which gets tokens.
    Api,
}

impl SessionKind {
    /// Returns the session that the new one replaces.
    pub fn replaced(&self) -> Option<&OwnedSession> {
        match self {
            Self::Browser(old) => old.as_ref(),
            Self::Api => None,
        }
    }
}

/// A new or renewed session.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// The id for the cookie or the refresh token. The database stores only its hash.
    pub id: SessionId,
    /// The public id, shown on pages and in the API. It grants no access.
    pub handle: String,
    pub user: UserId,
    /// The absolute end of the session, even if it is in use.
    pub expires_at: Timestamp,
    /// True if the session outlives the browser process.
    pub remember: bool,
}

/// Starts the session of an admitted user. The session always has a new id, and the session that
/// came with the request ends (GHSA-c9h6-v78w-52wj).
#[expect(
    clippy::needless_pass_by_value,
    reason = "one permission starts one session"
)]
pub fn start(
    tx: &mut Tx<'_>,
    admitted: Admitted,
    remember: bool,
    kind: &SessionKind,
) -> Result<NewSession, DbError> {
    let user = admitted.user();
    if let Some(old) = kind.replaced() {
        end(tx, old, EndReason::Replaced)?;
    }
    make_room(tx, user)?;
    let (now, client) = (tx.now, tx.client.clone());
    let session = NewSession {
        id: tokens::new_session_id(),
        handle: tokens::random_id(),
        user: user.clone(),
        expires_at: now + SessionPolicy::of(remember).absolute,
        remember,
    };
    let row = sessions::NewSession {
        id_hash: &tokens::hash_session_id(&session.id),
        user_id: user,
        signed_in_by: admitted.method().name(),
        remember,
        created_at: now,
        last_seen_at: now,
        expires_at: session.expires_at,
        user_agent: &client.user_agent,
        client_address: &client.address,
        handle: &session.handle,
        proven_at: admitted.proven_at(),
        refresh_generation: matches!(kind, SessionKind::Api).then_some(0),
        passkey_id: admitted.passkey(),
    };
    sessions::insert(tx, &row)?;
    session_lists::keep_newest(tx, user, STORED_LIMIT, live_at(now))?;
    Ok(session)
}

/// A reauthentication with a second step or a passkey. The session then counts as logged in by it.
#[derive(Clone, Debug)]
pub struct StrongerLogin {
    pub method: LoginMethod,
    /// The passkey that was used, whose removal ends the session. Without one, an earlier passkey
    /// stays linked.
    pub passkey_id: Option<String>,
}

/// Replaces the id of a live session after reauthentication (ASVS 7.2.4). The previous id stops
/// working. Returns `None` if the session has ended.
pub fn renew(
    tx: &mut Tx<'_>,
    user: &UserId,
    session: &CurrentSession,
    stronger: Option<&StrongerLogin>,
) -> Result<Option<NewSession>, DbError> {
    let (id, now) = (tokens::new_session_id(), tx.now);
    let new_hash = tokens::hash_session_id(&id);
    let new = Renewal {
        id_hash: &new_hash,
        signed_in_by: stronger.map(|login| login.method.name()),
        passkey_id: stronger.and_then(|login| login.passkey_id.as_deref()),
    };
    let renewed = sessions::renew(tx, user, &session.id_hash, &new, now)?;
    Ok(renewed.then(|| NewSession {
        id,
        handle: session.handle.clone(),
        user: user.clone(),
        expires_at: session.expires_at,
        remember: session.remember,
    }))
}

fn make_room(tx: &mut Tx<'_>, user: &UserId) -> Result<(), DbError> {
    let live_at = live_at(tx.now);
    let live = session_lists::live(tx, user, live_at)?;
    for hash in live.into_iter().skip(LIVE_LIMIT - 1) {
        let old = OwnedSession {
            user: user.clone(),
            hash,
        };
        end(tx, &old, EndReason::TooMany)?;
    }
    Ok(())
}
