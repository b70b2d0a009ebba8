//! Who changes something of their account: a session that still lives in the transaction of the change, and, for what is
//! sensitive, a password that was given within the last ten minutes or is given with the change (ASVS 7.5.1, 7.5.3).

use std::time::Duration;

use super::audit::ClientInfo;
use super::personal_tokens;
use super::sign_in::{self, NewSession};
use crate::clock::Timestamp;
use crate::db::{DbConnection, DbError, take_turn};
use crate::security::password_hash::PasswordHash;
use crate::security::tokens::hash_session_id;
use crate::store::sessions::{self, CurrentSession};
use crate::store::users::{self, User};
use crate::store::{self, password_credentials};
use crate::values::{SessionIdHash, UserId};

/// How long a password that was given counts.
const REAUTHENTICATION_LIFETIME: Duration = Duration::from_mins(10);
/// The longest from the look at that time to the transaction of the change.
const ON_THE_WAY: Duration = Duration::from_secs(30);

impl Credential {
    /// The session, if it is one.
    pub fn session(&self) -> Option<&SessionIdHash> {
        match self {
            Self::Session(hash) => Some(hash),
            Self::PersonalToken(_) => None,
        }
    }
}

/// A signed-in person who is about to change something.
#[derive(Clone, Debug)]
pub struct Actor {
    /// Who.
    pub user: UserId,
    /// By which means.
    pub by: Credential,
    /// From where.
    pub client: ClientInfo,
}

/// What lets a request act for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credential {
    /// A session, of a browser or of a program.
    Session(SessionIdHash),
    /// A personal access token, by what pages call it. Enough for nothing that asks for the password.
    PersonalToken(String),
}

/// That it is the account's owner who sits there.
#[derive(Clone, Debug)]
pub enum Reauthentication {
    /// The change is not sensitive.
    NotNeeded,
    /// The password was given a short while ago.
    Recent,
    /// It was given now, and compared with this one.
    Typed(PasswordHash),
}

/// An actor inside the transaction: nothing else happens to the account until it ends.
#[derive(Debug)]
pub struct Authorized {
    /// As stored now.
    pub user: User,
    /// By which means; a session is under the hash that it has now.
    pub by: Credential,
    /// What the browser is to be given, if the session has another id now.
    pub renewed: Option<NewSession>,
}

/// Whether the password need not be asked for.
pub fn is_recent(session: &CurrentSession, now: Timestamp) -> bool {
    session.proven_at > (now - REAUTHENTICATION_LIFETIME).millis()
}

/// Lets an actor in, in the transaction of the change: takes the user's turn and looks again whether the session lives and
/// the password is still the one that was compared. `None` if not: somebody has ended the session meanwhile. A password that
/// was given with the change renews the session (ASVS 7.2.4).
///
/// A transaction that concerns an address as well takes the turn of the address before.
pub fn authorize(
    connection: &mut DbConnection,
    actor: &Actor,
    proof: &Reauthentication,
    now: Timestamp,
) -> Result<Option<Authorized>, DbError> {
    take_turn(connection, &actor.user.0)?;
    let Some(user) = users::by_id(connection, &actor.user.0)? else { return Ok(None) };
    let session = match &actor.by {
        Credential::Session(hash) => sessions::of_user(connection, &user.id, &hash.0)?,
        Credential::PersonalToken(id) => {
            let token = store::personal_tokens::of_user(connection, &user.id, id)?;
            let is_live = token.is_some_and(|token| personal_tokens::is_live(&token, &user, now));
            let is_enough = matches!(proof, Reauthentication::NotNeeded);
            return Ok((is_live && is_enough).then(|| Authorized { user, by: actor.by.clone(), renewed: None }));
        }
    };
    let Some(session) = session.filter(|session| sign_in::is_open(session, &user, now)) else { return Ok(None) };
    let compared = match proof {
        // The ten minutes may have run out on the way here, which nobody could understand.
        Reauthentication::Recent if !is_recent(&session, now - ON_THE_WAY) => return Ok(None),
        Reauthentication::NotNeeded | Reauthentication::Recent => {
            return Ok(Some(Authorized { user, by: actor.by.clone(), renewed: None }));
        }
        Reauthentication::Typed(compared) => compared,
    };
    let stored = password_credentials::of(connection, &actor.user.0)?;
    if stored.is_none_or(|stored| stored.password_hash != compared.0) {
        return Ok(None);
    }
    let renewed = sign_in::renew(connection, &actor.user, &session, now)?;
    Ok(renewed.map(|new| Authorized { user, by: Credential::Session(hash_session_id(&new.id)), renewed: Some(new) }))
}
