//! The operation: creates an API token. One transaction checks the limits, stores the token's hash
//! and enqueues a security notice. The owner must learn of the token, because it outlives a logout.

use std::time::Duration;

use crate::accounts::audit::Event;
use crate::accounts::personal_tokens::{MOST_TOKENS, count_live};
use crate::accounts::reauthentication::{self, Actor, Reauthentication};
use crate::accounts::sign_in::NewSession;
use crate::accounts::throttle::{Limit, Wait};
use crate::app::{App, Failure};
use crate::db::DbConnection;
use crate::mail::{EmailKind, Outbox, SecurityNotice, notify_with_undo};
use crate::security::tokens;
use crate::store::personal_tokens::{self, NewPersonalToken};
use crate::values::{Label, ProgramSecret, ProgramSecretKind};

/// Outcome of creating a token.
#[derive(Debug)]
pub enum Outcome {
    /// Carries the secret, of which the server stores only a hash.
    Created(ProgramSecret),
    /// The account has reached the maximum number of tokens.
    TooMany,
    /// The account is rate-limited, because every new token sends an email.
    TooOften(Wait),
    SessionEnded,
}

/// The outcome, and the renewed session if the browser needs a new cookie.
pub type Answer = (Outcome, Option<NewSession>);

pub async fn create_token(
    app: &App,
    actor: Actor,
    proof: Reauthentication,
    name: Label,
    lifetime: Duration,
) -> Result<Answer, Failure> {
    let (now, limits) = (app.clock.now(), app.limits.clone());
    let (user_id, client) = (actor.user.0.clone(), actor.client.address.clone());
    let work = move |db: &mut DbConnection, outbox: &Outbox| {
        let Some(authorized) = reauthentication::authorize(db, &actor, &proof, now)? else {
            return Ok((Outcome::SessionEnded, None));
        };
        let user = authorized.user;
        if count_live(db, &actor.user, now)? >= MOST_TOKENS {
            return Ok((Outcome::TooMany, authorized.renewed));
        }
        if let Err(wait) = limits.try_acquire(db, Limit::NewTokens, &user.id, now)? {
            return Ok((Outcome::TooOften(wait), authorized.renewed));
        }
        let secret = tokens::new_program_secret(ProgramSecretKind::PersonalToken);
        let expires_at = (now + lifetime).millis();
        personal_tokens::insert(
            db,
            &NewPersonalToken {
                id: &tokens::random_id(),
                user_id: &user.id,
                name: name.as_str(),
                token_hash: &tokens::hash_program_secret(&secret).0,
                created_at: now.millis(),
                expires_at,
            },
        )?;
        notify_with_undo(db, outbox, Event::TokenCreated, &user, &actor.client, now, |fact| {
            let SecurityNotice { name: owner, at, device, undo } = fact;
            EmailKind::TokenCreated { name: owner, at, device, token_name: name.as_str().to_owned(), expires_at, undo }
        })?;
        Ok((Outcome::Created(secret), authorized.renewed))
    };
    let answer = app.write_with_mail(work).await?;
    if matches!(answer.0, Outcome::Created(_)) {
        tracing::info!(event = Event::TokenCreated.name(), user = user_id, client);
    }
    Ok(answer)
}
