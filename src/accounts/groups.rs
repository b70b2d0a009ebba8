//! Groups of accounts: joining and leaving. A group grants nothing by itself.

use crate::db::{DbError, Tx};
use crate::store::group_members::{self, GroupMember};
use crate::store::groups::{self, Group};
use crate::values::{GroupName, UserId};

/// Largest number of groups of one account.
const GROUPS_PER_ACCOUNT: i64 = 100;
/// Largest number of groups that a page offers to choose from. The page of a group takes any user,
/// and the command line any group.
const OFFERED: i64 = 200;

/// Outcome of joining a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Joined {
    Added,
    AlreadyMember,
    /// The account is in 100 groups.
    TooMany,
    /// No group has this name.
    UnknownGroup,
}

/// Adds a user to a group. If the group is deleted at the same time, and the caller has not locked
/// [`LockKey::Administrators`](crate::db::LockKey::Administrators), the transaction fails.
pub fn join(tx: &mut Tx<'_>, user: &UserId, group: &GroupName) -> Result<Joined, DbError> {
    if groups::by_name(tx, group)?.is_none() {
        return Ok(Joined::UnknownGroup);
    }
    if group_members::is_member(tx, user, group)? {
        return Ok(Joined::AlreadyMember);
    }
    if group_members::count_of(tx, user)? >= GROUPS_PER_ACCOUNT {
        return Ok(Joined::TooMany);
    }
    let member = GroupMember {
        user_id: user.clone(),
        group_name: group.clone(),
        since: tx.now,
    };
    group_members::insert(tx, &member)?;
    Ok(Joined::Added)
}

/// Returns the groups that a page offers, by name.
pub fn offered(tx: &mut Tx<'_>) -> Result<Vec<Group>, DbError> {
    Ok(groups::page(tx, "", OFFERED)?)
}

/// Adds a new account to groups. A group that was deleted meanwhile is left out.
pub fn join_all(tx: &mut Tx<'_>, user: &UserId, groups: &[GroupName]) -> Result<(), DbError> {
    for group in groups {
        join(tx, user, group)?;
    }
    Ok(())
}
