//! Registered apps: look-ups, and the apps that a session has opened.

pub mod authenticate;
pub mod logins;

use super::access::AppRule;
use crate::db::{DbError, Tx};
use crate::store::apps::RegisteredApp;
use crate::store::{app_groups, app_origins, apps, instance};
use crate::values::{AppId, Origin};

/// Returns the app that an origin belongs to.
pub fn at(tx: &mut Tx<'_>, origin: &Origin) -> Result<Option<AppRule>, DbError> {
    let app = app_origins::app_at(tx, origin)?;
    with_groups(tx, app)
}

/// Returns true if an app is at this host name, at any port.
pub fn has_host_name(tx: &mut Tx<'_>, name: &str) -> Result<bool, DbError> {
    Ok(app_origins::owner_of_host_name(tx, name)?.is_some())
}

pub fn by_id(tx: &mut Tx<'_>, id: &AppId) -> Result<Option<AppRule>, DbError> {
    let app = apps::by_id(tx, id)?;
    with_groups(tx, app)
}

fn with_groups(tx: &mut Tx<'_>, app: Option<RegisteredApp>) -> Result<Option<AppRule>, DbError> {
    let Some(app) = app else { return Ok(None) };
    let groups = app_groups::of_app(tx, &app.id)?;
    Ok(Some(AppRule { app, groups }))
}

/// Returns the last origin for which a proxy asked and which no app had, unless an app has it now.
pub fn unknown_origin(tx: &mut Tx<'_>) -> Result<Option<String>, DbError> {
    let Some(origin) = instance::unknown_origin(tx)? else {
        return Ok(None);
    };
    let is_known = app_origins::app_at(tx, &Origin(origin.clone()))?.is_some();
    Ok((!is_known).then_some(origin))
}
