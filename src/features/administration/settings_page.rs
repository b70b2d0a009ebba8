//! `GET /admin/settings`: the settings as the server understands them. Only the operator changes
//! them.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::config::report;
use crate::http::error::Error;
use crate::http::pages::administrator::Administrator;
use crate::http::pages::frame::Frame;

#[derive(Template)]
#[template(path = "administration/settings.html")]
struct SettingsPage {
    frame: Frame,
    lines: Vec<(&'static str, String)>,
}

pub async fn show(Administrator(signed_in): Administrator) -> Result<HttpResponse, Error> {
    let request = &signed_in.request;
    let page = SettingsPage {
        frame: request.frame(),
        lines: report(&request.app.settings, request.app.has_breached_filter()),
    };
    request.page(StatusCode::OK, &page)
}

/// Renders the page with hostile values.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    let page = SettingsPage {
        frame: Frame::sample_administration(),
        lines: vec![("app name", crate::http::samples::HOSTILE.to_owned())],
    };
    vec![page.render()]
}
