//! The operation: changes the password of a logged-in user. One transaction renews this session
//! and, on request, ends the others. It also invalidates every link except undo links and enqueues
//! a security notice.

use crate::accounts::audit::Event;
use crate::accounts::devices;
use crate::accounts::links;
use crate::accounts::passwords::{self, AcceptedPassword};
use crate::accounts::personal_tokens;
use crate::accounts::reauthentication::{self, Actor, Reauthentication};
use crate::accounts::sign_in::NewSession;
use crate::accounts::sign_out::{self, EndReason};
use crate::app::{App, Failure};
use crate::db::DbConnection;
use crate::mail::{EmailKind, LoggedOut, Outbox, SecurityNotice, notify_with_undo};
use crate::store::password_credentials;
use crate::values::DeviceId;

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
    proof: Reauthentication,
    change: Change,
) -> Result<Outcome, Failure> {
    let password_hash = passwords::hash(&app.hasher, change.password, app.settings.bcrypt_cost).await?;
    let now = app.clock.now();
    let (user_id, client) = (actor.user.0.clone(), actor.client.address.clone());
    let work = move |db: &mut DbConnection, outbox: &Outbox| {
        let Some(authorized) = reauthentication::authorize(db, &actor, &proof, now)? else {
            return Ok(Outcome::SessionEnded);
        };
        let user = authorized.user;
        password_credentials::change(db, &user.id, &password_hash.0, now.millis())?;
        links::void_all(db, &user.id, now)?;
        if change.end_others {
            sign_out::end_others(db, &actor.user, authorized.by.session(), EndReason::PasswordChanged, now)?;
            devices::forget(db, &actor.user, Some(&change.device))?;
        }
        devices::recognise(db, &actor.user, &change.device, now)?;
        let logged_out = if change.end_others { LoggedOut::Elsewhere } else { LoggedOut::Nowhere };
        let working_tokens = personal_tokens::live_names(db, &actor.user, now)?;
        notify_with_undo(db, outbox, Event::PasswordChanged, &user, &actor.client, now, |fact| {
            let SecurityNotice { name, at, device, undo } = fact;
            let revoked_tokens = Vec::new();
            EmailKind::PasswordChanged {
                name,
                at,
                device,
                logged_out,
                undo: Some(undo),
                working_tokens,
                revoked_tokens,
            }
        })?;
        Ok(Outcome::Changed(authorized.renewed))
    };
    let outcome = app.write_with_mail(work).await?;
    if matches!(outcome, Outcome::Changed(_)) {
        tracing::info!(event = Event::PasswordChanged.name(), user = user_id, client);
    }
    Ok(outcome)
}
