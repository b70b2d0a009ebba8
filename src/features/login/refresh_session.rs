//! The operation: exchanges a refresh token for the next one. A reused token ends the session, and
//! the owner gets a security notice. Reuse is a sign that an attacker has a copy.

use crate::accounts::audit;
use crate::accounts::authentication::methods::{Authentication, LoginMethod};
use crate::accounts::rate_limits::{self, Limit};
use crate::accounts::sessions::refresh::{Exchange, exchange};
use crate::app::{App, Failure};
use crate::clock::Timestamp;
use crate::db::{DbError, LockKey, Tx};
use crate::mail::emails::login::RefreshTokenReused;
use crate::notifications::notify_with_undo;
use crate::security::refresh_token::RefreshToken;
use crate::security::tokens::hash_session_id;
use crate::store::users::User;
use crate::values::{ClientInfo, Event, OwnedSession};

/// Outcome of a refresh.
#[derive(Debug)]
pub enum Outcome {
    Refreshed(SessionForTokens),
    /// The token is invalid or reused, or its session has ended.
    Rejected,
}

/// The session of which tokens are made, after a login or a refresh.
#[derive(Debug)]
pub struct SessionForTokens {
    pub refresh_token: RefreshToken,
    /// Public id of the session.
    pub handle: String,
    /// Absolute end of the session.
    pub expires_at: Timestamp,
    pub authentication: Authentication,
}

pub async fn refresh_session(
    app: &App,
    token: &str,
    client: ClientInfo,
) -> Result<Outcome, Failure> {
    let Some(token) = RefreshToken::verify(&app.keys, token) else {
        return Ok(Outcome::Rejected);
    };
    let work = move |tx: &mut Tx<'_>| {
        tx.lock(LockKey::User(&token.user.0))?;
        let owned = OwnedSession {
            user: token.user.clone(),
            hash: hash_session_id(&token.session),
        };
        match exchange(tx, &owned, token.generation)? {
            Exchange::Next {
                session,
                generation,
            } => Ok(Outcome::Refreshed(SessionForTokens {
                refresh_token: RefreshToken {
                    generation,
                    ..token
                },
                authentication: Authentication {
                    method: LoginMethod::parse(&session.signed_in_by),
                    at: session.session.proven_at,
                },
                handle: session.session.handle,
                expires_at: session.session.expires_at,
            })),
            Exchange::Reused(user) => {
                record_reuse(tx, &user)?;
                Ok(Outcome::Rejected)
            }
            Exchange::Ended => Ok(Outcome::Rejected),
        }
    };
    Ok(app.write(client, work).await?)
}

/// Records the reuse of a token, and sends a security notice within a rate limit.
fn record_reuse(tx: &mut Tx<'_>, user: &User) -> Result<(), DbError> {
    if !rate_limits::check(tx, Limit::ReuseNotices, &user.id.0)? {
        return audit::record(tx, Event::RefreshReused, &user.id);
    }
    notify_with_undo(tx, Event::RefreshReused, user, |notice| {
        RefreshTokenReused { notice }
    })?;
    Ok(())
}
