//! The operation: a signed-in person gives the account another password. One transaction renews this session, ends the
//! others if that is wanted, voids every link that could change something, and writes the notice with its undo.

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

/// What the form did.
#[derive(Debug)]
pub enum Outcome {
    /// The password is another one, and so is the id of this session.
    Changed(Option<NewSession>),
    /// The session has ended meanwhile, or the password was changed by somebody else.
    SessionEnded,
}

/// What was chosen.
#[derive(Debug)]
pub struct Change {
    /// The new password.
    pub password: AcceptedPassword,
    /// Whether every other session ends, and every other browser is a stranger again.
    pub end_others: bool,
    /// The browser that it is done in.
    pub device: DeviceId,
}

/// Changes it.
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
