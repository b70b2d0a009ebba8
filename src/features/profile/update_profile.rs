//! The operation: a signed-in person says something else of themselves. One transaction looks whether the handle is free,
//! changes the profile and notes what happened.

use crate::accounts::audit::{self, Event};
use crate::accounts::reauthentication::{self, Actor, Proof};
use crate::app::{App, Failure};
use crate::db::{self, DbConnection};
use crate::store::people::{self, Profile};
use crate::values::{Bio, DisplayName, Handle, UserId, sort_name};

/// A profile to be, each part checked. A public one has a handle.
pub struct NewProfile {
    /// What the person wants to be called.
    pub name: Option<DisplayName>,
    /// What the public page is called in links.
    pub handle: Option<Handle>,
    /// A few lines.
    pub bio: Option<Bio>,
    /// Whether others see it.
    pub is_public: bool,
}

/// What the form did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The profile is saved.
    Saved,
    /// Somebody else has the handle.
    HandleTaken,
    /// The session has ended meanwhile.
    SessionEnded,
}

/// The profile as it stands; `None` if there is no such user any more.
pub async fn look_at(app: &App, user: &UserId) -> Result<Option<Profile>, Failure> {
    let id = user.0.clone();
    Ok(app.db.read(move |db| Ok(people::profile(db, &id)?)).await?)
}

/// Saves it.
pub async fn update_profile(app: &App, actor: Actor, new: NewProfile) -> Result<Outcome, Failure> {
    let now = app.clock.now();
    let (user, client_address) = (actor.user.0.clone(), actor.client.address.clone());
    let profile = Profile {
        name: new.name.map(|name| name.as_str().to_owned()),
        handle: new.handle.map(|handle| handle.as_str().to_owned()),
        bio: new.bio.map(|bio| bio.as_str().to_owned()),
        is_public: new.is_public,
    };
    let work = move |db: &mut DbConnection| {
        // Of two who want one handle at once, the second finds that the first has it.
        if let Some(handle) = &profile.handle {
            db::take_turn(db, &format!("handle:{handle}"))?;
        }
        if reauthentication::enter(db, &actor, &Proof::NotNeeded, now)?.is_none() {
            return Ok(Outcome::SessionEnded);
        }
        if let Some(handle) = &profile.handle
            && people::owner_of(db, handle)?.is_some_and(|owner| owner != actor.user.0)
        {
            return Ok(Outcome::HandleTaken);
        }
        let sort_name = sort_name(profile.name.as_deref(), profile.handle.as_deref());
        people::change_profile(db, &actor.user.0, &profile, &sort_name)?;
        audit::record(db, Event::ProfileChanged, Some(&actor.user), &actor.client, now)?;
        Ok(Outcome::Saved)
    };
    let outcome = app.db.write(work).await?;
    if outcome == Outcome::Saved {
        tracing::info!(event = Event::ProfileChanged.name(), user, client = client_address);
    }
    Ok(outcome)
}
