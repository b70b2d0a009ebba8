//! The apps that a session has opened. A row goes with its session.

use diesel::dsl::max;
use diesel::prelude::*;

use super::schema::{app_logins, apps, sessions, users};
use super::sessions::CurrentSession;
use super::users::User;
use crate::clock::Timestamp;
use crate::db::{DbConnection, on_either};
use crate::values::{AppId, UserId};

/// A session, ended or not, with its user.
#[derive(Clone, Debug, Queryable)]
pub struct AppSession {
    pub session: CurrentSession,
    pub user: User,
    /// The method of the login, such as `password`.
    pub signed_in_by: String,
}

/// An app that a session has opened.
#[derive(Clone, Debug, Queryable)]
pub struct OpenedApp {
    pub session_handle: String,
    pub id: AppId,
    pub name: String,
    pub first_at: Timestamp,
}

#[derive(Debug, Insertable)]
#[diesel(table_name = app_logins, treat_none_as_default_value = false)]
pub struct NewAppLogin<'a> {
    pub session_handle: &'a str,
    pub app_id: &'a AppId,
    pub user_id: &'a UserId,
    /// Identifies this opening of the app. The cookies at its hosts name it, so removing the app
    /// invalidates them.
    pub login_id: &'a str,
    pub first_at: Timestamp,
}

/// Returns a user's session by its public id, if it has opened the app with the login of this id.
pub fn session(
    db: &mut DbConnection,
    user: &UserId,
    handle: &str,
    (app, login_id): (&AppId, &str),
) -> QueryResult<Option<AppSession>> {
    on_either!(db, db => sessions::table
        .inner_join(users::table)
        .inner_join(app_logins::table.on(app_logins::session_handle.eq(sessions::handle)))
        .filter(sessions::user_id.eq(user))
        .filter(sessions::handle.eq(handle))
        .filter(app_logins::app_id.eq(app))
        .filter(app_logins::login_id.eq(login_id))
        .select((
            CurrentSession::as_select(), User::as_select(), sessions::signed_in_by,
        ))
        .get_result(db)
        .optional())
}

/// Returns a user's session by its public id, live or not.
pub fn session_by_handle(
    db: &mut DbConnection,
    user: &UserId,
    handle: &str,
) -> QueryResult<Option<AppSession>> {
    sessions::table
        .inner_join(users::table)
        .filter(sessions::user_id.eq(user))
        .filter(sessions::handle.eq(handle))
        .select((
            CurrentSession::as_select(),
            User::as_select(),
            sessions::signed_in_by,
        ))
        .first(db)
        .optional()
}

/// Returns the id of the login with which the session has opened the app.
pub fn login_id(db: &mut DbConnection, handle: &str, app: &AppId) -> QueryResult<Option<String>> {
    let login = app_logins::table.find((handle, app));
    login.select(app_logins::login_id).first(db).optional()
}

/// Returns the time of the newest login to an app. Returns `None` if no stored session has opened
/// it.
pub fn last_login(db: &mut DbConnection, app: &AppId) -> QueryResult<Option<Timestamp>> {
    app_logins::table
        .filter(app_logins::app_id.eq(app))
        .select(max(app_logins::first_at))
        .first(db)
}

/// Returns true if the session has opened an app.
pub fn has_any(db: &mut DbConnection, handle: &str) -> QueryResult<bool> {
    let own = app_logins::table.filter(app_logins::session_handle.eq(handle));
    diesel::select(diesel::dsl::exists(own)).get_result(db)
}

pub fn insert(db: &mut DbConnection, login: &NewAppLogin<'_>) -> QueryResult<()> {
    diesel::insert_into(app_logins::table)
        .values(login)
        .execute(db)?;
    Ok(())
}

pub fn delete(db: &mut DbConnection, handle: &str, app: &AppId) -> QueryResult<()> {
    diesel::delete(app_logins::table.find((handle, app))).execute(db)?;
    Ok(())
}

/// Removes an app from all sessions of a user. Returns the number of sessions.
pub fn delete_of_user(db: &mut DbConnection, user: &UserId, app: &AppId) -> QueryResult<usize> {
    let logins = app_logins::table
        .filter(app_logins::user_id.eq(user))
        .filter(app_logins::app_id.eq(app));
    diesel::delete(logins).execute(db)
}

/// Returns the apps that a user's sessions have opened, by name. Those of ended sessions are
/// included.
pub fn of_user(db: &mut DbConnection, user: &UserId) -> QueryResult<Vec<OpenedApp>> {
    by_name(user).load(db)
}

/// Returns the apps that the sessions of a user have opened, by name. Those of ended sessions are
/// left out.
pub fn of_open_sessions(db: &mut DbConnection, user: &UserId) -> QueryResult<Vec<OpenedApp>> {
    by_name(user).filter(sessions::ended_at.is_null()).load(db)
}

#[expect(clippy::elidable_lifetime_names, reason = "the macro needs the name")]
#[diesel::dsl::auto_type]
fn by_name<'a>(user: &'a UserId) -> _ {
    let session = sessions::user_id
        .eq(app_logins::user_id)
        .and(sessions::handle.eq(app_logins::session_handle));
    app_logins::table
        .inner_join(apps::table)
        .inner_join(sessions::table.on(session))
        .filter(app_logins::user_id.eq(user))
        .order((apps::name, apps::id, app_logins::first_at))
        .select((
            app_logins::session_handle,
            apps::id,
            apps::name,
            app_logins::first_at,
        ))
}
