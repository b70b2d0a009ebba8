//! The operation: ends a session on the server. From the next request on, no node accepts its
//! cookie.

use crate::accounts::audit::{self, ClientInfo, Event};
use crate::accounts::sign_out::{self, EndReason};
use crate::app::{App, Failure};
use crate::db::{DbConnection, take_turn};
use crate::values::OwnedSession;

/// Ends the session. If it has already ended, changes nothing.
pub async fn log_out(app: &App, session: OwnedSession, client: ClientInfo) -> Result<(), Failure> {
    let (now, user, client_address) = (app.clock.now(), session.user.clone(), client.address.clone());
    let work = move |db: &mut DbConnection| {
        // Locks the user, so that the account can't be deleted at the same time.
        take_turn(db, &session.user.0)?;
        let ended = sign_out::end(db, &session, EndReason::LoggedOut, now)?;
        if ended {
            audit::record(db, Event::LoggedOut, &session.user, &client, now)?;
        }
        Ok(ended)
    };
    if app.db.write(work).await? {
        tracing::info!(event = Event::LoggedOut.name(), user = user.0, client = client_address);
    }
    Ok(())
}
