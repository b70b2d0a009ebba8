//! Steps that every action on another user's account shares. Administrators use pages and the API,
//! and the operator uses the command line.

use crate::accounts::admin_log::{self, AdminActor};
use crate::db::{DbError, LockKey, Tx};
use crate::notifications;
use crate::store::users::{self, User};
use crate::values::{AdminVerb, UserId};

/// Outcome of an action on an account.
#[derive(Debug)]
pub enum Outcome {
    /// The account is in the requested state. It may have been so before.
    Changed(Box<User>),
    /// No account has this id.
    Unknown,
    /// An administrator may not do this to their own account.
    OwnAccount,
    /// The address of the account got too many emails.
    EmailsLimited,
    /// An undo sent the reset link of the account to another address.
    ResetGoesElsewhere,
    /// The account belongs to an administrator. Only the operator may do this to it.
    AdministratorAccount,
    /// The account has no password that works. The removal of a lost second step asks for one.
    NoPassword,
    /// The actor is no longer an administrator, or the actor's session has ended.
    NotAllowed,
}

/// Checks that the actor may act, and returns the account with the id `target`. The inner error is
/// the outcome to report instead.
///
/// Locks the set of administrators and the accounts of both until the transaction ends. Otherwise
/// the last two administrators could be locked and deleted at the same time.
pub fn authorize_on_account(
    tx: &mut Tx<'_>,
    by: &AdminActor,
    target: &UserId,
) -> Result<Result<User, Outcome>, DbError> {
    let subjects = [LockKey::Administrators, LockKey::User(&target.0)];
    if !authorize(tx, by, subjects)? {
        return Ok(Err(Outcome::NotAllowed));
    }
    Ok(users::by_id(tx, target)?.ok_or(Outcome::Unknown))
}

/// Returns true for the operator, and for an administrator whose session is still live and was
/// reauthenticated if the action needs that. An API token is never enough. Locks the subjects and
/// the administrator's account until the transaction ends.
pub fn authorize<'a>(
    tx: &mut Tx<'_>,
    by: &'a AdminActor,
    subjects: impl IntoIterator<Item = LockKey<'a>>,
) -> Result<bool, DbError> {
    let AdminActor::Administrator(actor, reauthentication) = by else {
        tx.lock_all(subjects)?;
        return Ok(true);
    };
    if actor.by.session().is_none() {
        return Ok(false);
    }
    let own = LockKey::User(&actor.user.0);
    tx.lock_all(subjects.into_iter().chain([own]))?;
    let authorized = notifications::authorize(tx, actor, reauthentication)?;
    Ok(authorized.is_some_and(|authorized| authorized.user.is_admin))
}

/// Rejects an administrator's action on an administrator's account, their own included. Otherwise
/// one stolen session could lock out all of them. The operator may do it.
pub fn reject_administrator(by: &AdminActor, account: &User) -> Option<Outcome> {
    if by.administrator() == Some(&account.id) {
        return Some(Outcome::OwnAccount);
    }
    is_other_administrator(by, account).then_some(Outcome::AdministratorAccount)
}

/// Returns true if the account belongs to an administrator other than the actor.
pub fn is_other_administrator(by: &AdminActor, account: &User) -> bool {
    account.is_admin && by.administrator().is_some_and(|actor| *actor != account.id)
}

/// Records the action, and returns the account after it.
pub fn record_and_reload(
    tx: &mut Tx<'_>,
    verb: AdminVerb,
    target: &UserId,
    by: &AdminActor,
) -> Result<Outcome, DbError> {
    admin_log::record(tx, by, verb, &target.0)?;
    Ok(users::by_id(tx, target)?.map_or(Outcome::Unknown, |user| Outcome::Changed(Box::new(user))))
}
