//! How every act on somebody else's account begins.

use crate::accounts::audit::{Client, Event};
use crate::accounts::reauthentication::{self, Actor, Proof};
use crate::clock::Timestamp;
use crate::db::{DbConnection, DbError, take_turn};
use crate::store::users::{self, KeptUser};

/// What an act can come to.
#[derive(Debug)]
pub enum Outcome {
    /// It is done, now or before: the account as it is.
    Done(KeptUser),
    /// There is no such account.
    Unknown,
    /// It is the administrator's own, which this may not be done to.
    OwnAccount,
    /// Whoever asks is no administrator any more, or the session has ended meanwhile.
    NotAllowed,
    /// It came by a personal access token: a key in some script must not lock people out.
    SessionNeeded,
}

/// Lets an administrator in, in the transaction of the act, and finds the account. Neither changes until it ends: of two
/// administrators who lock each other at once, one is the first.
pub fn begin(
    connection: &mut DbConnection,
    administrator: &Actor,
    target: &str,
    now: Timestamp,
) -> Result<Result<KeptUser, Outcome>, DbError> {
    if administrator.by.session().is_none() {
        return Ok(Err(Outcome::SessionNeeded));
    }
    // In the same order, whoever asks: else each of the two could wait for the other.
    let mut turns = [administrator.user.0.as_str(), target];
    turns.sort_unstable();
    for turn in turns {
        take_turn(connection, turn)?;
    }
    let entered = reauthentication::enter(connection, administrator, &Proof::NotNeeded, now)?;
    if !entered.is_some_and(|entered| entered.user.is_admin) {
        return Ok(Err(Outcome::NotAllowed));
    }
    Ok(users::kept(connection, target)?.ok_or(Outcome::Unknown))
}

/// The account as it is after the act.
pub fn done(connection: &mut DbConnection, target: &str) -> Result<Outcome, DbError> {
    Ok(users::kept(connection, target)?.map_or(Outcome::Unknown, Outcome::Done))
}

/// From where an act comes, as the person sees it who it was done to: where an administrator sits is not theirs to know. The
/// log says it.
pub fn from_nowhere() -> Client {
    Client { address: String::new(), user_agent: String::new(), network: None }
}

/// Writes an act into the log.
pub fn log(event: Event, target: &str, administrator: &Actor) {
    tracing::info!(
        event = event.name(),
        user = target,
        administrator = administrator.user.0,
        client = administrator.client.address
    );
}
