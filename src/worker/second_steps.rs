//! Background work for the second step: reports logins that stopped before it, and seals the
//! secrets of authenticator apps again after a rotation. The clean-up runs both. At the start, it
//! warns if `VESTIBULE_SECRET` lacks one that is needed.

use crate::accounts::authentication::authenticator_apps;
use crate::accounts::devices;
use crate::app::App;
use crate::db::{DbError, LockKey, Tx};
use crate::notifications::record_missed_second_step;
use crate::store::pending_logins::{self, PendingLogin};
use crate::store::users;
use crate::values::ClientInfo;

/// Rows per slice.
const SLICE: i64 = 100;

/// Reports pending logins from unknown devices that expired unused. Someone knew the password.
pub(super) async fn report_abandoned_logins(app: &App) -> Result<(), DbError> {
    loop {
        let find = |tx: &mut Tx<'_>| {
            let now = tx.now;
            Ok(pending_logins::find_expired_unreported(tx, now, SLICE)?)
        };
        let missed = app.read(find).await?;
        let is_last = i64::try_from(missed.len()).is_ok_and(|found| found < SLICE);
        for login in missed {
            let client = ClientInfo {
                address: login.client_address.clone(),
                user_agent: login.user_agent.clone(),
                network: None,
            };
            app.write(client, move |tx| report(tx, &login)).await?;
        }
        if is_last {
            return Ok(());
        }
    }
}

fn report(tx: &mut Tx<'_>, login: &PendingLogin) -> Result<(), DbError> {
    tx.lock(LockKey::User(&login.user_id.0))?;
    let now = tx.now;
    let is_known = match &login.device_hash {
        Some(device) => devices::is_known(tx, &login.user_id, device)?,
        None => false,
    };
    let user = users::by_id(tx, &login.user_id)?.filter(|_| !is_known);
    // Another node may have reported it before the lock.
    if let Some(user) = user
        && pending_logins::is_unreported(tx, &login.id_hash)?
    {
        return record_missed_second_step(tx, &user, login.created_at);
    }
    Ok(pending_logins::set_login_notified(
        tx,
        &login.user_id,
        &login.id_hash,
        now,
    )?)
}

/// Warns of authenticator apps that were sealed with a secret that the operator has removed.
pub(super) async fn warn_of_unknown_seals(app: &App) -> Result<(), DbError> {
    let count = app.read(authenticator_apps::count_seals).await?.unknown;
    if count > 0 {
        tracing::warn!(
            count,
            "cannot open secrets of authenticator apps, see vestibule doctor"
        );
    }
    Ok(())
}

/// Seals the secrets of authenticator apps with the newest secret of the operator, so that an older
/// one can be removed.
pub(super) async fn reseal(app: &App) -> Result<(), DbError> {
    let mut after = String::new();
    loop {
        let start = after.clone();
        let work = move |tx: &mut Tx<'_>| authenticator_apps::reseal(tx, &start, SLICE);
        match app.write(ClientInfo::hidden(), work).await? {
            Some(last) => after = last,
            None => return Ok(()),
        }
    }
}
