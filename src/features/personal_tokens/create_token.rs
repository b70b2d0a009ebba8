//! The operation: creates an API token. One transaction checks the limits, stores the token's hash
//! and enqueues a security notice. The owner must learn of the token, because it outlives a logout.

use std::time::Duration;

use crate::accounts::authentication::reauthentication::{Actor, Reauthentication};
use crate::accounts::oauth::api_tokens::{MAX_TOKENS, count_live};
use crate::accounts::rate_limits::{self, Limit, Wait};
use crate::accounts::sessions::NewSession;
use crate::app::{App, Failure};
use crate::db::Tx;
use crate::mail::emails::account::TokenCreated;
use crate::notifications::{authorize, notify_with_undo};
use crate::security::tokens;
use crate::store::personal_tokens::{self, NewPersonalToken};
use crate::values::{Event, Label, ProgramSecret, ProgramSecretKind};

/// Outcome of creating a token.
#[derive(Debug)]
pub enum Outcome {
    /// Carries the secret, of which the server stores only a hash.
    Created(ProgramSecret),
    /// The account has reached the maximum number of tokens.
    TooMany,
    /// The account is rate-limited, because every new token sends an email.
    RateLimited(Wait),
    SessionEnded,
}

/// The outcome, and the renewed session if the browser needs a new cookie.
pub type Answer = (Outcome, Option<NewSession>);

pub async fn create_token(
    app: &App,
    actor: Actor,
    reauthentication: Reauthentication,
    name: Label,
    lifetime: Duration,
) -> Result<Answer, Failure> {
    let client = actor.client.clone();
    let work = move |tx: &mut Tx<'_>| {
        let Some(authorized) = authorize(tx, &actor, &reauthentication)? else {
            return Ok((Outcome::SessionEnded, None));
        };
        let user = authorized.user;
        if count_live(tx, &actor.user)? >= MAX_TOKENS {
            return Ok((Outcome::TooMany, authorized.renewed));
        }
        if let Err(wait) = rate_limits::try_acquire(tx, Limit::NewTokens, &user.id.0)? {
            return Ok((Outcome::RateLimited(wait), authorized.renewed));
        }
        let secret = tokens::new_program_secret(ProgramSecretKind::PersonalToken);
        let (created_at, expires_at) = (tx.now, tx.now + lifetime);
        let token = NewPersonalToken {
            id: &tokens::random_id(),
            user_id: &user.id,
            name: name.as_str(),
            token_hash: &tokens::hash_program_secret(&secret),
            created_at,
            expires_at,
        };
        personal_tokens::insert(tx, &token)?;
        notify_with_undo(tx, Event::TokenCreated, &user, |notice| {
            let token_name = name.as_str().to_owned();
            TokenCreated {
                notice,
                token_name,
                expires_at,
            }
        })?;
        Ok((Outcome::Created(secret), authorized.renewed))
    };
    Ok(app.write(client, work).await?)
}
