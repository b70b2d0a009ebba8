//! Background work for lost second steps: reminders, the link at the end of the wait, and the end
//! of requests whose link was not used. The clean-up runs it.

use crate::accounts::authentication::factor_recovery::{self, DueStep, RecoveryEnd, due_step};
use crate::app::App;
use crate::db::{DbError, LockKey, Tx};
use crate::notifications::{notify_recovery_ready, remind_of_recovery};
use crate::store::factor_recoveries;
use crate::store::users;
use crate::values::{ClientInfo, UserId};

/// Rows per slice.
const SLICE: i64 = 100;

/// Takes the steps that are due.
pub(super) async fn advance(app: &App) -> Result<(), DbError> {
    let mut after = String::new();
    loop {
        let start = after.clone();
        let find = move |tx: &mut Tx<'_>| Ok(factor_recoveries::all_open(tx, &start, SLICE)?);
        let open = app.read(find).await?;
        let Some(last) = open.last() else {
            return Ok(());
        };
        after.clone_from(&last.id);
        let now = app.clock.now();
        for recovery in open.iter().filter(|one| due_step(one, now).is_some()) {
            let user = recovery.user_id.clone();
            let work = move |tx: &mut Tx<'_>| take_step(tx, &user);
            app.write(ClientInfo::hidden(), work).await?;
        }
    }
}

/// Takes the step that is due. Another node may have taken it before the lock.
fn take_step(tx: &mut Tx<'_>, user: &UserId) -> Result<(), DbError> {
    tx.lock(LockKey::User(&user.0))?;
    let (open, now) = (factor_recoveries::find_open(tx, user)?, tx.now);
    let (Some(recovery), Some(user)) = (open, users::by_id(tx, user)?) else {
        return Ok(());
    };
    match due_step(&recovery, now) {
        Some(DueStep::Reminder) => remind_of_recovery(tx, &user, &recovery),
        Some(DueStep::Ready) => notify_recovery_ready(tx, &user),
        Some(DueStep::Expiry) => {
            factor_recovery::end(tx, &user.id, RecoveryEnd::Expired).map(|_| ())
        }
        None => Ok(()),
    }
}
