//! `/account/profile`: the profile form, with a link to the public page.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use serde::Deserialize;

use super::update_profile::{Outcome, ProfileChange, update_profile};
use crate::accounts::rate_limits::Wait;
use crate::http::error::Error;
use crate::http::fields::checkbox;
use crate::http::form_errors::FormErrors;
use crate::http::pages::current_user::SignedIn;
use crate::http::pages::flash::Flash;
use crate::http::pages::frame::Frame;
use crate::http::pages::signed_in_form::{SignedInForm, TypedForm};
use crate::http::typed::Typed;
use crate::store::users::User;
use crate::texts::labels;
use crate::texts::notices::Notice;
use crate::texts::reasons::Reason;
use crate::urls;
use crate::values::{Bio, DisplayName, Handle, HandleError};

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ProfileForm {
    name: String,
    handle: String,
    bio: String,
    #[serde(deserialize_with = "checkbox")]
    public: bool,
}

#[derive(Template)]
#[template(path = "profile/profile.html")]
struct ProfilePage {
    frame: Frame,
    /// URL of the public page if the saved profile is public, independent of the typed values.
    person_href: Option<String>,
    form: ProfileForm,
    errors: FormErrors,
}

impl TypedForm for ProfileForm {
    fn typed(&self) -> Vec<Typed> {
        vec![
            Typed::new(labels::NAME, &self.name),
            Typed::new(labels::HANDLE, &self.handle),
            Typed::new(labels::BIO, &self.bio),
        ]
    }
}

impl From<User> for ProfileForm {
    fn from(profile: User) -> Self {
        Self {
            name: profile.name.unwrap_or_default(),
            handle: profile.handle.unwrap_or_default(),
            bio: profile.bio.unwrap_or_default(),
            public: profile.is_public,
        }
    }
}

pub async fn show(signed_in: SignedIn) -> Result<HttpResponse, Error> {
    let form = signed_in.current.user.clone().into();
    render_page(&signed_in, StatusCode::OK, form, FormErrors::default())
}

pub async fn submit(
    SignedInForm { signed_in, form }: SignedInForm<ProfileForm>,
) -> Result<HttpResponse, Error> {
    let mut errors = FormErrors::default();
    let name = errors.check("name", DisplayName::parse(&form.name));
    let handle = errors.check("handle", Handle::parse(&form.handle));
    let bio = errors.check("bio", Bio::parse(&form.bio));
    if let (Some(name), Some(handle), Some(bio)) = (name, handle, bio) {
        let change = ProfileChange {
            name: Some(name),
            handle: Some(handle),
            bio: Some(bio),
            is_public: Some(form.public),
        };
        match update_profile(&signed_in.request.app, signed_in.actor(), change).await? {
            Outcome::Saved(_) => {
                let flash = Flash::notice(Notice::ProfileSaved);
                return Ok(signed_in.request.redirect(urls::ACCOUNT_PROFILE, &flash));
            }
            Outcome::HandleTaken => errors.add("handle", HandleError::Taken),
            Outcome::HandleNeeded => errors.add("handle", HandleError::Needed),
            Outcome::RateLimited(Wait(wait)) => {
                signed_in.request.set_retry_after(wait);
                errors.add_to_form("name", Reason::ProfileChangesLimited(wait));
                return render_page(&signed_in, StatusCode::TOO_MANY_REQUESTS, form, errors);
            }
            Outcome::SessionEnded => return Err(Error::SessionChanged),
        }
    }
    render_page(&signed_in, StatusCode::UNPROCESSABLE_ENTITY, form, errors)
}

fn render_page(
    SignedIn { request, current }: &SignedIn,
    status: StatusCode,
    form: ProfileForm,
    errors: FormErrors,
) -> Result<HttpResponse, Error> {
    let saved = &current.user;
    let person_href = saved
        .handle
        .as_deref()
        .filter(|_| saved.is_public)
        .map(urls::person);
    request.page(
        status,
        &ProfilePage {
            frame: request.frame(),
            person_href,
            form,
            errors,
        },
    )
}

/// Renders every state of the page with hostile values.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    use crate::http::samples::HOSTILE;
    let page = |person_href, public, errors| ProfilePage {
        frame: Frame::sample_signed_in(),
        person_href,
        form: ProfileForm {
            name: HOSTILE.to_owned(),
            handle: HOSTILE.to_owned(),
            bio: HOSTILE.to_owned(),
            public,
        },
        errors,
    };
    vec![
        page(None, false, FormErrors::default()).render(),
        page(Some(urls::person("ada")), true, FormErrors::default()).render(),
        page(None, true, FormErrors::sample(&["name", "handle", "bio"])).render(),
    ]
}
