//! The operation: ends a session on the server. From the next request on, its cookie is worth nothing on any node.

use crate::accounts::audit::{self, Client, Event};
use crate::accounts::sign_out::{self, EndReason};
use crate::app::{App, Failure};
use crate::values::SessionIdHash;

/// Ends it; one that has ended before stays as it is.
pub async fn log_out(app: &App, session: SessionIdHash, client: Client) -> Result<(), Failure> {
    let now = app.clock.now();
    let work = move |db: &mut _| match sign_out::end(db, &session, EndReason::LoggedOut, now)? {
        Some(user) => audit::record(db, Event::LoggedOut, Some(&user), &client, now),
        None => Ok(()),
    };
    Ok(app.db.write(work).await?)
}
