//! The operation: records that a user may not open an app, at most once an hour.

use std::time::Duration;

use crate::accounts::audit;
use crate::app::{App, Failure};
use crate::db::{DbError, LockKey, Tx};
use crate::store::events;
use crate::values::{AppId, ClientInfo, Event, UserId};

/// A browser tries again often, and one event says it all.
const RECORDED_EVERY: Duration = Duration::from_hours(1);

pub(super) async fn record_rejection(
    app: &App,
    client: ClientInfo,
    user: UserId,
    id: AppId,
) -> Result<(), Failure> {
    let (reader, of_app) = (user.clone(), id.clone());
    if app
        .read(move |tx| is_recorded(tx, &reader, &of_app))
        .await?
    {
        return Ok(());
    }
    let work = move |tx: &mut Tx<'_>| {
        tx.lock(LockKey::User(&user.0))?;
        if is_recorded(tx, &user, &id)? {
            return Ok(());
        }
        audit::record_app(tx, Event::AppRejected, &user, &id, None)
    };
    Ok(app.write(client, work).await?)
}

fn is_recorded(tx: &mut Tx<'_>, user: &UserId, id: &AppId) -> Result<bool, DbError> {
    let (kind, since) = (Event::AppRejected.name(), tx.now - RECORDED_EVERY);
    Ok(events::has_about(tx, user, kind, id, since)?)
}
