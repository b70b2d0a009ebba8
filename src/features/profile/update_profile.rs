//! The operation: changes the user's own profile. One transaction checks that the handle is free,
//! changes the profile and records the audit event.

use crate::accounts::audit::{self, Event};
use crate::accounts::rate_limits::{self, Limit, Wait};
use crate::accounts::reauthentication::{self, Actor, Reauthentication};
use crate::app::{App, Failure};
use crate::db::{LockKey, Tx};
use crate::store::people::{self, Profile};
use crate::store::users::{self, UserRow};
use crate::values::{Bio, DisplayName, Handle, UserId, sort_name};

/// Validated changes to a profile. `None` keeps the stored value, and `Some(None)` clears it.
#[expect(clippy::option_option, reason = "what is left out, what is cleared and what is set are three things")]
pub struct ProfileChange {
    pub name: Option<Option<DisplayName>>,
    pub handle: Option<Option<Handle>>,
    pub bio: Option<Option<Bio>>,
    pub is_public: Option<bool>,
}

/// Outcome of a profile change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Saved,
    /// Another user has the handle.
    HandleTaken,
    /// A public profile needs a handle.
    HandleNeeded,
    /// The account is rate-limited.
    TooOften(Wait),
    SessionEnded,
}

/// Returns the user with the stored profile. `None` if the user no longer exists.
pub async fn look_at(app: &App, user: &UserId) -> Result<Option<UserRow>, Failure> {
    let id = user.0.clone();
    Ok(app.read(move |tx| Ok(users::kept(tx, &id)?)).await?)
}

pub async fn update_profile(app: &App, actor: Actor, change: ProfileChange) -> Result<Outcome, Failure> {
    let client = actor.client.clone();
    let work = move |tx: &mut Tx<'_>| {
        // Locks the handle. Of two concurrent requests for one handle, the second finds it taken.
        if let Some(Some(handle)) = &change.handle {
            tx.lock(LockKey::Handle(handle.as_str()))?;
        }
        if reauthentication::authorize(tx, &actor, &Reauthentication::NotNeeded)?.is_none() {
            return Ok(Outcome::SessionEnded);
        }
        let Some(stored) = people::profile(tx, &actor.user.0)? else { return Ok(Outcome::SessionEnded) };
        let profile = changed(stored.clone(), change);
        if profile == stored {
            return Ok(Outcome::Saved);
        }
        if let Err(wait) = rate_limits::try_acquire(tx, Limit::ProfileChanges, &actor.user.0)? {
            return Ok(Outcome::TooOften(wait));
        }
        if profile.is_public && profile.handle.is_none() {
            return Ok(Outcome::HandleNeeded);
        }
        if let Some(handle) = &profile.handle
            && people::owner_of(tx, handle)?.is_some_and(|owner| owner != actor.user.0)
        {
            return Ok(Outcome::HandleTaken);
        }
        let sort_name = sort_name(profile.name.as_deref(), profile.handle.as_deref());
        people::change_profile(tx, &actor.user.0, &profile, &sort_name)?;
        audit::record(tx, Event::ProfileChanged, &actor.user)?;
        Ok(Outcome::Saved)
    };
    Ok(app.write(client, work).await?)
}

fn changed(stored: Profile, change: ProfileChange) -> Profile {
    Profile {
        name: change.name.map_or(stored.name, |name| name.map(|name| name.as_str().to_owned())),
        handle: change.handle.map_or(stored.handle, |handle| handle.map(|handle| handle.as_str().to_owned())),
        bio: change.bio.map_or(stored.bio, |bio| bio.map(|bio| bio.as_str().to_owned())),
        is_public: change.is_public.unwrap_or(stored.is_public),
    }
}
