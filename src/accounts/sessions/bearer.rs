//! Tokens that authenticate an API request: access tokens of sessions, and API tokens. The format
//! and the signature are checked first, without the database. The session or API token is then read
//! on every request, so that a revocation takes effect at once.

use super::policy::{is_last_seen_outdated, is_open};
use super::{find_of_api_client, record_last_seen};
use crate::accounts::authentication::reauthentication::Credential;
use crate::accounts::oauth::api_tokens;
use crate::clock::Timestamp;
use crate::db::{DbError, Tx};
use crate::security::access_token::{AccessClaims, AccessTokens};
use crate::security::tokens::hash_program_secret;
use crate::store::personal_tokens::PersonalToken;
use crate::store::sessions::Current;
use crate::store::users::User;
use crate::values::{OwnedSession, ProgramSecret, ProgramSecretHash, ProgramSecretKind, UserId};

/// A well-formed token. An access token also has a valid signature.
#[derive(Clone, Debug)]
pub enum BearerToken {
    Access(AccessClaims),
    /// An API token.
    Personal(ProgramSecretHash),
}

/// The session or API token that authenticates a request.
#[derive(Clone, Debug)]
pub enum Principal {
    /// A live session of an API client.
    Session(Current),
    /// An API token and its owner.
    Owner(PersonalToken, User),
}

impl BearerToken {
    /// Parses a token. Returns `None` if it is malformed, or if an access token has an invalid
    /// signature or has expired. The expiry of an API token is checked later, in the database.
    pub fn read(access_tokens: &AccessTokens, text: &str, now: Timestamp) -> Option<Self> {
        if text.starts_with(ProgramSecretKind::PersonalToken.prefix()) {
            let secret = ProgramSecret::parse(ProgramSecretKind::PersonalToken, text)?;
            return Some(Self::Personal(hash_program_secret(&secret)));
        }
        access_tokens.verify(text, now).map(Self::Access)
    }
}

impl Principal {
    /// Finds the session or API token in the database. Returns `None` if it was revoked, has
    /// expired, or belongs to a locked account.
    pub fn of(tx: &mut Tx<'_>, token: &BearerToken) -> Result<Option<Self>, DbError> {
        match token {
            BearerToken::Access(claims) => {
                let (found, now) = (
                    find_of_api_client(tx, &UserId(claims.sub.clone()), &claims.sid)?,
                    tx.now,
                );
                Ok(found
                    .filter(|current| is_open(&current.session, &current.user, now))
                    .map(Self::Session))
            }
            BearerToken::Personal(secret) => {
                let found = api_tokens::find_live(tx, secret)?;
                Ok(found.map(|(token, owner)| Self::Owner(token, owner)))
            }
        }
    }

    pub fn user(&self) -> &User {
        match self {
            Self::Session(current) => &current.user,
            Self::Owner(_, owner) => owner,
        }
    }

    /// Returns the credential that changes to the account are authorized with.
    pub fn credential(&self) -> Credential {
        match self {
            Self::Session(current) => Credential::Session(current.session.id_hash.clone()),
            Self::Owner(token, _) => Credential::PersonalToken(token.id.clone()),
        }
    }

    /// Returns true if no use was recorded within the last minute.
    pub fn is_use_due(&self, now: Timestamp) -> bool {
        match self {
            Self::Session(current) => is_last_seen_outdated(&current.session, now),
            Self::Owner(token, _) => api_tokens::is_use_due(token, now),
        }
    }
}

/// Records the use of a credential, at most once a minute.
pub fn record_use(tx: &mut Tx<'_>, user: UserId, by: Credential) -> Result<(), DbError> {
    match by {
        Credential::Session(hash) => record_last_seen(tx, &OwnedSession { user, hash }),
        Credential::PersonalToken(id) => api_tokens::record_use(tx, &user, &id),
    }
}
