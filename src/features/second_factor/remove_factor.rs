//! The operation: removes an authenticator app or a passkey. After the last one, the password alone
//! is enough to log in.

use crate::accounts::authentication::factors::{self, LiveFactor};
use crate::accounts::authentication::passkeys;
use crate::accounts::authentication::reauthentication::{Actor, Authorized, Reauthentication};
use crate::accounts::rate_limits::{self, Limit, Wait};
use crate::accounts::sessions::NewSession;
use crate::app::{App, Failure};
use crate::config::SecondFactorPolicy;
use crate::db::{DbError, Tx};
use crate::mail::emails::second_step::SecondStepRemoved;
use crate::notifications::{authorize, notify_with_undo};
use crate::store::users::User;
use crate::store::{passkeys as passkey_rows, password_credentials};
use crate::values::{Event, FactorKind, UserId};

/// Outcome of a removal.
#[derive(Debug)]
pub enum Outcome {
    Removed,
    /// The user has no such factor.
    Unknown,
    /// There is an [`RemovalObstacle`].
    Blocked,
    RateLimited(Wait),
    SessionEnded,
}

/// The reason why a factor cannot be removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RemovalObstacle {
    /// The account has no password, and this is its last passkey that can log in.
    OnlyWayIn,
    /// The operator requires a second step, and this is the last factor.
    Required,
}

#[derive(Clone, Debug)]
pub struct FactorId {
    pub kind: FactorKind,
    /// The id in the URL.
    pub id: String,
}

#[derive(Clone, Debug)]
pub struct FoundFactor {
    pub factor: LiveFactor,
    /// True if the account has no other factor.
    pub is_last: bool,
}

/// Returns a user's factor. `None` if there is no such factor.
pub async fn find_factor(
    app: &App,
    user: UserId,
    id: FactorId,
) -> Result<Option<FoundFactor>, Failure> {
    Ok(app.read(move |tx| find(tx, &user, &id)).await?)
}

/// Returns the obstacle to the removal of a user's factor, if there is one.
pub async fn find_obstacle(
    app: &App,
    user: User,
    found: FoundFactor,
) -> Result<Option<RemovalObstacle>, Failure> {
    let policy = app.settings.second_factor;
    let query = move |tx: &mut Tx<'_>| obstacle(tx, &user, &found, policy);
    Ok(app.read(query).await?)
}

/// Removes the factor. The second value is the renewed session, if the session was renewed.
pub async fn remove_factor(
    app: &App,
    actor: Actor,
    reauthentication: Reauthentication,
    id: FactorId,
) -> Result<(Outcome, Option<NewSession>), Failure> {
    let (client, policy) = (actor.client.clone(), app.settings.second_factor);
    let work = move |tx: &mut Tx<'_>| {
        let Some(authorized) = authorize(tx, &actor, &reauthentication)? else {
            return Ok((Outcome::SessionEnded, None));
        };
        let outcome = remove(tx, &authorized, &id, policy)?;
        Ok((outcome, authorized.renewed))
    };
    Ok(app.write(client, work).await?)
}

fn remove(
    tx: &mut Tx<'_>,
    authorized: &Authorized,
    id: &FactorId,
    policy: SecondFactorPolicy,
) -> Result<Outcome, DbError> {
    let user = &authorized.user;
    let Some(found) = find(tx, &user.id, id)? else {
        return Ok(Outcome::Unknown);
    };
    if obstacle(tx, user, &found, policy)?.is_some() {
        return Ok(Outcome::Blocked);
    }
    if let Err(wait) = rate_limits::try_acquire(tx, Limit::FactorChanges, &user.id.0)? {
        return Ok(Outcome::RateLimited(wait));
    }
    let event = match id.kind {
        FactorKind::App => Event::AppRemoved,
        FactorKind::Passkey => Event::PasskeyRemoved,
    };
    let removed_at = notify_with_undo(tx, event, user, |notice| SecondStepRemoved {
        notice,
        factor: found.factor.name.clone(),
        kind: id.kind,
        was_last: found.is_last,
    })?;
    let session = authorized.by.session();
    factors::remove(tx, &user.id, &found.factor, session, removed_at)?;
    Ok(Outcome::Removed)
}

fn find(tx: &mut Tx<'_>, user: &UserId, id: &FactorId) -> Result<Option<FoundFactor>, DbError> {
    let live = factors::live(tx, user)?;
    let is_last = live.len() == 1;
    let factor = live
        .into_iter()
        .find(|factor| factor.kind == id.kind && factor.id == id.id);
    Ok(factor.map(|factor| FoundFactor { factor, is_last }))
}

fn obstacle(
    tx: &mut Tx<'_>,
    user: &User,
    found: &FoundFactor,
    policy: SecondFactorPolicy,
) -> Result<Option<RemovalObstacle>, DbError> {
    if is_only_way_in(tx, &user.id, &found.factor.id)? {
        return Ok(Some(RemovalObstacle::OnlyWayIn));
    }
    let is_required = found.is_last && policy.requires(user.is_admin);
    Ok(is_required.then_some(RemovalObstacle::Required))
}

/// Returns true if the account has no password, and no other passkey can log in.
fn is_only_way_in(tx: &mut Tx<'_>, user: &UserId, id: &str) -> Result<bool, DbError> {
    let stored = password_credentials::of(tx, user)?;
    if stored.is_some_and(|stored| stored.is_set()) {
        return Ok(false);
    }
    let mut others = passkey_rows::live(tx, user)?.into_iter();
    Ok(!others.any(|passkey| passkey.id != id && passkeys::can_log_in(&passkey)))
}
