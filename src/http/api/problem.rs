//! Errors of the API, as `application/problem+json` (RFC 9457).

use actix_web::HttpResponse;
use actix_web::http::header::{HeaderValue, WWW_AUTHENTICATE};
use schemars::JsonSchema;
use serde::Serialize;

use crate::app::App;
use crate::http::error::Error;
use crate::http::form_errors::{FormError, FormErrors};
use crate::urls;

/// Why a request was refused (RFC 9457).
#[derive(Debug, Serialize, JsonSchema)]
pub struct Problem {
    /// Where this kind of problem is explained.
    #[serde(rename = "type")]
    #[schemars(extend("format" = "uri"))]
    kind: String,
    /// What happened, in short.
    title: &'static str,
    /// The status of the answer.
    status: u16,
    /// What happened, and what to do, in words that may change.
    detail: &'static str,
    /// The same for programs: it never changes.
    code: &'static str,
    /// Under which the operator's log has the request.
    request_id: String,
    /// With the code `invalid`: each thing that can't be taken, in the order of the members.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<MemberProblem>,
}

/// What is wrong with one member of the body, or one parameter of the query.
#[derive(Debug, Serialize, JsonSchema)]
struct MemberProblem {
    /// Its name.
    field: String,
    /// Why, for programs.
    code: &'static str,
    /// The same in words.
    detail: String,
}

/// Returns the problem document for an error. `reference` is the request id.
pub fn problem(error: &Error, app: &App, reference: &str) -> HttpResponse {
    let api_error = error.api_error();
    let errors = match error {
        Error::Invalid(errors) => members(errors),
        _ => Vec::new(),
    };
    let problem = Problem {
        kind: urls::problem(&app.public_url, api_error.code()),
        title: api_error.title(),
        status: api_error.status().as_u16(),
        detail: api_error.detail(),
        code: api_error.code(),
        request_id: reference.to_owned(),
        errors,
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
