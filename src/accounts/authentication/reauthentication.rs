//! Authorization of changes to an account. The session must still be live in the transaction of the
//! change. For a sensitive change, everything that a login asks for must be at most ten minutes old
//! or come with the change (ASVS 7.5.1, 7.5.3).

use std::time::Duration;

use super::factor_check::{self, FactorUse, GivenFactor, VerifiedFactor};
use super::methods::LoginMethod;
use crate::accounts::oauth::api_tokens;
use crate::accounts::sessions::policy::{REAUTHENTICATION_LIFETIME, is_open};
use crate::accounts::sessions::{self, NewSession, StrongerLogin};
use crate::clock::Timestamp;
use crate::db::{DbError, LockKey, Tx};
use crate::security::password_hash::PasswordHash;
use crate::security::tokens::hash_session_id;
use crate::store::sessions::CurrentSession;
use crate::store::users::{self, User};
use crate::store::{self, password_credentials};
use crate::values::{ClientInfo, SessionIdHash, UserId};

/// Longest time between the first check for a recent password and the transaction of the change.
const ON_THE_WAY: Duration = Duration::from_secs(30);

impl Credential {
    /// Returns the session, or `None` for an API token.
    pub fn session(&self) -> Option<&SessionIdHash> {
        match self {
            Self::Session(hash) => Some(hash),
            Self::PersonalToken(_) => None,
        }
    }
}

/// A user who is about to change something, with the credential and the client.
#[derive(Clone, Debug)]
pub struct Actor {
    pub user: UserId,
    pub by: Credential,
    pub client: ClientInfo,
}

/// The credential that a request is authenticated with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credential {
    /// A session of a browser or an API client.
    Session(SessionIdHash),
    /// The public id of an API token. It does not suffice for changes that require
    /// reauthentication.
    PersonalToken(String),
}

/// The evidence that the account's owner makes the change.
#[derive(Clone, Debug)]
pub enum Reauthentication {
    /// The change is not sensitive.
    NotNeeded,
    /// The user gave everything that a login asks for within the last ten minutes.
    Recent,
    /// The user gave everything that a login asks for, together with the change.
    Given {
        /// The hash that the password was compared with. `None` if a passkey stands for it.
        password: Option<PasswordHash>,
        /// The second step, compared and not yet used.
        factor: Option<GivenFactor>,
    },
}

/// An authorized user. The account stays locked until the transaction ends.
#[derive(Debug)]
pub struct Authorized {
    /// The user as stored in this transaction.
    pub user: User,
    /// The credential. After a renewal, the session has its new hash.
    pub by: Credential,
    /// The renewed session if its id has changed. The browser needs a new cookie.
    pub renewed: Option<NewSession>,
    /// The factor that was used for this change.
    pub factor: Option<VerifiedFactor>,
}

impl Authorized {
    /// Creates the authorization of a change that does not renew the session.
    fn unchanged(user: User, by: Credential) -> Self {
        Self {
            user,
            by,
            renewed: None,
            factor: None,
        }
    }

    /// Gives the session a new id, unless the reauthentication has done so (ASVS 7.2.4).
    pub fn renew(&mut self, tx: &mut Tx<'_>) -> Result<(), DbError> {
        let (None, Credential::Session(hash)) = (&self.renewed, &self.by) else {
            return Ok(());
        };
        let Some(session) = store::sessions::of_user(tx, &self.user.id, hash)? else {
            return Ok(());
        };
        if let Some(new) = sessions::renew(tx, &self.user.id, &session, None)? {
            self.by = Credential::Session(hash_session_id(&new.id));
            self.renewed = Some(new);
        }
        Ok(())
    }
}

/// Returns true if the password was entered recently enough to skip reauthentication.
pub fn is_recent(session: &CurrentSession, now: Timestamp) -> bool {
    session.proven_at.is_recent(REAUTHENTICATION_LIFETIME, now)
}

/// Returns true if [`is_recent`] was true a moment ago. The ten minutes may have passed since that
/// first check. Without the tolerance, the user would get an error without a visible reason.
fn was_recent(session: &CurrentSession, now: Timestamp) -> bool {
    let lifetime = REAUTHENTICATION_LIFETIME + ON_THE_WAY;
    session.proven_at.is_recent(lifetime, now)
}

/// Authorizes a change in its transaction. Locks the user, and checks again that the session is
/// live and that the password is still the one that was compared. Uses the second step.
/// Returns `None` if that fails, for example because the session was ended in the meantime. A
/// password that comes with the change renews the session (ASVS 7.2.4).
///
/// Call [`authorize`](crate::notifications::authorize) of the notifications instead, which tells
/// the owner about a used recovery code.
///
/// A transaction that also locks an email address must lock it before this call.
pub fn authorize(
    tx: &mut Tx<'_>,
    actor: &Actor,
    reauthentication: &Reauthentication,
) -> Result<Option<Authorized>, DbError> {
    tx.lock(LockKey::User(&actor.user.0))?;
    let now = tx.now;
    let Some(user) = users::by_id(tx, &actor.user)? else {
        return Ok(None);
    };
    match &actor.by {
        Credential::Session(hash) => {
            let session = store::sessions::of_user(tx, &user.id, hash)?;
            match session.filter(|session| is_open(session, &user, now)) {
                Some(session) => authorize_session(tx, user, &session, reauthentication),
                None => Ok(None),
            }
        }
        Credential::PersonalToken(id) => {
            let token = store::personal_tokens::of_user(tx, &user.id, id)?;
            let is_live = token.is_some_and(|token| api_tokens::is_live(&token, &user, now));
            let is_enough = matches!(reauthentication, Reauthentication::NotNeeded);
            Ok((is_live && is_enough).then(|| Authorized::unchanged(user, actor.by.clone())))
        }
    }
}

fn authorize_session(
    tx: &mut Tx<'_>,
    user: User,
    session: &CurrentSession,
    reauthentication: &Reauthentication,
) -> Result<Option<Authorized>, DbError> {
    let unchanged = |user| {
        let by = Credential::Session(session.id_hash.clone());
        Ok(Some(Authorized::unchanged(user, by)))
    };
    match reauthentication {
        Reauthentication::NotNeeded => unchanged(user),
        Reauthentication::Recent if was_recent(session, tx.now) => unchanged(user),
        Reauthentication::Recent => Ok(None),
        Reauthentication::Given { password, factor } => {
            if let Some(password) = password
                && !is_stored(tx, &user.id, password)?
            {
                return Ok(None);
            }
            let factor = match use_factor(tx, &user, factor.as_ref())? {
                FactorResult::NotRequired => None,
                FactorResult::Verified(factor) => Some(factor),
                FactorResult::Rejected => return Ok(None),
            };
            // Without a password, only a passkey that verified the user is enough.
            if password.is_none() && !stands_for_password(factor.as_ref()) {
                return Ok(None);
            }
            let stronger = factor.as_ref().map(|factor| StrongerLogin {
                method: LoginMethod::with(factor.factor(), password.is_some()),
                passkey_id: factor.factor().passkey_id().map(str::to_owned),
            });
            let renewed = sessions::renew(tx, &user.id, session, stronger.as_ref())?;
            Ok(renewed.map(|new| Authorized {
                user,
                by: Credential::Session(hash_session_id(&new.id)),
                renewed: Some(new),
                factor,
            }))
        }
    }
}

/// Returns true if the compared password is still the user's.
fn is_stored(tx: &mut Tx<'_>, user: &UserId, compared: &PasswordHash) -> Result<bool, DbError> {
    let stored = password_credentials::of(tx, user)?;
    Ok(stored.is_some_and(|stored| stored.password_hash == *compared))
}

fn stands_for_password(factor: Option<&VerifiedFactor>) -> bool {
    matches!(
        factor.map(VerifiedFactor::factor),
        Some(FactorUse::Passkey(used)) if used.user_verified
    )
}

/// Result of using the factor of a reauthentication.
enum FactorResult {
    /// The account has no second step.
    NotRequired,
    Verified(VerifiedFactor),
    /// The second step is new, or another request has used the factor.
    Rejected,
}

fn use_factor(
    tx: &mut Tx<'_>,
    user: &User,
    given: Option<&GivenFactor>,
) -> Result<FactorResult, DbError> {
    if !user.has_second_step() {
        return Ok(FactorResult::NotRequired);
    }
    let Some(given) = given else {
        return Ok(FactorResult::Rejected);
    };
    let verified = factor_check::use_checked(tx, &user.id, given)?;
    Ok(verified.map_or(FactorResult::Rejected, FactorResult::Verified))
}
