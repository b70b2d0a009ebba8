//! The operation: changes the user's own profile. One transaction checks that the handle is free,
//! changes the profile and records the audit event.

use crate::accounts::audit;
use crate::accounts::authentication::reauthentication::{Actor, Reauthentication};
use crate::accounts::rate_limits::{self, Limit, Wait};
use crate::app::{App, Failure};
use crate::db::{LockKey, Tx};
use crate::notifications::authorize;
use crate::store::people;
use crate::store::users::{self, User};
use crate::values::{Bio, DisplayName, Event, Handle, sort_name};

/// Validated changes to a profile. `None` keeps the stored value, and `Some(None)` clears it.
#[expect(
    clippy::option_option,
    reason = "what is left out, what is cleared and what is set are three things"
)]
pub struct ProfileChange {
    pub name: Option<Option<DisplayName>>,
    pub handle: Option<Option<Handle>>,
    pub bio: Option<Option<Bio>>,
    pub is_public: Option<bool>,
}

/// Outcome of a profile change.
#[derive(Debug)]
pub enum Outcome {
    /// Contains the user with the new profile.
    Saved(Box<User>),
    /// Another user has the handle.
    HandleTaken,
    /// A public profile needs a handle.
    HandleNeeded,
    /// The account is rate-limited.
    RateLimited(Wait),
    SessionEnded,
}

pub async fn update_profile(
    app: &App,
    actor: Actor,
    change: ProfileChange,
) -> Result<Outcome, Failure> {
    let client = actor.client.clone();
    let work = move |tx: &mut Tx<'_>| {
        // Locks the handle. Of two concurrent requests for one handle, the second finds it taken.
        if let Some(Some(handle)) = &change.handle {
            tx.lock(LockKey::Handle(handle.as_str()))?;
        }
        let Some(authorized) = authorize(tx, &actor, &Reauthentication::NotNeeded)? else {
            return Ok(Outcome::SessionEnded);
        };
        let stored = authorized.user;
        let user = apply(change, stored.clone());
        if user == stored {
            return Ok(Outcome::Saved(Box::new(user)));
        }
        // Counts before the checks. Otherwise a client could test any number of handles.
        if let Err(wait) = rate_limits::try_acquire(tx, Limit::ProfileChanges, &user.id.0)? {
            return Ok(Outcome::RateLimited(wait));
        }
        if user.is_public && user.handle.is_none() {
            return Ok(Outcome::HandleNeeded);
        }
        if let Some(handle) = &user.handle
            && people::owner_of(tx, handle)?.is_some_and(|owner| owner != user.id)
        {
            return Ok(Outcome::HandleTaken);
        }
        users::change_profile(tx, &user)?;
        audit::record(tx, Event::ProfileChanged, &user.id)?;
        Ok(Outcome::Saved(Box::new(user)))
    };
    Ok(app.write(client, work).await?)
}

fn apply(change: ProfileChange, stored: User) -> User {
    let name = change.name.map_or(stored.name, |name| {
        name.map(|name| name.as_str().to_owned())
    });
    let handle = change.handle.map_or(stored.handle, |handle| {
        handle.map(|handle| handle.as_str().to_owned())
    });
    User {
        sort_name: sort_name(name.as_deref(), handle.as_deref()),
        name,
        handle,
        bio: change
            .bio
            .map_or(stored.bio, |bio| bio.map(|bio| bio.as_str().to_owned())),
        is_public: change.is_public.unwrap_or(stored.is_public),
        ..stored
    }
}
