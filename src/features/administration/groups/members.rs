//! The operations: add a user to a group, and remove one from it. The user gets an email.

use crate::accounts::admin_log::{self, AdminActor};
use crate::accounts::groups::{self, Joined};
use crate::app::{App, Failure};
use crate::db::{DbError, LockKey, Tx};
use crate::features::administration::admin_action::authorize;
use crate::mail::emails::group::{GroupJoined, GroupLeft};
use crate::mail::{EmailKind, enqueue};
use crate::store::users::{self, User};
use crate::store::{group_members, groups as group_rows};
use crate::values::{AdminVerb, ClientInfo, GroupName, UserId};

/// Outcome of a change of the members.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Changed,
    /// The user is in the group already.
    AlreadyMember,
    /// The user is not in the group.
    NoMember,
    /// The account is in 100 groups.
    TooMany,
    /// No account has this id.
    UnknownUser,
    /// No group has this name.
    UnknownGroup,
    /// The actor is no longer an administrator, or the actor's session has ended.
    NotAllowed,
}

pub async fn add_member(
    app: &App,
    by: AdminActor,
    user: UserId,
    group: GroupName,
) -> Result<Outcome, Failure> {
    change(app, by, user, group, true).await
}

pub async fn remove_member(
    app: &App,
    by: AdminActor,
    user: UserId,
    group: GroupName,
) -> Result<Outcome, Failure> {
    change(app, by, user, group, false).await
}

async fn change(
    app: &App,
    by: AdminActor,
    user: UserId,
    group: GroupName,
    joins: bool,
) -> Result<Outcome, Failure> {
    let work = move |tx: &mut Tx<'_>| {
        let subjects = [LockKey::Administrators, LockKey::User(&user.0)];
        if !authorize(tx, &by, subjects)? {
            return Ok(Outcome::NotAllowed);
        }
        let Some(user) = users::by_id(tx, &user)? else {
            return Ok(Outcome::UnknownUser);
        };
        let Some(title) = group_rows::by_name(tx, &group)?.map(|group| group.title) else {
            return Ok(Outcome::UnknownGroup);
        };
        if joins {
            add(tx, &by, &user, &group, title)
        } else {
            remove(tx, &by, &user, &group, title)
        }
    };
    Ok(app.write(ClientInfo::hidden(), work).await?)
}

fn add(
    tx: &mut Tx<'_>,
    by: &AdminActor,
    user: &User,
    group: &GroupName,
    title: String,
) -> Result<Outcome, DbError> {
    match groups::join(tx, &user.id, group)? {
        Joined::Added => {}
        Joined::AlreadyMember => return Ok(Outcome::AlreadyMember),
        Joined::TooMany => return Ok(Outcome::TooMany),
        Joined::UnknownGroup => return Ok(Outcome::UnknownGroup),
    }
    let email = GroupJoined {
        name: user.name.clone(),
        at: tx.now,
        group: title,
    };
    finish(tx, by, AdminVerb::MemberAdded, (user, group), email.into())
}

fn remove(
    tx: &mut Tx<'_>,
    by: &AdminActor,
    user: &User,
    group: &GroupName,
    title: String,
) -> Result<Outcome, DbError> {
    if !group_members::remove(tx, &user.id, group)? {
        return Ok(Outcome::NoMember);
    }
    let email = GroupLeft {
        name: user.name.clone(),
        at: tx.now,
        group: title,
    };
    finish(
        tx,
        by,
        AdminVerb::MemberRemoved,
        (user, group),
        email.into(),
    )
}

fn finish(
    tx: &mut Tx<'_>,
    by: &AdminActor,
    verb: AdminVerb,
    (user, group): (&User, &GroupName),
    email: EmailKind,
) -> Result<Outcome, DbError> {
    enqueue(tx, user.into(), email)?;
    admin_log::record_with_detail(tx, by, verb, &user.id.0, Some(&group.0))?;
    Ok(Outcome::Changed)
}
