//! The operation: adds a passkey. The first factor gives the account a second step, ends every
//! other session and creates recovery codes.

use crate::accounts::authentication::passkeys::{self, MAX_PASSKEYS, VerifiedRegistration};
use crate::accounts::authentication::reauthentication::{Actor, Authorized, Reauthentication};
use crate::accounts::rate_limits::{self, Limit, Wait};
use crate::accounts::sessions::NewSession;
use crate::app::{App, Failure};
use crate::db::{DbError, Tx};
use crate::features::second_factor::add_factor::add_factor;
use crate::notifications::authorize;
use crate::store::passkeys as passkey_rows;
use crate::values::{FactorKind, RecoveryCode};

/// Outcome of an addition.
#[derive(Debug)]
pub enum Outcome {
    /// Contains the recovery codes that the first factor creates.
    Added(Vec<RecoveryCode>),
    /// The response was sent before, or an account has this passkey.
    AlreadyUsed,
    TooMany,
    RateLimited(Wait),
    SessionEnded,
}

/// Adds the passkey. The second value is the renewed session, if the session was renewed.
pub async fn add_passkey(
    app: &App,
    actor: Actor,
    new: VerifiedRegistration,
) -> Result<(Outcome, Option<NewSession>), Failure> {
    let client = actor.client.clone();
    let work = move |tx: &mut Tx<'_>| {
        let Some(mut authorized) = authorize(tx, &actor, &Reauthentication::Recent)? else {
            return Ok((Outcome::SessionEnded, None));
        };
        let outcome = add(tx, &mut authorized, &new)?;
        Ok((outcome, authorized.renewed))
    };
    Ok(app.write(client, work).await?)
}

fn add(
    tx: &mut Tx<'_>,
    authorized: &mut Authorized,
    new: &VerifiedRegistration,
) -> Result<Outcome, DbError> {
    let user = authorized.user.clone();
    let live = passkey_rows::live(tx, &user.id)?;
    if live.len() >= MAX_PASSKEYS {
        return Ok(Outcome::TooMany);
    }
    if let Err(wait) = rate_limits::try_acquire(tx, Limit::FactorChanges, &user.id.0)? {
        return Ok(Outcome::RateLimited(wait));
    }
    if !passkeys::claim(tx, new)? {
        return Ok(Outcome::AlreadyUsed);
    }
    let name = passkeys::default_name(new, &tx.client.user_agent, &live);
    let factor = (FactorKind::Passkey, name.as_str());
    let codes = add_factor(tx, authorized, factor, |tx, added_at| {
        passkeys::add(tx, &user.id, new, &name, added_at)
    })?;
    Ok(Outcome::Added(codes))
}
