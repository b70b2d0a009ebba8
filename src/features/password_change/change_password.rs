//! The operation: changes the password of a logged-in user. One transaction renews this session
//! and, on request, ends the others. It also invalidates every link except undo links and enqueues
//! a security notice.

use crate::accounts::authentication::passwords::{self, AcceptedPassword};
use crate::accounts::authentication::reauthentication::{Actor, Reauthentication};
use crate::accounts::authentication::replace_password::replace_password;
use crate::accounts::oauth::api_tokens;
use crate::accounts::sessions::{self, EndReason, NewSession};
use crate::accounts::{devices, login_protection};
use crate::app::{App, Failure};
use crate::db::Tx;
use crate::mail::emails::password::{LoggedOut, PasswordChanged};
use crate::notifications::{authorize, notify_with_undo};
use crate::values::{DeviceId, Event};

/// Outcome of a password change.
#[derive(Debug)]
pub enum Outcome {
    /// The password is changed. The session has a new id, which the browser must get.
    Changed(Option<NewSession>),
    /// The session has ended, or another request has changed the password.
    SessionEnded,
}

/// Values of the form.
#[derive(Debug)]
pub struct Change {
    pub password: AcceptedPassword,
    /// True if every other session ends and every other known device is forgotten.
    pub end_others: bool,
    /// The browser of the request. It becomes, or stays, a known device.
    pub device: DeviceId,
}

pub async fn change_password(
    app: &App,
    actor: Actor,
    reauthentication: Reauthentication,
    change: Change,
) -> Result<Outcome, Failure> {
    let password_hash =
        passwords::hash(&app.hasher, change.password, app.settings.bcrypt_cost).await?;
    let client = actor.client.clone();
    let work = move |tx: &mut Tx<'_>| {
        let Some(authorized) = authorize(tx, &actor, &reauthentication)? else {
            return Ok(Outcome::SessionEnded);
        };
        let user = authorized.user;
        replace_password(tx, &user.id, &password_hash)?;
        login_protection::reset_factor_failures(tx, &user.id)?;
        if change.end_others {
            sessions::end_others(
                tx,
                &actor.user,
                authorized.by.session(),
                EndReason::PasswordChanged,
            )?;
            devices::forget(tx, &actor.user, Some(&change.device))?;
        }
        devices::remember(tx, &actor.user, &change.device)?;
        let logged_out = if change.end_others {
            LoggedOut::Elsewhere
        } else {
            LoggedOut::Nowhere
        };
        let working_tokens = api_tokens::live_names(tx, &actor.user)?;
        notify_with_undo(tx, Event::PasswordChanged, &user, |notice| {
            PasswordChanged {
                notice,
                logged_out,
                working_tokens,
                revoked_tokens: Vec::new(),
                working_passkeys: 0,
                has_app: false,
            }
        })?;
        Ok(Outcome::Changed(authorized.renewed))
    };
    Ok(app.write(client, work).await?)
}
