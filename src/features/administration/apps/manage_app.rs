//! The operations: create a registered app, change its settings, open it to groups, make a secret,
//! and delete it. A new app is open to no user.

use std::collections::BTreeMap;

use super::app_change::AppChange;
use super::app_settings::{AppDetails, values_of, version_of};
use crate::accounts::admin_log::{self, AdminActor};
use crate::accounts::apps as registered;
use crate::accounts::apps::authenticate::SECRET_LIMIT;
use crate::app::{App, Failure};
use crate::clock::Timestamp;
use crate::db::{DbError, LockKey, Tx};
use crate::features::administration::admin_action::authorize;
use crate::features::administration::search::{is_searchable, occurs_in, parse_name_query, search};
use crate::security::tokens;
use crate::store::apps::{self, RegisteredApp};
use crate::store::{app_groups, app_logins, app_origins, app_secrets, groups};
use crate::texts::apps::SettingError;
use crate::values::{
    AdminVerb, AppId, ClientInfo, GroupName, Label, Origin, ProgramSecret, ProgramSecretKind,
};

/// Apps per page of a list.
const PER_PAGE: usize = 20;

/// Outcome of a change of an app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Changed,
    /// The app is in the requested state already.
    Unchanged,
    /// The app cannot have this value of the setting.
    Invalid(&'static str, SettingError),
    /// No app has this id.
    Unknown,
    /// No group has this name.
    UnknownGroup,
    /// The actor is no longer an administrator, or the actor's session has ended.
    NotAllowed,
}

/// A page of apps by id.
#[derive(Debug, Default)]
pub struct AppList {
    pub apps: Vec<RegisteredApp>,
    /// The id after which the next page starts.
    pub next: Option<String>,
}

/// The groups that may open an app, and the time of the newest login to it.
#[derive(Debug)]
pub struct AppUsage {
    pub groups: Vec<GroupName>,
    /// `None` if no stored session has opened the app.
    pub last_login: Option<Timestamp>,
}

/// Creates an app. Without a URL, the dashboard links to the first origin.
pub async fn create_app(
    app: &App,
    by: AdminActor,
    id: AppId,
    name: Label,
    changes: Vec<AppChange>,
) -> Result<Outcome, Failure> {
    let rule = OriginRule::of(app);
    let work = move |tx: &mut Tx<'_>| {
        if !authorize(tx, &by, [LockKey::Administrators])? {
            return Ok(Outcome::NotAllowed);
        }
        if apps::by_id(tx, &id)?.is_some() {
            return Ok(Outcome::Invalid("id", SettingError::IdTaken));
        }
        if let Some((setting, error)) = rule.find_rejected(tx, &id, &changes)? {
            return Ok(Outcome::Invalid(setting, error));
        }
        let mut new = RegisteredApp::new(id.clone(), name.as_str(), tx.now);
        new.url = first_origin(&changes).map(|origin| format!("{origin}/"));
        apps::insert(tx, &new)?;
        apply(tx, new, changes)?;
        admin_log::record(tx, &by, AdminVerb::AppCreated, &id.0)?;
        Ok(Outcome::Changed)
    };
    Ok(app.write(ClientInfo::hidden(), work).await?)
}

/// Changes settings of an app, all or none. `shown` is the version of the settings that the
/// administrator saw, if the changes replace all of them.
pub async fn change_app(
    app: &App,
    by: AdminActor,
    id: AppId,
    changes: Vec<AppChange>,
    shown: Option<String>,
) -> Result<Outcome, Failure> {
    let rule = OriginRule::of(app);
    change(app, by, id, move |tx, by, app| {
        let values = values_of(&app, &app_origins::of_app(tx, &app.id)?);
        if shown.is_some_and(|shown| shown != version_of(&values)) {
            return Ok(Outcome::Invalid("name", SettingError::ChangedMeanwhile));
        }
        let present: BTreeMap<&str, String> = values.into();
        let is_new = |change: &AppChange| {
            let present = present.get(change.name()).map_or("", String::as_str);
            AppChange::parse(change.name(), present).as_ref() != Ok(change)
        };
        // Of several changes of one setting, the last one counts.
        let last: BTreeMap<&str, AppChange> = changes
            .into_iter()
            .map(|change| (change.name(), change))
            .collect();
        let changes: Vec<AppChange> = last.into_values().filter(is_new).collect();
        if changes.is_empty() {
            return Ok(Outcome::Unchanged);
        }
        if let Some((setting, error)) = rule.find_rejected(tx, &app.id, &changes)? {
            return Ok(Outcome::Invalid(setting, error));
        }
        let was_enabled = app.disabled_at.is_none();
        let names: Vec<&str> = changes.iter().map(AppChange::name).collect();
        let names = names.join(" ");
        let id = app.id.clone();
        let is_enabled = apply(tx, app, changes)?.disabled_at.is_none();
        let verb = if was_enabled && !is_enabled {
            AdminVerb::AppDisabled
        } else {
            AdminVerb::AppChanged
        };
        admin_log::record_with_detail(tx, by, verb, &id.0, Some(&names))?;
        Ok(Outcome::Changed)
    })
    .await
}

/// Opens an app to a group, or closes it to the group.
pub async fn set_access(
    app: &App,
    by: AdminActor,
    id: AppId,
    group: GroupName,
    is_open: bool,
) -> Result<Outcome, Failure> {
    change(app, by, id, move |tx, by, app| {
        if !group.is_everyone() && groups::by_name(tx, &group)?.is_none() {
            return Ok(Outcome::UnknownGroup);
        }
        if is_open {
            if app_groups::of_app(tx, &app.id)?.contains(&group) {
                return Ok(Outcome::Unchanged);
            }
            app_groups::insert(tx, &app.id, &group)?;
        } else if !app_groups::remove(tx, &app.id, &group)? {
            return Ok(Outcome::Unchanged);
        }
        let detail = format!("{}{group}", if is_open { "+" } else { "-" });
        admin_log::record_with_detail(tx, by, AdminVerb::AppChanged, &app.id.0, Some(&detail))?;
        Ok(Outcome::Changed)
    })
    .await
}

/// Makes a secret for an app. It has at most two, so the oldest one stops working.
pub async fn create_secret(
    app: &App,
    by: AdminActor,
    id: AppId,
) -> Result<(Outcome, ProgramSecret), Failure> {
    let secret = tokens::new_program_secret(ProgramSecretKind::Client);
    let hash = tokens::hash_program_secret(&secret);
    let outcome = change(app, by, id, move |tx, by, app| {
        let now = tx.now;
        app_secrets::keep_newest(tx, &app.id, SECRET_LIMIT - 1)?;
        app_secrets::insert(tx, &app.id, &hash, now)?;
        admin_log::record(tx, by, AdminVerb::AppSecretCreated, &app.id.0)?;
        Ok(Outcome::Changed)
    });
    Ok((outcome.await?, secret))
}

/// Deletes an app. Its users lose access with their next request.
pub async fn delete_app(app: &App, by: AdminActor, id: AppId) -> Result<Outcome, Failure> {
    change(app, by, id, |tx, by, app| {
        apps::delete(tx, &app.id)?;
        admin_log::record(tx, by, AdminVerb::AppDeleted, &app.id.0)?;
        Ok(Outcome::Changed)
    })
    .await
}

/// Returns an app with everything that belongs to it.
pub async fn find_app(app: &App, id: AppId) -> Result<Option<AppDetails>, Failure> {
    Ok(app.read(move |tx| details(tx, &id)).await?)
}

/// Returns what [`find_app`] does, within a transaction.
pub(super) fn details(tx: &mut Tx<'_>, id: &AppId) -> Result<Option<AppDetails>, DbError> {
    let Some(rule) = registered::by_id(tx, id)? else {
        return Ok(None);
    };
    Ok(Some(AppDetails {
        origins: app_origins::of_app(tx, id)?,
        secrets: app_secrets::count(tx, id)?,
        last_login: app_logins::last_login(tx, id)?,
        rule,
    }))
}

/// Returns a page of the apps whose id or name contains `query`, by id. It starts after the id
/// `after`. An empty query matches every app.
pub async fn list_apps(app: &App, query: &str, after: &str) -> Result<AppList, Failure> {
    let Some(query) = parse_name_query(query) else {
        return Ok(AppList::default());
    };
    if !is_searchable(after) {
        return Ok(AppList::default());
    }
    let after = Some(after.to_owned());
    let find = move |tx: &mut Tx<'_>| {
        search(
            after,
            PER_PAGE,
            |after, limit| Ok(apps::page(tx, after.map_or("", String::as_str), limit)?),
            |app| app.id.0.clone(),
            |app| occurs_in(&query, [&app.id.0, &app.name]),
        )
    };
    let (apps, next) = app.read(find).await?;
    Ok(AppList { apps, next })
}

/// Returns the usage of each app, in the order of `apps`.
pub async fn find_usage(app: &App, apps: &[RegisteredApp]) -> Result<Vec<AppUsage>, Failure> {
    let ids: Vec<AppId> = apps.iter().map(|app| app.id.clone()).collect();
    let find = move |tx: &mut Tx<'_>| {
        let mut found = Vec::with_capacity(ids.len());
        for id in ids {
            found.push(AppUsage {
                groups: app_groups::of_app(tx, &id)?,
                last_login: app_logins::last_login(tx, &id)?,
            });
        }
        Ok(found)
    };
    Ok(app.read(find).await?)
}

/// Authorizes a change of an app that exists.
async fn change(
    app: &App,
    by: AdminActor,
    id: AppId,
    change: impl FnOnce(&mut Tx<'_>, &AdminActor, RegisteredApp) -> Result<Outcome, DbError>
    + Send
    + 'static,
) -> Result<Outcome, Failure> {
    let work = move |tx: &mut Tx<'_>| {
        if !authorize(tx, &by, [LockKey::Administrators])? {
            return Ok(Outcome::NotAllowed);
        }
        match apps::by_id(tx, &id)? {
            Some(app) => change(tx, &by, app),
            None => Ok(Outcome::Unknown),
        }
    };
    Ok(app.write(ClientInfo::hidden(), work).await?)
}

/// The rule for origins of apps.
struct OriginRule {
    /// The host name of Vestibule itself.
    own_host: String,
    accepts_http: bool,
}

impl OriginRule {
    fn of(app: &App) -> Self {
        Self {
            own_host: app.public_url.host().to_owned(),
            accepts_http: app.public_url.is_development(),
        }
    }

    /// Returns the name of the first setting with an origin that the app cannot have, and the
    /// error. Browsers send a cookie to every port of a host, so a host name belongs to one app.
    fn find_rejected(
        &self,
        tx: &mut Tx<'_>,
        id: &AppId,
        changes: &[AppChange],
    ) -> Result<Option<(&'static str, SettingError)>, DbError> {
        for change in changes {
            let (AppChange::Origins(origins) | AppChange::CrossOrigins(origins)) = change else {
                continue;
            };
            for origin in origins {
                if !origin.is_https() && !self.accepts_http {
                    let error = SettingError::HttpNotAllowed(origin.0.clone());
                    return Ok(Some((change.name(), error)));
                }
                if matches!(change, AppChange::Origins(_)) && self.is_taken(tx, id, origin)? {
                    let error = SettingError::OriginTaken(origin.0.clone());
                    return Ok(Some((change.name(), error)));
                }
            }
        }
        Ok(None)
    }

    /// Returns true if the host name belongs to another app, or to Vestibule itself.
    fn is_taken(&self, tx: &mut Tx<'_>, id: &AppId, origin: &Origin) -> Result<bool, DbError> {
        let name = origin.host_name();
        let owner = app_origins::owner_of_host_name(tx, name)?;
        Ok(name == self.own_host || owner.is_some_and(|owner| owner != *id))
    }
}

fn first_origin(changes: &[AppChange]) -> Option<&Origin> {
    changes.iter().find_map(|change| match change {
        AppChange::Origins(origins) => origins.first(),
        _ => None,
    })
}

/// Applies changes to the rows of an app. Returns the app after them.
fn apply(
    tx: &mut Tx<'_>,
    mut app: RegisteredApp,
    changes: Vec<AppChange>,
) -> Result<RegisteredApp, DbError> {
    let now = tx.now;
    for change in changes {
        if let AppChange::Origins(origins) = &change {
            app_origins::delete_of_app(tx, &app.id)?;
            for origin in origins {
                app_origins::insert(tx, origin, &app.id)?;
            }
        }
        change.apply(&mut app, now);
    }
    apps::update(tx, &app)?;
    Ok(app)
}
