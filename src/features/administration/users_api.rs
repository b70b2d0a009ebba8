//! `/api/v1/users`: other people's accounts, for administrators.

use actix_web::web::Path;
use schemars::JsonSchema;
use serde::Serialize;

use super::act::{By, Outcome};
use super::end_all_sessions::end_all_sessions;
use super::find_users::{find_user, find_users};
use super::lock_account::{lock_account, unlock_account};
use crate::clock::Timestamp;
use crate::store::users::KeptUser;
use crate::values::RowId;
use crate::web::describe::{Parameter, Parameters};
use crate::web::list::AFTER;
use crate::web::{Administrator, After, Error, Fields, Found, FromFields, List, Query, Refusal};

/// Somebody's account, as administrators see it.
#[derive(Serialize, JsonSchema)]
pub struct User {
    /// The id: the `sub` of access tokens.
    id: String,
    /// The email address.
    email: String,
    /// What the person wants to be called.
    name: Option<String>,
    /// What the public page is called in links.
    handle: Option<String>,
    /// Whether others see the profile.
    public: bool,
    /// Whether the person looks after other people's accounts.
    administrator: bool,
    /// Since when nobody can log in; `null` if they can.
    #[schemars(extend("format" = "date-time"))]
    locked_at: Option<String>,
    /// When the address was confirmed.
    #[schemars(extend("format" = "date-time"))]
    created_at: String,
}

/// What is looked for, and where the page begins.
pub struct Search {
    q: String,
    after: After,
}

impl FromFields for Search {
    fn from_fields(fields: &mut Fields) -> Self {
        Self { q: fields.take("q"), after: After::from_fields(fields) }
    }
}

impl Parameters for Search {
    const ALL: &'static [Parameter] = &[
        Parameter { name: "q", detail: "A part of the address, the name or the handle.", example: "ada", pattern: "" },
        AFTER,
    ];
}

impl From<KeptUser> for User {
    fn from(user: KeptUser) -> Self {
        let at = |millis| Timestamp::from_millis(millis).iso();
        Self {
            id: user.id,
            email: user.email,
            name: user.name,
            handle: user.handle,
            public: user.is_public,
            administrator: user.is_admin,
            locked_at: user.locked_at.map(at),
            created_at: at(user.created_at),
        }
    }
}

/// Shows them, the newest first.
pub async fn list(
    Administrator(caller): Administrator,
    Query(search): Query<Search>,
) -> Result<Found<List<User>>, Error> {
    let found = find_users(&caller.call.app, &search.q, search.after.place()?).await?;
    let items = found.users.into_iter().map(User::from).collect();
    Ok(Found(List { items, next: found.older.map(|place| place.in_url()) }))
}

/// Shows one.
pub async fn show(Administrator(caller): Administrator, id: Path<RowId>) -> Result<Found<User>, Error> {
    let user = find_user(&caller.call.app, id.into_inner().0).await?.ok_or(Error::NotFound)?;
    Ok(Found(user.into()))
}

/// Locks one out.
pub async fn lock(Administrator(caller): Administrator, id: Path<RowId>) -> Result<Found<User>, Error> {
    answer(lock_account(&caller.call.app, By::Administrator(caller.actor()), id.into_inner().0).await?)
}

/// Lets one in again.
pub async fn unlock(Administrator(caller): Administrator, id: Path<RowId>) -> Result<Found<User>, Error> {
    answer(unlock_account(&caller.call.app, By::Administrator(caller.actor()), id.into_inner().0).await?)
}

/// Logs every device of one out.
pub async fn end_sessions(Administrator(caller): Administrator, id: Path<RowId>) -> Result<Found<User>, Error> {
    answer(end_all_sessions(&caller.call.app, By::Administrator(caller.actor()), id.into_inner().0).await?)
}

fn answer(outcome: Outcome) -> Result<Found<User>, Error> {
    match outcome {
        Outcome::Done(user) => Ok(Found(user.into())),
        Outcome::Unknown => Err(Error::NotFound),
        Outcome::OwnAccount => Err(Error::Refused(Refusal::OwnAccount)),
        Outcome::SessionNeeded => Err(Error::Refused(Refusal::SessionNeeded)),
        Outcome::NotAllowed => Err(Error::Refused(Refusal::InvalidToken)),
    }
}
