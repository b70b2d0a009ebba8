//! What every page has around it.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::ContentType;
use askama::Template;

use super::Error;
use crate::app::App;
use crate::clock::Timestamp;

/// The frame of a page: name, files, message, and whether there is a log-out button.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The app's name.
    pub app_name: String,
    /// Where the static files are.
    pub static_base: String,
    /// An address that people can write to.
    pub support: Option<String>,
    /// Whose page it is: the id of the account, if somebody is signed in.
    pub account: Option<String>,
    /// A message on top.
    pub notice: Option<String>,
}

/// A moment, for people and for the script that shows it in their own time.
#[derive(Clone, Debug)]
pub struct DisplayTime {
    /// `2026-11-22T14:05:09Z`.
    pub iso: String,
    /// `22 November 2026, 14:05 UTC`.
    pub text: String,
}

impl From<Timestamp> for DisplayTime {
    fn from(moment: Timestamp) -> Self {
        Self { iso: moment.iso(), text: moment.display() }
    }
}

impl Frame {
    /// The frame of a page for anyone, without a message.
    pub fn bare(app: &App) -> Self {
        Self {
            app_name: app.settings.app_name.clone(),
            static_base: app.static_base.clone(),
            support: app.settings.support.clone(),
            account: None,
            notice: None,
        }
    }
}

/// What no page may show unescaped.
#[cfg(test)]
pub const HOSTILE: &str = "\"><script>alert('1')</script>&";

#[cfg(test)]
impl Frame {
    /// A frame with the worst that an operator can set.
    pub fn sample() -> Self {
        Self {
            app_name: HOSTILE.to_owned(),
            static_base: "/static/0".to_owned(),
            support: Some(HOSTILE.to_owned()),
            account: None,
            notice: Some(HOSTILE.to_owned()),
        }
    }

    /// The same, around the page of somebody who is signed in.
    pub fn sample_signed_in() -> Self {
        Self { account: Some("an-id".to_owned()), ..Self::sample() }
    }
}

/// Renders a page.
pub fn render(status: StatusCode, page: &impl Template) -> Result<HttpResponse, Error> {
    let html = page.render().map_err(|error| Error::Internal(Box::new(error)))?;
    Ok(HttpResponse::build(status).insert_header(ContentType::html()).body(html))
}
