//! The operation: keeps the second step. It stops a requested removal, with an emailed link or in a
//! session.

use crate::accounts::authentication::factor_recovery::{self, RecoveryEnd};
use crate::accounts::authentication::reauthentication::{Actor, Reauthentication};
use crate::accounts::links::{self, LinkState, Purpose};
use crate::app::{App, Failure};
use crate::db::Tx;
use crate::notifications::authorize;
use crate::security::tokens;
use crate::values::{ClientInfo, Token, UserId};

/// Returns true if the emailed link works. Changes nothing.
pub async fn is_usable(app: &App, token: &Token) -> Result<bool, Failure> {
    let token_hash = tokens::hash_token(token);
    let work = move |tx: &mut Tx<'_>| {
        let state = links::peek(tx, Purpose::KeepSecondStep, &token_hash)?;
        Ok(matches!(state, LinkState::Live(_)))
    };
    Ok(app.read(work).await?)
}

/// Stops the requested removal with an emailed link. Returns false if the link does not work. The
/// end of the request invalidates this link and all others of the request.
pub async fn stop_by_link(app: &App, token: &Token, client: ClientInfo) -> Result<bool, Failure> {
    let token_hash = tokens::hash_token(token);
    let work = move |tx: &mut Tx<'_>| {
        links::lock(tx, Purpose::KeepSecondStep, &token_hash)?;
        let state = links::peek(tx, Purpose::KeepSecondStep, &token_hash)?;
        let LinkState::Live(link) = state else {
            return Ok(false);
        };
        factor_recovery::stop(tx, &UserId(link.subject_id), RecoveryEnd::Kept)?;
        Ok(true)
    };
    Ok(app.write(client, work).await?)
}

/// Stops the removal in a session. Returns false if the session has ended.
pub async fn stop_in_session(app: &App, actor: Actor) -> Result<bool, Failure> {
    let client = actor.client.clone();
    let work = move |tx: &mut Tx<'_>| {
        let Some(authorized) = authorize(tx, &actor, &Reauthentication::NotNeeded)? else {
            return Ok(false);
        };
        factor_recovery::stop(tx, &authorized.user.id, RecoveryEnd::Kept)?;
        Ok(true)
    };
    Ok(app.write(client, work).await?)
}
