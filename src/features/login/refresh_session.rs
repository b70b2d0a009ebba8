//! The operation: exchanges a refresh token for the next one. A reused token ends the session, and
//! the owner gets a security notice. Reuse is a sign that an attacker has a copy.

use crate::accounts::audit::{self, ClientInfo, Event};
use crate::accounts::refresh::{Exchange, exchange};
use crate::accounts::throttle::Limit;
use crate::app::{App, Failure};
use crate::clock::Timestamp;
use crate::db::{DbConnection, take_turn};
use crate::mail::{EmailKind, Outbox, SecurityNotice, notify_with_undo};
use crate::security::refresh_token::RefreshToken;
use crate::security::tokens::hash_session_id;
use crate::values::{OwnedSession, UserId};

/// Outcome of a refresh.
#[derive(Debug)]
pub enum Outcome {
    Refreshed(Refreshed),
    /// The token is invalid or reused, or its session has ended.
    Refused,
}

/// A session with a new refresh token.
#[derive(Debug)]
pub struct Refreshed {
    pub next: RefreshToken,
    /// Public id of the session.
    pub handle: String,
    /// Absolute end of the session.
    pub expires_at: Timestamp,
}

pub async fn refresh_session(app: &App, token: &str, client: ClientInfo) -> Result<Outcome, Failure> {
    let Some(token) = RefreshToken::verify(&app.keys, token) else { return Ok(Outcome::Refused) };
    let (now, limits) = (app.clock.now(), app.limits.clone());
    let (id, client_address) = (token.user.0.clone(), client.address.clone());
    let work = move |db: &mut DbConnection, outbox: &Outbox| {
        take_turn(db, &token.user.0)?;
        let owned = OwnedSession { user: token.user.clone(), hash: hash_session_id(&token.session) };
        match exchange(db, &owned, token.generation, now)? {
            Exchange::Next { session, generation } => {
                Ok((Some((session, RefreshToken { generation, ..token })), false))
            }
            Exchange::Ended => Ok((None, false)),
            Exchange::Reused(user) => {
                let id = UserId(user.id.clone());
                if !limits.check(db, Limit::ReuseNotices, &id.0, now)? {
                    audit::record(db, Event::RefreshReused, &id, &client, now)?;
                    return Ok((None, true));
                }
                notify_with_undo(db, outbox, Event::RefreshReused, &user, &client, now, |fact| {
                    let SecurityNotice { name, at, device, undo } = fact;
                    EmailKind::RefreshTokenReused { name, at, device, undo }
                })?;
                Ok((None, true))
            }
        }
    };
    let (next, was_reused) = app.write_with_mail(work).await?;
    if was_reused {
        tracing::warn!(event = Event::RefreshReused.name(), user = id, client = client_address);
    }
    Ok(match next {
        Some((session, next)) => Outcome::Refreshed(Refreshed {
            next,
            handle: session.session.handle,
            expires_at: Timestamp::from_millis(session.session.expires_at),
        }),
        None => Outcome::Refused,
    })
}
