//! The operation: reauthenticates before a change, and renews the session. Only the setup of a
//! factor needs it.

use crate::accounts::authentication::reauthentication::{Actor, Reauthentication};
use crate::accounts::sessions::NewSession;
use crate::app::{App, Failure};
use crate::notifications::authorize;

/// Returns the renewed session. `None` if the session has ended, or the code was used meanwhile.
pub async fn reauthenticate_session(
    app: &App,
    actor: Actor,
    reauthentication: Reauthentication,
) -> Result<Option<NewSession>, Failure> {
    let client = actor.client.clone();
    let renewed = app.write(client, move |tx| {
        Ok(authorize(tx, &actor, &reauthentication)?.and_then(|authorized| authorized.renewed))
    });
    Ok(renewed.await?)
}
