//! The operation: ends a session on the server. From the next request on, no node accepts its
//! cookie.

use crate::accounts::audit;
use crate::accounts::sessions::{self, EndReason};
use crate::app::{App, Failure};
use crate::db::{LockKey, Tx};
use crate::values::{ClientInfo, Event, OwnedSession};

/// Ends the session. If it has already ended, changes nothing.
pub async fn log_out(app: &App, session: OwnedSession, client: ClientInfo) -> Result<(), Failure> {
    let work = move |tx: &mut Tx<'_>| {
        // Locks the user, so that the account can't be deleted at the same time.
        tx.lock(LockKey::User(&session.user.0))?;
        if sessions::end(tx, &session, EndReason::LoggedOut)? {
            audit::record(tx, Event::LoggedOut, &session.user)?;
        }
        Ok(())
    };
    Ok(app.write(client, work).await?)
}
