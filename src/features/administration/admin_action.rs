//! Steps that every action on another user's account shares. Administrators act through the API,
//! and the operator acts at the command line.

use crate::accounts::audit;
use crate::accounts::authentication::reauthentication::{Actor, Reauthentication};
use crate::db::{DbError, LockKey, Tx};
use crate::notifications;
use crate::store::users::{self, User};
use crate::values::{Event, UserId};

#[derive(Clone, Debug)]
pub enum AdminActor {
    Administrator(Actor),
    Operator,
}

/// Outcome of an action on an account.
#[derive(Debug)]
pub enum Outcome {
    /// The account is in the requested state. It may have been so before.
    Changed(Box<User>),
    /// No account has this id.
    Unknown,
    /// An administrator may not do this to their own account.
    OwnAccount,
    /// The account belongs to an administrator. Only the operator may do this to it.
    AdministratorAccount,
    /// The account has no password that works. The removal of a lost second step asks for one.
    NoPassword,
    /// The actor is no longer an administrator, or the actor's session has ended.
    NotAllowed,
    /// The request came with an API token. A token in a script must not be able to lock accounts.
    SessionNeeded,
}

/// Checks that the actor may act, and returns the account with the id `target`. The inner error is
/// the outcome to report instead.
///
/// Locks the accounts of both until the transaction ends. If two administrators lock each other at
/// once, only the first one succeeds.
pub fn begin(
    tx: &mut Tx<'_>,
    by: &AdminActor,
    target: &UserId,
) -> Result<Result<User, Outcome>, DbError> {
    match by {
        AdminActor::Administrator(administrator) => {
            if let Err(rejected) = authorize(tx, administrator, target)? {
                return Ok(Err(rejected));
            }
        }
        AdminActor::Operator => tx.lock(LockKey::User(&target.0))?,
    }
    Ok(users::by_id(tx, target)?.ok_or(Outcome::Unknown))
}

fn authorize(
    tx: &mut Tx<'_>,
    administrator: &Actor,
    target: &UserId,
) -> Result<Result<(), Outcome>, DbError> {
    if administrator.by.session().is_none() {
        return Ok(Err(Outcome::SessionNeeded));
    }
    tx.lock_all([
        LockKey::User(&administrator.user.0),
        LockKey::User(&target.0),
    ])?;
    let authorized = notifications::authorize(tx, administrator, &Reauthentication::NotNeeded)?;
    Ok(
        if authorized.is_some_and(|authorized| authorized.user.is_admin) {
            Ok(())
        } else {
            Err(Outcome::NotAllowed)
        },
    )
}

/// Records the action, and returns the account after it. The owner of the account can read the
/// event, and must not learn the administrator's network address. Only the log contains it.
pub fn finish(
    tx: &mut Tx<'_>,
    event: Event,
    target: &UserId,
    by: &AdminActor,
) -> Result<Outcome, DbError> {
    record(tx, event, target, by)?;
    Ok(users::by_id(tx, target)?.map_or(Outcome::Unknown, |user| Outcome::Changed(Box::new(user))))
}

/// Stores the event without a client, and logs it with the actor after the commit.
pub fn record(
    tx: &mut Tx<'_>,
    event: Event,
    target: &UserId,
    by: &AdminActor,
) -> Result<(), DbError> {
    audit::store(tx, event, target)?;
    let (event, target, by) = (event.name(), target.0.clone(), by.clone());
    tx.after_commit(move || match by {
        AdminActor::Administrator(Actor { user, client, .. }) => {
            tracing::info!(
                event,
                user = target,
                administrator = user.0,
                client = client.address
            );
        }
        AdminActor::Operator => tracing::info!(event, user = target, administrator = "operator"),
    });
    Ok(())
}
