//! The operation: adds an authenticator app. The first one gives the account a second step, ends
//! every other session and creates recovery codes.

use crate::accounts::authentication::authenticator_apps::{self, MAX_APPS, NewApp};
use crate::accounts::authentication::reauthentication::{Actor, Authorized, Reauthentication};
use crate::accounts::rate_limits::{self, Limit, Wait};
use crate::accounts::sessions::NewSession;
use crate::app::{App, Failure};
use crate::db::{DbError, Tx};
use crate::features::second_factor::add_factor::add_factor;
use crate::notifications::authorize;
use crate::store::totp_credentials;
use crate::values::{FactorKind, RecoveryCode};

/// Outcome of an addition.
#[derive(Debug)]
pub enum Outcome {
    /// Contains the recovery codes that the first factor creates.
    Added(Vec<RecoveryCode>),
    /// The same form was sent before.
    AlreadyAdded,
    /// The app of this setup was removed meanwhile.
    SetupUsed,
    TooMany,
    RateLimited(Wait),
    SessionEnded,
}

/// Adds the app. The second value is the renewed session, if the session was renewed.
pub async fn add_app(
    app: &App,
    actor: Actor,
    reauthentication: Reauthentication,
    new_app: NewApp,
) -> Result<(Outcome, Option<NewSession>), Failure> {
    let client = actor.client.clone();
    let work = move |tx: &mut Tx<'_>| {
        let Some(mut authorized) = authorize(tx, &actor, &reauthentication)? else {
            return Ok((Outcome::SessionEnded, None));
        };
        let outcome = add(tx, &mut authorized, &new_app)?;
        Ok((outcome, authorized.renewed))
    };
    Ok(app.write(client, work).await?)
}

fn add(tx: &mut Tx<'_>, authorized: &mut Authorized, new_app: &NewApp) -> Result<Outcome, DbError> {
    let user = authorized.user.clone();
    let live = totp_credentials::live(tx, &user.id)?;
    if live.iter().any(|app| app.id == new_app.setup.id) {
        return Ok(Outcome::AlreadyAdded);
    }
    if totp_credentials::exists(tx, &new_app.setup.id)? {
        return Ok(Outcome::SetupUsed);
    }
    if live.len() >= MAX_APPS {
        return Ok(Outcome::TooMany);
    }
    if let Err(wait) = rate_limits::try_acquire(tx, Limit::FactorChanges, &user.id.0)? {
        return Ok(Outcome::RateLimited(wait));
    }
    let factor = (FactorKind::App, new_app.name.as_str());
    let codes = add_factor(tx, authorized, factor, |tx, added_at| {
        authenticator_apps::add(tx, &user.id, new_app, added_at)
    })?;
    Ok(Outcome::Added(codes))
}
