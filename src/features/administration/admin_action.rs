//! How every act on somebody else's account begins: an administrator's, by the API, or the operator's, at the command line.

use crate::accounts::audit::{ClientInfo, Event};
use crate::accounts::reauthentication::{self, Actor, Reauthentication};
use crate::clock::Timestamp;
use crate::db::{DbConnection, DbError, take_turn, take_turns};
use crate::store::users::{self, UserRow};

/// Who acts.
#[derive(Clone, Debug)]
pub enum AdminActor {
    /// An administrator, whose session lives.
    Administrator(Actor),
    /// Whoever runs the program.
    Operator,
}

/// What an act can come to.
#[derive(Debug)]
pub enum Outcome {
    /// It is done, now or before: the account as it is.
    Changed(UserRow),
    /// There is no such account.
    Unknown,
    /// It is the administrator's own, which this may not be done to.
    OwnAccount,
    /// Whoever asks is no administrator any more, or the session has ended meanwhile.
    NotAllowed,
    /// It came by a personal access token: a key in some script must not lock people out.
    SessionNeeded,
}

/// Lets in who acts, in the transaction of the act, and finds the account. Neither changes until it ends: of two
/// administrators who lock each other at once, one is the first.
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

/// The account as it is after the act.
pub fn done(connection: &mut DbConnection, target: &str) -> Result<Outcome, DbError> {
    Ok(users::kept(connection, target)?.map_or(Outcome::Unknown, Outcome::Changed))
}

/// From where an act comes, as the person sees it who it was done to: where an administrator sits is not theirs to know. The
/// log says it.
pub fn hidden() -> ClientInfo {
    ClientInfo { address: String::new(), user_agent: String::new(), network: None }
}

/// Writes an act into the log.
pub fn log(event: Event, target: &str, by: &AdminActor) {
    let event = event.name();
    match by {
        AdminActor::Administrator(Actor { user, client, .. }) => {
            tracing::info!(event, user = target, administrator = user.0, client = client.address);
        }
        AdminActor::Operator => tracing::info!(event, user = target, administrator = "operator"),
    }
}
