//! `/account/tokens`: the user's API tokens, a form to create one, and buttons to revoke them.
//! After creation, the page shows the secret of the new token once.

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Path;
use askama::Template;
use serde::Deserialize;

use super::create_token::{self, create_token};
use super::remove_token::{self, remove_token};
use crate::accounts::rate_limits::Wait;
use crate::clock::Timestamp;
use crate::http::error::Error;
use crate::http::form_errors::FormErrors;
use crate::http::pages::cookies;
use crate::http::pages::current_user::SignedIn;
use crate::http::pages::flash::{Flash, SecretKind};
use crate::http::pages::frame::Frame;
use crate::http::pages::reauthentication::{ReauthenticationFields, reauthenticate};
use crate::http::pages::required_fields::RequiredFields;
use crate::http::pages::signed_in_form::{SignedInForm, TypedForm};
use crate::http::pages::times::{ExactTime, PastTime};
use crate::http::typed::Typed;
use crate::store::personal_tokens::{self, PersonalToken};
use crate::texts::labelled::Labelled;
use crate::texts::labels;
use crate::texts::notices::Notice;
use crate::texts::reasons::Reason;
use crate::urls;
use crate::values::RowId;

/// Lifetimes in days, with their labels. Every token expires, so that a forgotten one stops
/// working.
const LIFETIMES: [(&str, &str); 4] = [
    ("7", "7 days"),
    ("30", "30 days"),
    ("90", "90 days"),
    ("365", "1 year"),
];
const USUAL_LIFETIME: &str = "30";
/// Number of tokens above which the page begins with a link to the form.
const LONG_LIST: usize = 5;
const DAY: Duration = Duration::from_hours(24);

#[derive(Deserialize)]
pub struct TokenForm {
    #[serde(default)]
    name: String,
    #[serde(default)]
    days: String,
    #[serde(default)]
    #[serde(flatten)]
    reauthentication: ReauthenticationFields,
}

struct TokenView {
    name: String,
    created: PastTime,
    last_used: Option<PastTime>,
    end: TokenEnd,
    remove_action: String,
}

enum TokenEnd {
    Coming(ExactTime),
    Past(PastTime),
}

#[derive(Template)]
#[template(path = "personal_tokens/tokens.html")]
struct TokensPage {
    frame: Frame,
    email: String,
    tokens: Vec<TokenView>,
    new_secret: Option<String>,
    name: String,
    days: String,
    required: RequiredFields,
    errors: FormErrors,
}

impl Default for TokenForm {
    fn default() -> Self {
        Self {
            name: String::new(),
            days: USUAL_LIFETIME.to_owned(),
            reauthentication: ReauthenticationFields::default(),
        }
    }
}

impl TypedForm for TokenForm {
    fn typed(&self) -> Vec<Typed> {
        vec![Typed::new(labels::TOKEN_NAME, &self.name)]
    }
}

impl TokensPage {
    /// Returns true if the form may be below the end of the screen.
    fn links_to_form(&self) -> bool {
        self.tokens.len() > LONG_LIST
    }

    fn lifetimes(&self) -> impl Iterator<Item = (&'static str, &'static str, bool)> {
        LIFETIMES
            .into_iter()
            .map(|(days, message)| (days, message, days == self.days))
    }
}

impl TokenView {
    fn new(token: PersonalToken, now: Timestamp) -> Self {
        Self {
            name: token.name,
            created: PastTime::new(token.created_at, now),
            last_used: token.last_used_at.map(|at| PastTime::new(at, now)),
            end: if token.expires_at > now {
                TokenEnd::Coming(token.expires_at.into())
            } else {
                TokenEnd::Past(PastTime::new(token.expires_at, now))
            },
            remove_action: urls::token_remove(&token.id),
        }
    }
}

/// Shows the tokens. The secret of a new token is shown once, because this response removes it from
/// the flash cookie.
pub async fn show(mut signed_in: SignedIn) -> Result<HttpResponse, Error> {
    let new_secret = signed_in
        .request
        .take_secret(SecretKind::ApiToken, &signed_in.current.session.handle);
    render_page(
        &signed_in,
        StatusCode::OK,
        TokenForm::default(),
        new_secret,
        FormErrors::default(),
    )
    .await
}

pub async fn create(
    SignedInForm { signed_in, form }: SignedInForm<TokenForm>,
) -> Result<HttpResponse, Error> {
    use create_token::Outcome;
    let mut errors = FormErrors::default();
    let name = errors.check("name", Labelled::Token.parse(&form.name));
    let lifetime = lifetime(&form.days);
    if lifetime.is_none() {
        errors.add("days", Reason::NoTokenLifetime);
    }
    // Reauthenticates only if the other fields are valid. A form with errors must not cost a
    // password check or renew the session.
    let (Some(name), Some(lifetime)) = (name, lifetime) else {
        return rejected(&signed_in, form, errors).await;
    };
    let Some(reauthentication) =
        reauthenticate(&signed_in, &mut errors, &form.reauthentication).await?
    else {
        return rejected(&signed_in, form, errors).await;
    };
    let (request, session) = (&signed_in.request, &signed_in.current.session.handle);
    let (outcome, renewed) = create_token(
        &request.app,
        signed_in.actor(),
        reauthentication,
        name,
        lifetime,
    )
    .await?;
    let renewed = renewed.map(|session| cookies::for_session(&request.app, &session));
    let (status, reason) = match outcome {
        Outcome::Created(secret) => {
            let flash = Flash::notice(Notice::TokenCreated).with_secret(
                &request.app,
                SecretKind::ApiToken,
                secret.expose(),
                session,
            );
            return Ok(request.redirect_with(urls::ACCOUNT_TOKENS, &flash, renewed));
        }
        Outcome::TooMany => (StatusCode::UNPROCESSABLE_ENTITY, Reason::TooManyTokens),
        Outcome::RateLimited(Wait(wait)) => {
            request.set_retry_after(wait);
            (
                StatusCode::TOO_MANY_REQUESTS,
                Reason::NewTokensLimited(wait),
            )
        }
        Outcome::SessionEnded => return Err(Error::SessionChanged),
    };
    let mut response = render_page(
        &signed_in,
        status,
        form,
        None,
        FormErrors::of_form("name", reason),
    )
    .await?;
    cookies::add(&mut response, renewed);
    Ok(response)
}

pub async fn remove(signed_in: SignedIn, id: Path<RowId>) -> Result<HttpResponse, Error> {
    let request = &signed_in.request;
    match remove_token(&request.app, signed_in.actor(), id.into_inner().0).await? {
        remove_token::Outcome::Removed => {
            Ok(request.redirect(urls::ACCOUNT_TOKENS, &Flash::notice(Notice::TokenRemoved)))
        }
        remove_token::Outcome::SessionEnded => Err(Error::SessionChanged),
    }
}

fn lifetime(days: &str) -> Option<Duration> {
    let (days, _) = LIFETIMES.into_iter().find(|(known, _)| *known == days)?;
    Some(DAY.saturating_mul(days.parse().ok()?))
}

async fn rejected(
    signed_in: &SignedIn,
    form: TokenForm,
    errors: FormErrors,
) -> Result<HttpResponse, Error> {
    render_page(signed_in, errors.status(), form, None, errors).await
}

async fn render_page(
    signed_in: &SignedIn,
    status: StatusCode,
    form: TokenForm,
    new_secret: Option<String>,
    errors: FormErrors,
) -> Result<HttpResponse, Error> {
    let (request, user) = (&signed_in.request, &signed_in.current.user);
    let (id, now) = (user.id.clone(), request.app.clock.now());
    let tokens = request
        .app
        .read(move |tx| Ok(personal_tokens::all(tx, &id)?))
        .await?;
    let page = TokensPage {
        frame: request.frame(),
        email: user.email.clone(),
        tokens: tokens
            .into_iter()
            .map(|token| TokenView::new(token, now))
            .collect(),
        new_secret,
        name: form.name,
        days: form.days,
        required: RequiredFields::of(signed_in).await?,
        errors,
    };
    request.page(status, &page)
}

/// Renders every state of the page with hostile values.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    use crate::http::samples::HOSTILE;
    let token = |last_used, end| TokenView {
        name: HOSTILE.to_owned(),
        created: PastTime::sample(),
        last_used,
        end,
        remove_action: urls::token_remove("0"),
    };
    let page = |tokens, new_secret, required, errors| TokensPage {
        frame: Frame::sample_signed_in(),
        email: HOSTILE.to_owned(),
        tokens,
        new_secret,
        name: HOSTILE.to_owned(),
        days: USUAL_LIFETIME.to_owned(),
        required,
        errors,
    };
    let fields = ["name", "days", "current_password", "code"];
    let live = || token(None, TokenEnd::Coming(Timestamp::from_millis(0).into()));
    let past = token(Some(PastTime::sample()), TokenEnd::Past(PastTime::sample()));
    vec![
        page(
            Vec::new(),
            None,
            RequiredFields::NONE,
            FormErrors::default(),
        )
        .render(),
        page(
            vec![live()],
            Some(HOSTILE.to_owned()),
            RequiredFields::NONE,
            FormErrors::default(),
        )
        .render(),
        page(
            vec![live(), past],
            None,
            RequiredFields::PASSWORD_AND_CODE,
            FormErrors::sample(&fields),
        )
        .render(),
        page(
            (0..=LONG_LIST).map(|_| live()).collect(),
            None,
            RequiredFields::NONE,
            FormErrors::of_form("name", Reason::TooManyTokens),
        )
        .render(),
    ]
}
