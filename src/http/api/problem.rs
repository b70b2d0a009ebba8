//! Errors of the API, as `application/problem+json` (RFC 9457).

use actix_web::HttpResponse;
use actix_web::http::header::{HeaderValue, WWW_AUTHENTICATE};
use schemars::JsonSchema;
use serde::Serialize;

use crate::accounts::authentication::pending_logins;
use crate::app::App;
use crate::http::error::Error;
use crate::http::form_errors::{FormError, FormErrors};
use crate::texts::problems::MFA_REQUIRED_NO_CODE;
use crate::urls;

/// An error of the API (RFC 9457).
#[derive(Debug, Serialize, JsonSchema)]
pub struct Problem {
    /// Link to the explanation.
    #[serde(rename = "type")]
    #[schemars(extend("format" = "uri"))]
    kind: String,
    /// Short description.
    title: &'static str,
    /// HTTP status.
    status: u16,
    /// Description and way out, in words that may change.
    detail: &'static str,
    /// Code that never changes.
    code: &'static str,
    /// Id of the request in the server’s log.
    request_id: String,
    /// Rejected members, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<MemberProblem>,
    #[serde(flatten)]
    second_step: Option<SecondStepProblem>,
}

/// The members of the error `mfa_required`.
#[derive(Debug, Serialize, JsonSchema)]
struct SecondStepProblem {
    /// Token for `POST /api/v1/token/second-factor`. Only `mfa_required` has it.
    mfa_token: String,
    /// Lifetime of `mfa_token` in seconds. Only `mfa_required` has it.
    mfa_expires_in: u64,
    /// Methods that the API accepts for the second step. Only `mfa_required` has them.
    methods: &'static [&'static str],
}

/// An error in one member of the body or one parameter of the query.
#[derive(Debug, Serialize, JsonSchema)]
struct MemberProblem {
    /// Name of the rejected member.
    field: String,
    /// Code that never changes.
    code: &'static str,
    /// Description and way out, in words that may change.
    detail: String,
}

/// Returns the problem document for an error. `reference` is the request id.
pub fn problem(error: &Error, app: &App, reference: &str) -> HttpResponse {
    let api_error = error.api_error();
    let errors = match error {
        Error::Invalid(errors) => members(errors),
        _ => Vec::new(),
    };
    let second_step = match error {
        Error::SecondStepRequired(pending) => Some(SecondStepProblem {
            mfa_token: pending.secret.expose().to_owned(),
            mfa_expires_in: pending_logins::LIFETIME.as_secs(),
            methods: if pending.has_codes { &["code"] } else { &[] },
        }),
        _ => None,
    };
    let problem = Problem {
        kind: urls::problem(&app.public_url, api_error.code()),
        title: api_error.title(),
        status: api_error.status().as_u16(),
        detail: match error {
            Error::SecondStepRequired(pending) if !pending.has_codes => MFA_REQUIRED_NO_CODE,
            _ => api_error.detail(),
        },
        code: api_error.code(),
        request_id: reference.to_owned(),
        errors,
        second_step,
    };
    let mut response = HttpResponse::build(api_error.status())
        .content_type("application/problem+json")
        .json(problem);
    if let Some(challenge) = api_error.challenge() {
        response
            .headers_mut()
            .insert(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
    }
    error.add_headers(&mut response);
    response
}

fn members(errors: &FormErrors) -> Vec<MemberProblem> {
    let member = |error: &FormError| MemberProblem {
        field: error.field.clone().into_owned(),
        code: error.reason.code(),
        detail: error.reason.to_string(),
    };
    errors.all().iter().map(member).collect()
}
