//! The operations: create a group, change its title, delete it, and find groups.

use crate::accounts::admin_log::{self, AdminActor};
use crate::app::{App, Failure};
use crate::db::{DbError, LockKey, Tx};
use crate::features::administration::admin_action::authorize;
use crate::features::administration::search::{is_searchable, occurs_in, parse_name_query, search};
use crate::store::app_groups;
use crate::store::groups::{self, Group};
use crate::values::{AdminVerb, ClientInfo, GroupName, Label};

/// Groups per page of a list.
const PER_PAGE: usize = 20;

/// Outcome of a change of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Changed,
    /// A group has this name already.
    NameTaken,
    /// An app is open to the group. Contains the name of the app.
    InUse(String),
    /// No group has this name.
    Unknown,
    /// The actor is no longer an administrator, or the actor's session has ended.
    NotAllowed,
}

/// A page of groups by name.
#[derive(Debug, Default)]
pub struct GroupPage {
    pub groups: Vec<Group>,
    /// The name after which the next page starts.
    pub next: Option<String>,
}

pub async fn create_group(
    app: &App,
    by: AdminActor,
    name: GroupName,
    title: Label,
) -> Result<Outcome, Failure> {
    change(app, by, AdminVerb::GroupCreated, name, move |tx, name| {
        if groups::by_name(tx, name)?.is_some() {
            return Ok(Outcome::NameTaken);
        }
        let group = Group {
            name: name.clone(),
            title: title.as_str().to_owned(),
            created_at: tx.now,
        };
        groups::insert(tx, &group)?;
        Ok(Outcome::Changed)
    })
    .await
}

/// Changes the title of a group. Its name stays, because apps will know it.
pub async fn rename_group(
    app: &App,
    by: AdminActor,
    name: GroupName,
    title: Label,
) -> Result<Outcome, Failure> {
    change(app, by, AdminVerb::GroupRenamed, name, move |tx, name| {
        let is_changed = groups::rename(tx, name, title.as_str())?;
        Ok(Outcome::of(is_changed))
    })
    .await
}

/// Deletes a group that no app is open to. Its members stay as they are otherwise.
pub async fn delete_group(app: &App, by: AdminActor, name: GroupName) -> Result<Outcome, Failure> {
    change(app, by, AdminVerb::GroupDeleted, name, |tx, name| {
        if let Some((_, app)) = app_groups::apps_of(tx, name)?.into_iter().next() {
            return Ok(Outcome::InUse(app));
        }
        Ok(Outcome::of(groups::delete(tx, name)?))
    })
    .await
}

/// Authorizes a change of a group, and records it if it took place.
async fn change(
    app: &App,
    by: AdminActor,
    verb: AdminVerb,
    name: GroupName,
    change: impl FnOnce(&mut Tx<'_>, &GroupName) -> Result<Outcome, DbError> + Send + 'static,
) -> Result<Outcome, Failure> {
    let work = move |tx: &mut Tx<'_>| {
        if !authorize(tx, &by, [LockKey::Administrators])? {
            return Ok(Outcome::NotAllowed);
        }
        let outcome = change(tx, &name)?;
        if outcome == Outcome::Changed {
            admin_log::record(tx, &by, verb, &name.0)?;
        }
        Ok(outcome)
    };
    Ok(app.write(ClientInfo::hidden(), work).await?)
}

impl Outcome {
    /// Returns the outcome for a group that was changed, or is unknown.
    fn of(is_changed: bool) -> Self {
        if is_changed {
            Self::Changed
        } else {
            Self::Unknown
        }
    }
}

/// Returns the first name that no group has.
pub async fn find_missing(app: &App, names: Vec<GroupName>) -> Result<Option<GroupName>, Failure> {
    let find = move |tx: &mut Tx<'_>| {
        for name in names {
            if groups::by_name(tx, &name)?.is_none() {
                return Ok(Some(name));
            }
        }
        Ok(None)
    };
    Ok(app.read(find).await?)
}

/// Returns a page of the groups whose name or title contains `query`, by name. It starts after the
/// name `after`. An empty query matches every group.
pub async fn list_groups(app: &App, query: &str, after: &str) -> Result<GroupPage, Failure> {
    let Some(query) = parse_name_query(query) else {
        return Ok(GroupPage::default());
    };
    if !is_searchable(after) {
        return Ok(GroupPage::default());
    }
    let after = Some(after.to_owned());
    let find = move |tx: &mut Tx<'_>| {
        search(
            after,
            PER_PAGE,
            |after, limit| Ok(groups::page(tx, after.map_or("", String::as_str), limit)?),
            |group| group.name.0.clone(),
            |group| occurs_in(&query, [&group.name.0, &group.title]),
        )
    };
    let (groups, next) = app.read(find).await?;
    Ok(GroupPage { groups, next })
}
