//! `/api/v1/groups`: groups and their members, for administrators.

use actix_web::web::Path;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::manage_group::{self, create_group, list_groups};
use super::members::{self, add_member, remove_member};
use crate::http::api::api_request::Administrator;
use crate::http::api::json::{InOrder, Json, NoContent};
use crate::http::api::list::{AFTER_DETAIL, List};
use crate::http::api::openapi::{Parameter, Parameters};
use crate::http::error::Error;
use crate::http::fields::Query;
use crate::http::form_errors::FormErrors;
use crate::store::groups;
use crate::texts::labelled::Labelled;
use crate::texts::problems::ApiError;
use crate::texts::reasons::Reason;
use crate::values::{GroupName, UserId, is_row_id};

/// A group of accounts.
#[derive(Serialize, JsonSchema)]
pub struct Group {
    /// Name, which apps see. It never changes.
    #[schemars(example = &"staff")]
    name: String,
    /// Title for people.
    #[schemars(example = &"Staff in Turin")]
    title: String,
    #[schemars(extend("format" = "date-time"))]
    created_at: String,
}

/// A new group.
#[derive(Deserialize, JsonSchema)]
pub struct NewGroup {
    /// 2 to 32 lowercase letters, digits and hyphens, the first a letter.
    #[schemars(regex(pattern = r"^[a-z][a-z0-9-]{1,31}$"), example = &"staff")]
    name: String,
    /// Title for people.
    #[schemars(length(min = 1, max = 60), example = &"Staff in Turin")]
    title: String,
}

/// The name after which a page of the list starts.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct AfterName {
    after: String,
}

impl Parameters for AfterName {
    const ALL: &'static [Parameter] = &[Parameter {
        name: "after",
        detail: AFTER_DETAIL,
        example: "staff",
        pattern: "^([a-z][a-z0-9-]{1,31})?$",
    }];
}

impl From<groups::Group> for Group {
    fn from(group: groups::Group) -> Self {
        Self {
            name: group.name.0,
            title: group.title,
            created_at: group.created_at.iso(),
        }
    }
}

pub async fn list(
    Administrator(api_user): Administrator,
    Query(query): Query<AfterName>,
) -> Result<Json<List<Group>>, Error> {
    if !query.after.is_empty() && GroupName::parse(&query.after).is_none() {
        return Err(Error::invalid_member("after", Reason::Cursor));
    }
    let page = list_groups(&api_user.request.app, "", &query.after).await?;
    Ok(Json(List {
        items: page.groups.into_iter().map(Group::from).collect(),
        next: page.next,
    }))
}

/// Creates a group.
pub async fn create(
    InOrder(administrator, Json(body)): InOrder<Administrator, Json<NewGroup>>,
) -> Result<NoContent, Error> {
    let mut errors = FormErrors::default();
    let name = GroupName::parse(&body.name);
    if name.is_none() {
        errors.add("name", Reason::GroupName);
    }
    let title = errors.check("title", Labelled::Group.parse(&body.title));
    let (Some(name), Some(title)) = (name, title) else {
        return Err(Error::Invalid(errors));
    };
    let by = administrator.actor()?;
    match create_group(&administrator.0.request.app, by, name, title).await? {
        manage_group::Outcome::Changed => Ok(NoContent),
        manage_group::Outcome::NameTaken => {
            errors.add("name", Reason::GroupNameTaken);
            Err(Error::Invalid(errors))
        }
        // A new group is in use nowhere.
        manage_group::Outcome::Unknown | manage_group::Outcome::InUse(_) => Err(Error::NotFound),
        manage_group::Outcome::NotAllowed => Err(Error::Api(ApiError::InvalidToken)),
    }
}

/// Adds a user. Does nothing if the user is in the group.
pub async fn add(
    administrator: Administrator,
    path: Path<(String, String)>,
) -> Result<NoContent, Error> {
    let ((group, user), by) = (member(path)?, administrator.actor()?);
    respond(add_member(&administrator.0.request.app, by, user, group).await?)
}

/// Removes a user. Does nothing if the user is not in the group.
pub async fn remove(
    administrator: Administrator,
    path: Path<(String, String)>,
) -> Result<NoContent, Error> {
    let ((group, user), by) = (member(path)?, administrator.actor()?);
    respond(remove_member(&administrator.0.request.app, by, user, group).await?)
}

fn member(path: Path<(String, String)>) -> Result<(GroupName, UserId), Error> {
    let (group, user) = path.into_inner();
    let group = GroupName::parse(&group).ok_or(Error::NotFound)?;
    let user = Some(UserId(user)).filter(|user| is_row_id(&user.0));
    Ok((group, user.ok_or(Error::NotFound)?))
}

fn respond(outcome: members::Outcome) -> Result<NoContent, Error> {
    use members::Outcome;
    match outcome {
        Outcome::Changed | Outcome::AlreadyMember | Outcome::NoMember => Ok(NoContent),
        Outcome::TooMany => Err(Error::Api(ApiError::TooManyGroups)),
        Outcome::UnknownUser | Outcome::UnknownGroup => Err(Error::NotFound),
        Outcome::NotAllowed => Err(Error::Api(ApiError::InvalidToken)),
    }
}
