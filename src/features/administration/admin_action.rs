//! Steps that every action on another user's account shares. Administrators act through the API,
//! and the operator acts at the command line.

use crate::accounts::audit::{ClientInfo, Event};
use crate::accounts::reauthentication::{self, Actor, Reauthentication};
use crate::clock::Timestamp;
use crate::db::{DbConnection, DbError, take_turn, take_turns};
use crate::store::users::{self, UserRow};

#[derive(Clone, Debug)]
pub enum AdminActor {
    Administrator(Actor),
    Operator,
}

/// Outcome of an action on an account.
#[derive(Debug)]
pub enum Outcome {
    /// The account is in the requested state. It may have been so before.
    Changed(UserRow),
    /// No account has this id.
    Unknown,
    /// An administrator may not do this to their own account.
    OwnAccount,
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
    connection: &mut DbConnection,
    by: &AdminActor,
    target: &str,
    now: Timestamp,
) -> Result<Result<UserRow, Outcome>, DbError> {
    match by {
        AdminActor::Administrator(administrator) => {
            if let Err(refused) = authorize(connection, administrator, target, now)? {
                return Ok(Err(refused));
            }
        }
        AdminActor::Operator => take_turn(connection, target)?,
    }
    Ok(users::kept(connection, target)?.ok_or(Outcome::Unknown))
}

fn authorize(
    connection: &mut DbConnection,
    administrator: &Actor,
    target: &str,
    now: Timestamp,
) -> Result<Result<(), Outcome>, DbError> {
    if administrator.by.session().is_none() {
        return Ok(Err(Outcome::SessionNeeded));
    }
    take_turns(connection, [administrator.user.0.as_str(), target])?;
    let authorized = reauthentication::authorize(connection, administrator, &Reauthentication::NotNeeded, now)?;
    Ok(if authorized.is_some_and(|authorized| authorized.user.is_admin) { Ok(()) } else { Err(Outcome::NotAllowed) })
}

/// Returns the account after the action.
pub fn done(connection: &mut DbConnection, target: &str) -> Result<Outcome, DbError> {
    Ok(users::kept(connection, target)?.map_or(Outcome::Unknown, Outcome::Changed))
}

/// Returns an empty client for the audit event. The owner of the account can read that event, and
/// must not learn the administrator's network address. Only the log contains it.
pub fn hidden() -> ClientInfo {
    ClientInfo { address: String::new(), user_agent: String::new(), network: None }
}

pub fn log(event: Event, target: &str, by: &AdminActor) {
    let event = event.name();
    match by {
        AdminActor::Administrator(Actor { user, client, .. }) => {
            tracing::info!(event, user = target, administrator = user.0, client = client.address);
        }
        AdminActor::Operator => tracing::info!(event, user = target, administrator = "operator"),
    }
}
