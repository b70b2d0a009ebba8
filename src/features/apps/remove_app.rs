//! The operation: removes an app from all sessions of a user. The app opens again with the next
//! hand-over, if the user still has access.

use crate::accounts::authentication::reauthentication::{Actor, Reauthentication};
use crate::app::{App, Failure};
use crate::db::Tx;
use crate::notifications;
use crate::store::app_logins;
use crate::values::AppId;

/// Outcome of removing an app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Removed,
    /// No session has opened the app.
    NotOpened,
    SessionEnded,
}

pub async fn remove_app(app: &App, actor: Actor, id: AppId) -> Result<Outcome, Failure> {
    let client = actor.client.clone();
    let work = move |tx: &mut Tx<'_>| {
        let allowed = notifications::authorize(tx, &actor, &Reauthentication::NotNeeded)?;
        let Some(allowed) = allowed else {
            return Ok(Outcome::SessionEnded);
        };
        let user = allowed.user.id;
        if app_logins::delete_of_user(tx, &user, &id)? == 0 {
            return Ok(Outcome::NotOpened);
        }
        tx.after_commit(move || {
            tracing::info!(event = "app_login_removed", user = user.0, app = id.0);
        });
        Ok(Outcome::Removed)
    };
    Ok(app.write(client, work).await?)
}
