//! `GET` and `PATCH /api/v1/me`: the user's own profile for API clients.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use super::update_profile::{Outcome, ProfileChange, update_profile};
use crate::http::api::api_request::ApiUser;
use crate::http::api::json::{InOrder, Json};
use crate::http::error::Error;
use crate::http::form_errors::FormErrors;
use crate::store::users::User;
use crate::values::{Bio, DisplayName, Handle, HandleError};

/// The account that the token belongs to.
#[derive(Serialize, JsonSchema)]
pub struct Me {
    /// Account id, the `sub` of its access tokens.
    id: String,
    /// Email address.
    email: String,
    /// Display name.
    name: Option<String>,
    /// Handle, part of the public profile’s address.
    handle: Option<String>,
    /// A few lines about the user.
    bio: Option<String>,
    /// True if the profile is public.
    public: bool,
    /// True for administrators.
    administrator: bool,
    /// True if a login asks for a second step.
    second_factor: bool,
    /// Time when the address was confirmed.
    #[schemars(extend("format" = "date-time"))]
    created_at: String,
}

/// Changes to the profile. Members that you leave out stay unchanged. `null` or an empty string
/// clears a text.
#[derive(Default, Deserialize, JsonSchema)]
#[expect(
    clippy::option_option,
    reason = "what is left out, what is cleared and what is set are three things"
)]
#[serde(default)]
pub struct MeChange {
    /// Display name.
    #[serde(deserialize_with = "present")]
    #[schemars(length(max = 100), example = &"Ada Lovelace")]
    name: Option<Option<String>>,
    /// Handle, part of the public profile’s address.
    #[serde(deserialize_with = "present")]
    #[schemars(regex(pattern = r"^([a-z0-9]([a-z0-9-]{1,28})[a-z0-9])?$"), example = &"ada")]
    handle: Option<Option<String>>,
    /// A few lines about the user.
    #[serde(deserialize_with = "present")]
    #[schemars(length(max = 300), example = &"Notes on the Analytical Engine.")]
    bio: Option<Option<String>>,
    /// True to make the profile public. Requires a handle.
    public: Option<bool>,
}

/// Deserializes a member that is present, so that `null` differs from an omitted member.
#[expect(
    clippy::option_option,
    reason = "what is left out, what is cleared and what is set are three things"
)]
fn present<'de, D: Deserializer<'de>>(value: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(value).map(Some)
}

impl From<User> for Me {
    fn from(user: User) -> Self {
        Self {
            second_factor: user.has_second_step(),
            id: user.id.0,
            email: user.email,
            name: user.name,
            handle: user.handle,
            bio: user.bio,
            public: user.is_public,
            administrator: user.is_admin,
            created_at: user.created_at.iso(),
        }
    }
}

pub async fn show(api_user: ApiUser) -> Json<Me> {
    Json(api_user.user().clone().into())
}

pub async fn change(
    InOrder(api_user, Json(body)): InOrder<ApiUser, Json<MeChange>>,
) -> Result<Json<Me>, Error> {
    let mut errors = FormErrors::default();
    let text = |value: Option<Option<String>>| value.map(Option::unwrap_or_default);
    let name = errors.check(
        "name",
        text(body.name)
            .map(|name| DisplayName::parse(&name))
            .transpose(),
    );
    let handle = errors.check(
        "handle",
        text(body.handle)
            .map(|handle| Handle::parse(&handle))
            .transpose(),
    );
    let bio = errors.check(
        "bio",
        text(body.bio).map(|bio| Bio::parse(&bio)).transpose(),
    );
    let (Some(name), Some(handle), Some(bio)) = (name, handle, bio) else {
        return Err(Error::Invalid(errors));
    };
    let change = ProfileChange {
        name,
        handle,
        bio,
        is_public: body.public,
    };
    match update_profile(&api_user.request.app, api_user.actor(), change).await? {
        Outcome::Saved(user) => return Ok(Json((*user).into())),
        Outcome::HandleTaken => errors.add("handle", HandleError::Taken),
        Outcome::HandleNeeded => errors.add("handle", HandleError::Needed),
        Outcome::RateLimited(wait) => return Err(Error::RateLimited(wait)),
        Outcome::SessionEnded => return Err(Error::SessionChanged),
    }
    Err(Error::Invalid(errors))
}
