//! `/api/v1/users`: management of other users' accounts by administrators.

use actix_web::web::Path;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::admin_action::Outcome;
use super::end_all_sessions::end_all_sessions;
use super::find_users::{find_user, find_users};
use super::lock_account::{lock_account, unlock_account};
use super::request_factor_recovery::request_factor_recovery;
use crate::clock::Timestamp;
use crate::http::api::api_request::Administrator;
use crate::http::api::json::Json;
use crate::http::api::list::{AFTER, After, List};
use crate::http::api::openapi::{Parameter, Parameters};
use crate::http::error::Error;
use crate::http::fields::Query;
use crate::store::users;
use crate::texts::problems::ApiError;
use crate::values::{RowId, UserId};

/// An account, as administrators see it.
#[derive(Serialize, JsonSchema)]
pub struct User {
    /// Account id, the `sub` of its access tokens.
    id: String,
    /// Email address.
    email: String,
    /// Display name.
    name: Option<String>,
    /// Handle, part of the public profile’s address.
    handle: Option<String>,
    /// True if the profile is public.
    public: bool,
    /// True for administrators.
    administrator: bool,
    /// True if a login asks for a second step.
    second_factor: bool,
    /// Time of the lock, or `null` if the account isn’t locked.
    #[schemars(extend("format" = "date-time"))]
    locked_at: Option<String>,
    /// Time when the address was confirmed.
    #[schemars(extend("format" = "date-time"))]
    created_at: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Search {
    q: String,
    #[serde(flatten)]
    after: After,
}

impl Parameters for Search {
    const ALL: &'static [Parameter] = &[
        Parameter {
            name: "q",
            detail: "Part of an address, name or handle.",
            example: "ada",
            pattern: "",
        },
        AFTER,
    ];
}

impl From<users::User> for User {
    fn from(user: users::User) -> Self {
        Self {
            second_factor: user.has_second_step(),
            id: user.id.0,
            email: user.email,
            name: user.name,
            handle: user.handle,
            public: user.is_public,
            administrator: user.is_admin,
            locked_at: user.locked_at.map(Timestamp::iso),
            created_at: user.created_at.iso(),
        }
    }
}

/// Returns a page of accounts, newest first.
pub async fn list(
    Administrator(api_user): Administrator,
    Query(search): Query<Search>,
) -> Result<Json<List<User>>, Error> {
    let found = find_users(&api_user.request.app, &search.q, search.after.cursor()?).await?;
    let items = found.users.into_iter().map(User::from).collect();
    Ok(Json(List {
        items,
        next: found.older.map(|cursor| cursor.in_url()),
    }))
}

pub async fn show(
    Administrator(api_user): Administrator,
    id: Path<RowId>,
) -> Result<Json<User>, Error> {
    let user = find_user(&api_user.request.app, UserId(id.into_inner().0))
        .await?
        .ok_or(Error::NotFound)?;
    Ok(Json(user.into()))
}

pub async fn lock(administrator: Administrator, id: Path<RowId>) -> Result<Json<User>, Error> {
    let (by, target) = (administrator.actor()?, UserId(id.into_inner().0));
    respond(lock_account(&administrator.0.request.app, by, target).await?)
}

pub async fn unlock(administrator: Administrator, id: Path<RowId>) -> Result<Json<User>, Error> {
    let (by, target) = (administrator.actor()?, UserId(id.into_inner().0));
    respond(unlock_account(&administrator.0.request.app, by, target).await?)
}

pub async fn end_sessions(
    administrator: Administrator,
    id: Path<RowId>,
) -> Result<Json<User>, Error> {
    let (by, target) = (administrator.actor()?, UserId(id.into_inner().0));
    respond(end_all_sessions(&administrator.0.request.app, by, target).await?)
}

pub async fn request_recovery(
    administrator: Administrator,
    id: Path<RowId>,
) -> Result<Json<User>, Error> {
    let (by, target) = (administrator.actor()?, UserId(id.into_inner().0));
    respond(request_factor_recovery(&administrator.0.request.app, by, target).await?)
}

fn respond(outcome: Outcome) -> Result<Json<User>, Error> {
    match outcome {
        Outcome::Changed(user) => Ok(Json((*user).into())),
        Outcome::Unknown => Err(Error::NotFound),
        Outcome::AdministratorAccount => Err(Error::Api(ApiError::AdministratorAccount)),
        Outcome::NoPassword => Err(Error::Api(ApiError::NoPassword)),
        Outcome::EmailsLimited | Outcome::ResetGoesElsewhere => {
            Err(Error::Internal("the API sends no reset links".into()))
        }
        Outcome::OwnAccount => Err(Error::Api(ApiError::OwnAccount)),
        Outcome::NotAllowed => Err(Error::Api(ApiError::InvalidToken)),
    }
}
