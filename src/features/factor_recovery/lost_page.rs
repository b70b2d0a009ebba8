//! `/login/lost-second-step`: the ways back for a user who has given the right password and cannot
//! do the second step. It needs the cookie of a pending login.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use super::request_recovery::{Outcome, RecoveryState, recovery_state, request_recovery};
use crate::accounts::rate_limits::Wait;
use crate::http::error::Error;
use crate::http::form_errors::FormErrors;
use crate::http::pages::flash::Flash;
use crate::http::pages::form::{Form, NoFields};
use crate::http::pages::frame::Frame;
use crate::http::pages::pending_login::{PendingLoginRequest, log_in_again};
use crate::texts::notices::Notice;
use crate::texts::second_step::SecondStepReason;
use crate::urls;

#[derive(Template)]
#[template(path = "factor_recovery/lost.html")]
struct LostPage {
    frame: Frame,
    state: RecoveryState,
    errors: FormErrors,
}

pub async fn show(pending: PendingLoginRequest) -> Result<HttpResponse, Error> {
    render_page(&pending, StatusCode::OK, FormErrors::default()).await
}

pub async fn submit(
    Form(NoFields {}): Form<NoFields>,
    pending: PendingLoginRequest,
) -> Result<HttpResponse, Error> {
    let (request, user) = (&pending.request, pending.user.clone());
    let client = request.client.clone();
    match request_recovery(&request.app, pending.id.clone(), user, client).await? {
        Outcome::Requested(ready_at) => {
            let date = ready_at.display_date();
            let flash = Flash::notice(Notice::RecoveryRequested { date });
            Ok(request.redirect(urls::LOG_IN_LOST_SECOND_STEP, &flash))
        }
        Outcome::AlreadyOpen => {
            Ok(request.redirect(urls::LOG_IN_LOST_SECOND_STEP, &Flash::default()))
        }
        Outcome::Administrator => {
            render_page(&pending, StatusCode::FORBIDDEN, FormErrors::default()).await
        }
        Outcome::RateLimited(Wait(wait)) => {
            request.set_retry_after(wait);
            let date = (request.app.clock.now() + wait).display_date();
            let mut errors = FormErrors::default();
            errors.add_rate_limited("request", SecondStepReason::RecoveriesLimited { date });
            render_page(&pending, StatusCode::TOO_MANY_REQUESTS, errors).await
        }
        Outcome::Expired => Err(log_in_again(request, "")),
    }
}

async fn render_page(
    pending: &PendingLoginRequest,
    status: StatusCode,
    errors: FormErrors,
) -> Result<HttpResponse, Error> {
    let request = &pending.request;
    let page = LostPage {
        frame: request.frame(),
        state: recovery_state(&request.app, pending.user.clone()).await?,
        errors,
    };
    request.page(status, &page)
}

/// Renders every state of the page.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    use crate::clock::Timestamp;
    let page = |state, errors| LostPage {
        frame: Frame::sample(),
        state,
        errors,
    };
    let none = FormErrors::default;
    let ready_at = Timestamp::from_millis(1_795_305_600_000);
    vec![
        page(RecoveryState::None { days: 7 }, none()).render(),
        page(
            RecoveryState::None { days: 14 },
            FormErrors::sample(&["request"]),
        )
        .render(),
        page(RecoveryState::Open(ready_at), none()).render(),
        page(RecoveryState::Ready, none()).render(),
        page(RecoveryState::Administrator, none()).render(),
    ]
}
