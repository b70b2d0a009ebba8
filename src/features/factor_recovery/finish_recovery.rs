//! The operation: removes a lost second step after the wait. It needs the emailed link and the
//! password. Every session ends, and the owner can undo it.

use crate::accounts::links::{self, LinkState, Purpose};
use crate::app::{App, Failure};
use crate::db::Tx;
use crate::notifications::remove_second_step;
use crate::security::password_hash::PasswordHash;
use crate::security::tokens;
use crate::store::password_credentials;
use crate::store::users::{self, User};
use crate::values::{ClientInfo, Token, UserId};

/// Returns the user whose second step the link removes. `None` if the link does not work.
pub async fn user_of(app: &App, token: &Token) -> Result<Option<User>, Failure> {
    let token_hash = tokens::hash_token(token);
    let work = move |tx: &mut Tx<'_>| {
        let state = links::peek(tx, Purpose::RemoveSecondStep, &token_hash)?;
        let LinkState::Live(link) = state else {
            return Ok(None);
        };
        Ok(users::by_id(tx, &UserId(link.subject_id))?)
    };
    Ok(app.read(work).await?)
}

/// Removes the second step. `compared` is the hash that the password matched. Returns false if the
/// link does not work any more, if the password has changed or is blocked, or if the account is
/// locked or an administrator's.
pub async fn finish_recovery(
    app: &App,
    token: &Token,
    compared: PasswordHash,
    client: ClientInfo,
) -> Result<bool, Failure> {
    let token_hash = tokens::hash_token(token);
    let work = move |tx: &mut Tx<'_>| {
        links::lock(tx, Purpose::RemoveSecondStep, &token_hash)?;
        let state = links::peek(tx, Purpose::RemoveSecondStep, &token_hash)?;
        let LinkState::Live(link) = state else {
            return Ok(false);
        };
        let id = UserId(link.subject_id.clone());
        let stored = password_credentials::of(tx, &id)?;
        let is_same =
            stored.is_some_and(|stored| stored.is_usable() && stored.password_hash == compared);
        // The user may have become an administrator during the wait.
        let may_finish = |user: &User| is_same && !user.is_admin && user.locked_at.is_none();
        let user = users::by_id(tx, &id)?.filter(may_finish);
        let Some(user) = user else {
            return Ok(false);
        };
        if !links::consume(tx, &link)? {
            return Ok(false);
        }
        remove_second_step(tx, &user)?;
        Ok(true)
    };
    Ok(app.write(client, work).await?)
}
