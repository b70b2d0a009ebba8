//! The record of a login, and the security notice about a login on a new device.

use super::notify_with_undo;
use crate::accounts::audit;
use crate::accounts::authentication::finish_login::FinishedLogin;
use crate::accounts::rate_limits::{self, Limit};
use crate::db::{DbError, Tx};
use crate::mail::emails::login::NewDevice;
use crate::store::users::User;
use crate::values::Event;

/// Records the login. For a new device, also sends a security notice, within a rate limit.
pub fn record_login(tx: &mut Tx<'_>, user: &User, login: &FinishedLogin) -> Result<(), DbError> {
    if !login.is_new_device || !rate_limits::check(tx, Limit::LoginNotices, &user.id.0)? {
        return audit::record(tx, Event::LoggedIn, &user.id);
    }
    let address = tx.client.address.clone();
    notify_with_undo(tx, Event::LoggedIn, user, |notice| NewDevice {
        notice,
        address,
    })?;
    Ok(())
}
