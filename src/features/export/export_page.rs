//! `/account/export`: describes the export, and sends the file.

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::web::Bytes;
use askama::Template;
use futures_util::stream;
use tokio::time::Instant;

use super::export_account::{ExportFile, Outcome, export_account};
use crate::accounts::export_slots::ExportsBusy;
use crate::accounts::rate_limits::Wait;
use crate::app::App;
use crate::clock::Timestamp;
use crate::http::error::Error;
use crate::http::form_errors::FormErrors;
use crate::http::pages::cookies;
use crate::http::pages::current_user::SignedIn;
use crate::http::pages::form::Form;
use crate::http::pages::frame::Frame;
use crate::http::pages::reauthentication::{ReauthenticationFields, reauthenticate};
use crate::http::pages::required_fields::RequiredFields;
use crate::texts::reasons::Reason;

#[derive(Template)]
#[template(path = "export/export.html")]
struct ExportPage {
    frame: Frame,
    email: String,
    required: RequiredFields,
    errors: FormErrors,
}

pub async fn show(signed_in: SignedIn) -> Result<HttpResponse, Error> {
    render_page(
        &signed_in,
        RequiredFields::of(&signed_in).await?,
        StatusCode::OK,
        FormErrors::default(),
    )
}

pub async fn submit(
    signed_in: SignedIn,
    Form(form): Form<ReauthenticationFields>,
) -> Result<HttpResponse, Error> {
    let mut errors = FormErrors::default();
    let Some(reauthentication) = reauthenticate(&signed_in, &mut errors, &form).await? else {
        return render_page(
            &signed_in,
            RequiredFields::of(&signed_in).await?,
            errors.status(),
            errors,
        );
    };
    let app = &signed_in.request.app;
    let (mut response, renewed) =
        match export_account(app, signed_in.actor(), reauthentication).await? {
            Outcome::Exported { file, renewed } => (download(app, *file), renewed),
            Outcome::RateLimited { wait, renewed } => (too_often(&signed_in, wait)?, renewed),
            Outcome::Busy(ExportsBusy::Account) => return running(&signed_in).await,
            Outcome::Busy(ExportsBusy::Node) => {
                return Err(Error::Unavailable(
                    "all export slots of this node are in use".into(),
                ));
            }
            Outcome::SessionEnded => return Err(Error::SessionChanged),
        };
    cookies::add(
        &mut response,
        renewed.map(|session| cookies::for_session(app, &session)),
    );
    Ok(response)
}

/// Time limit of a download. A slower client is cut off, because it occupies an export slot.
const LONGEST_DOWNLOAD: Duration = Duration::from_mins(5);
/// Suggested wait while another download of the account is running.
const TRY_AGAIN_AFTER: Duration = Duration::from_secs(10);

fn download(app: &App, file: ExportFile) -> HttpResponse {
    let disposition = format!(
        "attachment; filename=\"{}\"",
        file_name(&app.settings.app_name, app.clock.now())
    );
    let mut response = HttpResponse::Ok();
    response.insert_header((CONTENT_TYPE, "application/json; charset=utf-8"));
    response.insert_header((CONTENT_DISPOSITION, disposition));
    let ends_at = Instant::now() + LONGEST_DOWNLOAD;
    let pieces = stream::unfold(file, move |mut file| async move {
        let piece = if Instant::now() < ends_at {
            file.next_piece().await.map_err(Error::from)
        } else {
            Err(Error::RequestTimeout)
        };
        if let Err(error) = &piece {
            tracing::warn!(%error, "cutting off export");
        }
        piece
            .transpose()
            .map(|piece| (piece.map(Bytes::from), file))
    });
    response.streaming(pieces)
}

async fn running(signed_in: &SignedIn) -> Result<HttpResponse, Error> {
    signed_in.request.set_retry_after(TRY_AGAIN_AFTER);
    let errors = FormErrors::of_form("download", Reason::ExportRunning);
    render_page(
        signed_in,
        RequiredFields::of(signed_in).await?,
        StatusCode::TOO_MANY_REQUESTS,
        errors,
    )
}

/// Shows the form without the password field, because the user has reauthenticated recently.
fn too_often(signed_in: &SignedIn, Wait(wait): Wait) -> Result<HttpResponse, Error> {
    signed_in.request.set_retry_after(wait);
    let errors = FormErrors::of_form("download", Reason::ExportsLimited(wait));
    render_page(
        signed_in,
        RequiredFields::NONE,
        StatusCode::TOO_MANY_REQUESTS,
        errors,
    )
}

/// Returns a file name that every operating system accepts, such as
/// `vestibule-export-2026-11-22.json`.
fn file_name(app_name: &str, now: Timestamp) -> String {
    let words = app_name
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty());
    let slug = words.collect::<Vec<_>>().join("-").to_ascii_lowercase();
    let slug = if slug.is_empty() { "vestibule" } else { &slug };
    let moment = now.iso();
    let date = moment.split('T').next().unwrap_or_default();
    format!("{slug}-export-{date}.json")
}

fn render_page(
    signed_in: &SignedIn,
    required: RequiredFields,
    status: StatusCode,
    errors: FormErrors,
) -> Result<HttpResponse, Error> {
    let (request, email) = (&signed_in.request, signed_in.current.user.email.clone());
    request.page(
        status,
        &ExportPage {
            frame: request.frame(),
            email,
            required,
            errors,
        },
    )
}

/// Renders every state of the page with hostile input.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    use crate::http::samples::HOSTILE;
    let frame = Frame::sample_signed_in;
    let page = |required, errors| ExportPage {
        frame: frame(),
        email: HOSTILE.to_owned(),
        required,
        errors,
    };
    vec![
        page(RequiredFields::NONE, FormErrors::default()).render(),
        page(RequiredFields::PASSWORD, FormErrors::default()).render(),
        page(
            RequiredFields::PASSWORD_AND_CODE,
            FormErrors::sample(&["current_password", "code"]),
        )
        .render(),
        page(
            RequiredFields::NONE,
            FormErrors::of_form("download", Reason::Sample(HOSTILE)),
        )
        .render(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_name_is_safe_for_headers_and_systems() {
        let now = Timestamp::from_millis(1_795_356_309_123);
        for (app_name, slug) in [
            ("Vestibule", "vestibule"),
            ("Ada's \"Café\" & Co.", "ada-s-caf-co"),
            ("../../etc", "etc"),
            ("Ὑπατία", "vestibule"),
        ] {
            assert_eq!(
                file_name(app_name, now),
                format!("{slug}-export-2026-11-22.json")
            );
        }
    }
}
