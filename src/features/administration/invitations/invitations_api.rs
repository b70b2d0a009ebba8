//! `/api/v1/invitations`: lists and creates invitations, for administrators.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::invite::{Outcome, invite};
use super::list_invitations::list_invitations;
use crate::clock::Timestamp;
use crate::http::api::api_request::Administrator;
use crate::http::api::json::{InOrder, Json, NoContent};
use crate::http::api::list::{After, List};
use crate::http::error::Error;
use crate::http::fields::Query;
use crate::http::form_errors::FormErrors;
use crate::store::invitations;
use crate::texts::problems::ApiError;
use crate::texts::reasons::Reason;
use crate::values::{EmailAddress, GroupName};

/// An invitation. It is listed until 30 days after its end.
#[derive(Serialize, JsonSchema)]
pub struct Invitation {
    #[schemars(example = &"grace@example.org")]
    email: String,
    /// Names of the groups that the account will join.
    groups: Vec<String>,
    #[schemars(extend("format" = "date-time"))]
    created_at: String,
    /// The end of its link, or the time of the acceptance.
    #[schemars(extend("format" = "date-time"))]
    expires_at: String,
    /// `null` if it was not accepted.
    #[schemars(extend("format" = "date-time"))]
    accepted_at: Option<String>,
}

/// A new invitation.
#[derive(Deserialize, JsonSchema)]
pub struct NewInvitation {
    /// Email address. The link is sent there.
    #[schemars(email, length(max = 254), example = &"grace@example.org")]
    email: String,
    /// Names of the groups that the account joins.
    #[serde(default)]
    #[schemars(inner(regex(pattern = r"^[a-z][a-z0-9-]{1,31}$")))]
    groups: Vec<String>,
}

impl From<invitations::Invitation> for Invitation {
    fn from(invitation: invitations::Invitation) -> Self {
        let groups = invitation.groups().into_iter();
        Self {
            groups: groups.map(|group| group.0).collect(),
            email: invitation.email,
            created_at: invitation.created_at.iso(),
            expires_at: invitation.expires_at.iso(),
            accepted_at: invitation.accepted_at.map(Timestamp::iso),
        }
    }
}

/// Returns a page of invitations, newest first.
pub async fn list(
    Administrator(api_user): Administrator,
    Query(after): Query<After>,
) -> Result<Json<List<Invitation>>, Error> {
    let page = list_invitations(&api_user.request.app, "", after.cursor()?).await?;
    Ok(Json(List {
        items: page.invitations.into_iter().map(Invitation::from).collect(),
        next: page.older.map(|cursor| cursor.in_url()),
    }))
}

/// Invites an address, or sends its invitation again.
pub async fn create(
    InOrder(administrator, Json(body)): InOrder<Administrator, Json<NewInvitation>>,
) -> Result<NoContent, Error> {
    let mut errors = FormErrors::default();
    let email = errors.check("email", EmailAddress::parse(&body.email));
    let groups = body.groups.iter().map(|name| GroupName::parse(name));
    let groups: Option<Vec<GroupName>> = groups.collect();
    if groups.is_none() {
        errors.add("groups", Reason::GroupName);
    }
    let (Some(email), Some(groups)) = (email, groups) else {
        return Err(Error::Invalid(errors));
    };
    let by = administrator.actor()?;
    match invite(&administrator.0.request.app, by, email, groups).await? {
        Outcome::Invited => Ok(NoContent),
        Outcome::HasAccount => Err(Error::Api(ApiError::HasAccount)),
        Outcome::AwaitingApproval => Err(Error::Api(ApiError::HasSignUp)),
        Outcome::EmailsLimited | Outcome::InvitationsLimited => {
            Err(Error::Api(ApiError::InvitationsLimited))
        }
        Outcome::NotAllowed => Err(Error::Api(ApiError::InvalidToken)),
    }
}
