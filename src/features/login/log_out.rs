//! The operation: ends a session on the server. From the next request on, its cookie is worth nothing on any node.

use crate::accounts::audit::{self, Client, Event};
use crate::accounts::sign_out::{self, EndReason};
use crate::app::{App, Failure};
use crate::values::SessionIdHash;

/// Ends it; one that has ended before stays as it is.
pub async fn log_out(app: &App, session: SessionIdHash, client: Client) -> Result<(), Failure> {
    let (now, client_address) = (app.clock.now(), client.address.clone());
    let work = move |db: &mut _| {
        let user = sign_out::end(db, &session, EndReason::LoggedOut, now)?;
        if let Some(user) = &user {
            audit::record(db, Event::LoggedOut, Some(user), &client, now)?;
        }
        Ok(user)
    };
    if let Some(user) = app.db.write(work).await? {
        tracing::info!(event = Event::LoggedOut.name(), user = user.0, client = client_address);
    }
    Ok(())
}
