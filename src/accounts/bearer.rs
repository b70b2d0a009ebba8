//! What a program shows to act for a person: an access token of a session, or a personal access token. It is looked at by
//! itself first, without the database; then what it opens is read, each time, so that revocation holds on the next request.

use super::personal_tokens;
use super::reauthentication::Credential;
use super::sign_in;
use crate::clock::Timestamp;
use crate::db::{DbConnection, DbError};
use crate::security::access_token::{AccessClaims, AccessTokens};
use crate::security::tokens::hash_program_secret;
use crate::store::personal_tokens::PersonalToken;
use crate::store::sessions::Current;
use crate::store::users::User;
use crate::values::{OwnedSession, ProgramSecret, ProgramSecretHash, ProgramSecretKind, SessionIdHash, UserId};

/// A token that is well formed, and signed by us if it is of a kind that is.
#[derive(Clone, Debug)]
pub enum BearerToken {
    /// An access token, and what it says.
    Access(AccessClaims),
    /// A personal access token.
    Personal(ProgramSecretHash),
}

/// Whom a token was found to act for.
#[derive(Clone, Debug)]
pub enum Principal {
    /// A live session of a program.
    Session(Current),
    /// The owner of a personal access token.
    Owner(PersonalToken, User),
}

impl BearerToken {
    /// Reads one; `None` if it is none of ours, or past its end.
    pub fn read(access_tokens: &AccessTokens, text: &str, now: Timestamp) -> Option<Self> {
        if text.starts_with(ProgramSecretKind::PersonalToken.prefix()) {
            let secret = ProgramSecret::parse(ProgramSecretKind::PersonalToken, text)?;
            return Some(Self::Personal(hash_program_secret(&secret)));
        }
        access_tokens.verify(text, now).map(Self::Access)
    }
}

impl Principal {
    /// Whom a token acts for; `None` if it opens nothing any more.
    pub fn of(connection: &mut DbConnection, token: &BearerToken, now: Timestamp) -> Result<Option<Self>, DbError> {
        match token {
            BearerToken::Access(claims) => {
                let found = sign_in::find_of_program(connection, &UserId(claims.sub.clone()), &claims.sid)?;
                Ok(found.filter(|current| sign_in::is_open(&current.session, &current.user, now)).map(Self::Session))
            }
            BearerToken::Personal(secret) => {
                let found = personal_tokens::find_live(connection, secret, now)?;
                Ok(found.map(|(token, owner)| Self::Owner(token, owner)))
            }
        }
    }

    /// The person.
    pub fn user(&self) -> &User {
        match self {
            Self::Session(current) => &current.user,
            Self::Owner(_, owner) => owner,
        }
    }

    /// By which means a request of theirs acts.
    pub fn credential(&self) -> Credential {
        match self {
            Self::Session(current) => Credential::Session(SessionIdHash(current.session.id_hash.clone())),
            Self::Owner(token, _) => Credential::PersonalToken(token.id.clone()),
        }
    }

    /// Whether it is time to note that the token was used.
    pub fn is_use_due(&self, now: Timestamp) -> bool {
        match self {
            Self::Session(current) => sign_in::is_seen_due(&current.session, now),
            Self::Owner(token, _) => personal_tokens::is_use_due(token, now),
        }
    }
}

/// Notes that a token was used, at most once a minute.
pub fn note_used(connection: &mut DbConnection, user: UserId, by: Credential, now: Timestamp) -> Result<(), DbError> {
    match by {
        Credential::Session(hash) => sign_in::note_seen(connection, &OwnedSession { user, hash }, now),
        Credential::PersonalToken(id) => personal_tokens::note_used(connection, &user, &id, now),
    }
}
