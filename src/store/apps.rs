//! Apps that the operator has registered.

use diesel::prelude::*;

use super::schema::{app_groups, app_origins, apps, group_members};
use crate::clock::Timestamp;
use crate::db::{DbConnection, EitherConnection};
use crate::values::{AppId, AppUsername, GroupName, LoginNeed, UserId};

/// A registered app as stored.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = apps, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct RegisteredApp {
    /// The name in URLs and commands. For an OAuth client of an earlier version it is random.
    pub id: AppId,
    /// The name for people.
    pub name: String,
    /// The page that the dashboard links to.
    pub url: Option<String>,
    pub created_at: Timestamp,
    pub disabled_at: Option<Timestamp>,
    /// The login that the app needs, as a name of `values::LoginNeed`.
    pub needs: String,
    /// Largest age of the login, in minutes.
    pub password_within: Option<i32>,
    /// The name that the app gets for a user, as a name of `values::AppUsername`.
    pub username: String,
    /// True if each check sends the app a signed assertion.
    pub assertion: bool,
    /// Paths that need no login, separated by spaces.
    pub public_paths: String,
    /// Origins whose pages may call the app, separated by spaces.
    pub cross_origins: String,
    /// True if the app may introspect tokens.
    pub may_introspect: bool,
}

impl RegisteredApp {
    /// Returns a new app, which no group may use yet.
    pub fn new(id: AppId, name: &str, now: Timestamp) -> Self {
        Self {
            id,
            name: name.to_owned(),
            url: None,
            created_at: now,
            disabled_at: None,
            needs: LoginNeed::Password.name().to_owned(),
            password_within: None,
            username: AppUsername::Email.name().to_owned(),
            assertion: false,
            public_paths: String::new(),
            cross_origins: String::new(),
            may_introspect: false,
        }
    }
}

pub fn insert(db: &mut DbConnection, app: &RegisteredApp) -> QueryResult<()> {
    diesel::insert_into(apps::table).values(app).execute(db)?;
    Ok(())
}

/// Replaces the values of an app.
pub fn update(db: &mut DbConnection, app: &RegisteredApp) -> QueryResult<()> {
    diesel::update(apps::table.find(&app.id))
        .set(app)
        .execute(db)?;
    Ok(())
}

pub fn by_id(db: &mut DbConnection, id: &AppId) -> QueryResult<Option<RegisteredApp>> {
    apps::table
        .find(id)
        .select(RegisteredApp::as_select())
        .first(db)
        .optional()
}

/// Prevents the deletion of an app until the transaction ends. Returns false if no app has this id.
pub fn lock_against_deletion(db: &mut DbConnection, id: &AppId) -> QueryResult<bool> {
    let app = apps::table.find(id).select(apps::id);
    let found: Option<AppId> = match db.either() {
        // SQLite has one writer at a time.
        EitherConnection::Sqlite(sqlite) => app.first(sqlite).optional()?,
        EitherConnection::Postgres(postgres) => app.for_key_share().first(postgres).optional()?,
    };
    Ok(found.is_some())
}

/// Returns the names of apps. An app that was deleted has none.
pub fn names(db: &mut DbConnection, ids: &[&AppId]) -> QueryResult<Vec<(AppId, String)>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let ids = ids.iter().map(|id| id.0.as_str());
    apps::table
        .filter(apps::id.eq_any(ids))
        .select((apps::id, apps::name))
        .load(db)
}

/// Returns id and name of the enabled apps with an origin and without groups, by id.
pub fn without_groups(db: &mut DbConnection, limit: i64) -> QueryResult<Vec<(AppId, String)>> {
    let open = app_groups::table.select(app_groups::app_id);
    let with_origin = app_origins::table.select(app_origins::app_id);
    apps::table
        .filter(apps::disabled_at.is_null())
        .filter(apps::id.eq_any(with_origin))
        .filter(apps::id.ne_all(open))
        .order(apps::id)
        .limit(limit)
        .select((apps::id, apps::name))
        .load(db)
}

/// Returns apps by id, after the id `after`, at most `limit`.
pub fn page(db: &mut DbConnection, after: &str, limit: i64) -> QueryResult<Vec<RegisteredApp>> {
    apps::table
        .filter(apps::id.gt(after))
        .order(apps::id)
        .limit(limit)
        .select(RegisteredApp::as_select())
        .load(db)
}

/// Returns the apps that may introspect tokens, oldest first.
pub fn introspecting(db: &mut DbConnection) -> QueryResult<Vec<RegisteredApp>> {
    apps::table
        .filter(apps::may_introspect.eq(true))
        .order((apps::created_at, apps::id))
        .select(RegisteredApp::as_select())
        .load(db)
}

/// Returns name and URL of the enabled apps with a URL that are open to the user or to everyone, by
/// name.
pub fn with_url_for(db: &mut DbConnection, user: &UserId) -> QueryResult<Vec<(String, String)>> {
    let own = group_members::table
        .filter(group_members::user_id.eq(user))
        .select(group_members::group_name);
    let open = app_groups::table
        .filter(
            app_groups::group_name
                .eq(GroupName::everyone())
                .or(app_groups::group_name.eq_any(own)),
        )
        .select(app_groups::app_id);
    apps::table
        .filter(apps::disabled_at.is_null())
        .filter(apps::url.is_not_null())
        .filter(apps::id.eq_any(open))
        .order((apps::name, apps::id))
        .select((apps::name, apps::url.assume_not_null()))
        .load(db)
}

/// Deletes an app with its origins, groups, secrets and logins.
pub fn delete(db: &mut DbConnection, id: &AppId) -> QueryResult<()> {
    diesel::delete(apps::table.find(id)).execute(db)?;
    Ok(())
}
