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

/// One's own account.
#[derive(Serialize, JsonSchema)]
pub struct Me {
    /// The id: the `sub` of access tokens.
    id: String,
    /// The email address.
    email: String,
    /// What the person wants to be called.
    name: Option<String>,
    /// What the public page is called in links.
    handle: Option<String>,
    /// A few lines.
    bio: Option<String>,
    /// Whether others see the profile.
    public: bool,
    /// Whether other people's accounts can be looked after.
    administrator: bool,
    /// When the address was confirmed.
    #[schemars(extend("format" = "date-time"))]
    created_at: String,
}

/// What is to change. What is left out stays; of a text, `null` and nothing clear it.
#[derive(Default, Deserialize, JsonSchema)]
#[expect(
    clippy::option_option,
    reason = "what is left out, what is cleared and what is set are three things"
)]
#[serde(default)]
pub struct MeChange {
    /// What the person wants to be called.
    #[serde(deserialize_with = "present")]
    #[schemars(length(max = 100), example = &"Ada Lovelace")]
    name: Option<Option<String>>,
    /// What the public page is called in links.
    #[serde(deserialize_with = "present")]
    #[schemars(regex(pattern = r"^([a-z0-9]([a-z0-9-]{1,28})[a-z0-9])?$"), example = &"ada")]
    handle: Option<Option<String>>,
    /// A few lines.
    #[serde(deserialize_with = "present")]
    #[schemars(length(max = 300), example = &"Notes on the Analytical Engine.")]
    bio: Option<Option<String>>,
    /// Whether others see the profile; needs a handle.
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
        Outcome::RateLimited(wait) => return Err(Error::TooMany(wait)),
        Outcome::SessionEnded => return Err(Error::SessionChanged),
    }
    Err(Error::Invalid(errors))
}
