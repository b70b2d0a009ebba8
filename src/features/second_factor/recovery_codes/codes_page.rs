//! `/account/security/recovery-codes`: shows new recovery codes once, and creates a new set.

use std::iter;

use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use askama::Template;
use serde::Deserialize;

use super::create_codes::{Outcome, count_codes, create_codes};
use crate::accounts::authentication::recovery_codes::{SET_SIZE, are_few};
use crate::accounts::rate_limits::Wait;
use crate::accounts::sessions::NewSession;
use crate::http::error::Error;
use crate::http::form_errors::FormErrors;
use crate::http::pages::cookies;
use crate::http::pages::current_user::{SignedIn, SignedInToEnrol};
use crate::http::pages::flash::{Flash, SecretKind};
use crate::http::pages::form::Form;
use crate::http::pages::frame::Frame;
use crate::http::pages::reauthentication::{ReauthenticationFields, reauthenticate};
use crate::http::pages::required_fields::RequiredFields;
use crate::texts::notices::Notice;
use crate::texts::second_step::{SecondStepReason, few_codes_left};
use crate::urls;
use crate::values::{Code, RecoveryCode};

#[derive(Template)]
#[template(path = "second_factor/recovery_codes.html")]
struct CodesPage {
    frame: Frame,
    email: String,
    /// A new set, shown once.
    new_codes: Vec<String>,
    /// The page after a new set was saved.
    next: &'static str,
    left: i64,
    has_second_step: bool,
    required: RequiredFields,
    errors: FormErrors,
}

/// The codes of the page, for the file.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct FileForm {
    codes: String,
}

impl CodesPage {
    /// Returns a warning if few codes are left.
    fn few_codes(&self) -> Option<String> {
        are_few(self.left).then(|| few_codes_left(self.left))
    }
}

/// Shows the page. A new set is shown once, because this response removes it from the flash cookie.
pub async fn show(SignedInToEnrol(mut signed_in): SignedInToEnrol) -> Result<HttpResponse, Error> {
    let session = &signed_in.current.session.handle;
    let secret = signed_in
        .request
        .take_secret(SecretKind::RecoveryCodes, session);
    let new_codes = well_formed(secret.as_deref().unwrap_or_default());
    render_page(&signed_in, new_codes, FormErrors::default()).await
}

pub async fn submit(
    SignedInToEnrol(signed_in): SignedInToEnrol,
    Form(form): Form<ReauthenticationFields>,
) -> Result<HttpResponse, Error> {
    let request = &signed_in.request;
    let mut errors = FormErrors::default();
    let Some(reauthentication) = reauthenticate(&signed_in, &mut errors, &form).await? else {
        return render_page(&signed_in, Vec::new(), errors).await;
    };
    let (outcome, renewed) =
        create_codes(&request.app, signed_in.actor(), reauthentication).await?;
    let cookie = renewed.map(|session| cookies::for_session(&request.app, &session));
    match outcome {
        Outcome::Created(codes) => {
            let flash = with_codes(Flash::default(), &signed_in, &codes);
            Ok(request.redirect_with(urls::ACCOUNT_RECOVERY_CODES, &flash, cookie))
        }
        Outcome::NoSecondStep => {
            Ok(request.redirect_with(urls::ACCOUNT_SECURITY, &Flash::default(), cookie))
        }
        Outcome::RateLimited(Wait(wait)) => {
            request.set_retry_after(wait);
            errors.add_rate_limited("create", SecondStepReason::ChangesLimited(wait));
            let mut response = render_page(&signed_in, Vec::new(), errors).await?;
            cookies::add(&mut response, cookie);
            Ok(response)
        }
        Outcome::SessionEnded => Err(Error::SessionChanged),
    }
}

/// Redirects after the addition of a factor: to the new recovery codes, or to the list of factors.
pub fn added(
    signed_in: &SignedIn,
    notice: Notice,
    codes: &[RecoveryCode],
    renewed: Option<&NewSession>,
) -> HttpResponse {
    let request = &signed_in.request;
    let cookie = renewed.map(|session| cookies::for_session(&request.app, session));
    let flash = Flash::notice(notice);
    if codes.is_empty() {
        return request.redirect_with(urls::ACCOUNT_SECURITY, &flash, cookie);
    }
    let flash = with_codes(flash, signed_in, codes);
    request.redirect_with(urls::ACCOUNT_RECOVERY_CODES, &flash, cookie)
}

/// Adds new codes to the flash, for this page to show once.
fn with_codes(flash: Flash, signed_in: &SignedIn, codes: &[RecoveryCode]) -> Flash {
    let codes: Vec<String> = codes.iter().map(RecoveryCode::grouped).collect();
    flash.with_secret(
        &signed_in.request.app,
        SecretKind::RecoveryCodes,
        &codes.join(" "),
        &signed_in.current.session.handle,
    )
}

/// Returns the codes of the form as a text file. The server does not know them any more, and sends
/// back only what has the form of a code.
pub async fn download(
    SignedInToEnrol(signed_in): SignedInToEnrol,
    Form(form): Form<FileForm>,
) -> Result<HttpResponse, Error> {
    let codes = well_formed(&form.codes);
    if codes.is_empty() {
        return Err(Error::BadRequest);
    }
    let app = &signed_in.request.app;
    let head = format!(
        "Recovery codes for {} at {}\r\nAccount: {}\r\nEach code works once.\r\n\r\n",
        app.settings.app_name, app.public_url, signed_in.current.user.email
    );
    let lines = codes.iter().zip(1..);
    let lines = lines.map(|(code, number)| format!("{number:>2}. {code}\r\n"));
    let text: String = iter::once(head).chain(lines).collect();
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/plain; charset=utf-8"))
        .insert_header((
            CONTENT_DISPOSITION,
            "attachment; filename=\"recovery-codes.txt\"",
        ))
        .body(text))
}

/// Returns the recovery codes in a text, separated by spaces.
fn well_formed(text: &str) -> Vec<String> {
    let code = |typed: &str| match Code::parse(typed) {
        Ok(Code::Recovery(code)) => Some(code.grouped()),
        _ => None,
    };
    let codes = text.split_ascii_whitespace().filter_map(code);
    codes.take(SET_SIZE).collect()
}

async fn render_page(
    signed_in: &SignedIn,
    new_codes: Vec<String>,
    errors: FormErrors,
) -> Result<HttpResponse, Error> {
    let (request, user) = (&signed_in.request, &signed_in.current.user);
    let app = &request.app;
    let left = count_codes(app, user.id.clone()).await?;
    // Users who had to add a second step did not come from the page about security.
    let next = if app.settings.second_factor.requires(user.is_admin) {
        app.after_login()
    } else {
        urls::ACCOUNT_SECURITY
    };
    let page = CodesPage {
        frame: request.frame(),
        email: user.email.clone(),
        new_codes,
        next,
        left,
        has_second_step: user.has_second_step(),
        required: RequiredFields::of(signed_in).await?,
        errors,
    };
    request.page(page.errors.status(), &page)
}

/// Renders every state of the page with hostile values.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    use crate::http::samples::HOSTILE;
    let page = |new_codes, left, required, errors| CodesPage {
        frame: Frame::sample_signed_in(),
        email: HOSTILE.to_owned(),
        new_codes,
        next: urls::ACCOUNT_SECURITY,
        left,
        has_second_step: true,
        required,
        errors,
    };
    let none = || FormErrors::default();
    vec![
        page(
            vec!["1A2B3-C4D5E-F6G7H-J8K9M-N0P1Q".to_owned(); SET_SIZE],
            10,
            RequiredFields::NONE,
            none(),
        )
        .render(),
        page(Vec::new(), 7, RequiredFields::NONE, none()).render(),
        page(Vec::new(), 1, RequiredFields::PASSWORD, none()).render(),
        page(
            Vec::new(),
            0,
            RequiredFields::PASSWORD_AND_CODE,
            FormErrors::sample(&["current_password", "code"]),
        )
        .render(),
        CodesPage {
            has_second_step: false,
            ..page(Vec::new(), 0, RequiredFields::NONE, none())
        }
        .render(),
    ]
}
