//! The operation: ends every session of an account, API sessions included. The user can log in
//! again at once.

use super::admin_action::{self, AdminActor, Outcome};
use crate::accounts::audit::{self, Event};
use crate::accounts::sign_out::{self, EndReason};
use crate::app::{App, Failure};
use crate::db::DbConnection;
use crate::values::UserId;

pub async fn end_all_sessions(app: &App, by: AdminActor, id: String) -> Result<Outcome, Failure> {
    let (now, acting) = (app.clock.now(), by.clone());
    let (target, user) = (id.clone(), UserId(id));
    let work = move |db: &mut DbConnection| {
        if let Err(refused) = admin_action::begin(db, &acting, &user.0, now)? {
            return Ok((refused, false));
        }
        let ended = sign_out::end_all(db, &user, EndReason::EndedByAdministrator, now)?;
        if ended {
            audit::record(db, Event::SessionsEndedByAdministrator, &user, &admin_action::hidden(), now)?;
        }
        Ok((admin_action::done(db, &user.0)?, ended))
    };
    let (outcome, has_changed) = app.db.write(work).await?;
    if has_changed {
        admin_action::log(Event::SessionsEndedByAdministrator, &target, &by);
    }
    Ok(outcome)
}
