//! The operation: ends every session except the current one. Known devices stay known, so that the
//! next login there sends no security notice, but they lose their trust.

use crate::accounts::audit;
use crate::accounts::authentication::pending_logins;
use crate::accounts::authentication::reauthentication::{Actor, Reauthentication};
use crate::accounts::sessions::{self, EndReason, NewSession};
use crate::app::{App, Failure};
use crate::db::Tx;
use crate::notifications::authorize;
use crate::values::Event;

/// Outcome of ending the other sessions.
#[derive(Debug)]
pub enum Outcome {
    Ended {
        /// The current session, if the browser needs a new cookie for it.
        renewed: Option<NewSession>,
    },
    /// The current session has ended in the meantime.
    SessionEnded,
}

pub async fn end_other_sessions(
    app: &App,
    actor: Actor,
    reauthentication: Reauthentication,
) -> Result<Outcome, Failure> {
    let client = actor.client.clone();
    let work = move |tx: &mut Tx<'_>| {
        let Some(authorized) = authorize(tx, &actor, &reauthentication)? else {
            return Ok(Outcome::SessionEnded);
        };
        pending_logins::end_all_and_revoke_trust(tx, &actor.user)?;
        if sessions::end_others(
            tx,
            &actor.user,
            authorized.by.session(),
            EndReason::EndedElsewhere,
        )? {
            audit::record(tx, Event::OtherSessionsEnded, &actor.user)?;
        }
        Ok(Outcome::Ended {
            renewed: authorized.renewed,
        })
    };
    Ok(app.write(client, work).await?)
}
