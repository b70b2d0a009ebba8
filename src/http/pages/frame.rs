//! The frame around every page, and the rendering of pages.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::ContentType;
use askama::Template;

use crate::app::App;
use crate::brand::Brand;
use crate::clock::Timestamp;
use crate::config::SiteSettings;
#[cfg(test)]
use crate::config::{Support, WebUrl};
use crate::http::error::Error;
#[cfg(test)]
use crate::http::samples::HOSTILE;
use crate::mail;
use crate::security::tokens;
use crate::store::users::User;
use crate::texts::notices::Notice;
use crate::urls;

/// The data of the layout that all pages share.
#[derive(Clone, Debug)]
pub struct Frame {
    pub app_name: String,
    /// Path prefix of the static files: `/static/<hash of their content>`.
    pub static_base: String,
    /// Origin of the public site, for links on pages at the hosts of apps. Empty on other pages.
    pub site_base: String,
    pub site: SiteSettings,
    pub brand: Arc<Brand>,
    /// The signed-in user. Pages for signed-in users have navigation.
    pub account: Option<FrameAccount>,
    /// The requested path, which the navigation marks. Empty on an error page.
    pub path: String,
    /// Random id of the page's forms. A form that is sent twice takes effect once.
    pub form_id: String,
    /// A message at the top of the page.
    pub notice: Option<Notice>,
}

/// The signed-in user, as the frame shows them.
#[derive(Clone, Debug)]
pub struct FrameAccount {
    /// Id of the user. Forms send it back, so that the server notices if the user has changed.
    pub id: String,
    pub email: String,
    pub name: Option<String>,
    /// True for an administrator. The menu then leads to the administration.
    pub is_admin: bool,
    /// The date on which the second step can be removed, if that was requested.
    pub recovery_date: Option<String>,
}

impl From<&User> for FrameAccount {
    fn from(user: &User) -> Self {
        Self {
            id: user.id.0.clone(),
            email: user.email.clone(),
            name: user.name.clone(),
            is_admin: user.is_admin,
            recovery_date: user.recovery_ready_at.map(Timestamp::display_date),
        }
    }
}

impl Frame {
    /// Returns the subject of an email with this heading.
    pub fn subject(&self, heading: &str) -> String {
        mail::subject(heading, &self.app_name)
    }

    /// Returns the frame of a page without a signed-in user and without a message.
    pub fn bare(app: &App) -> Self {
        Self {
            app_name: app.settings.app_name.clone(),
            static_base: app.static_base.clone(),
            site_base: String::new(),
            site: app.settings.site.clone(),
            brand: Arc::clone(&app.brand),
            account: None,
            form_id: tokens::random_id(),
            path: String::new(),
            notice: None,
        }
    }

    /// Returns the frame of a page at the host of an app. Links lead to the public site.
    pub fn at_app_host(app: &App) -> Self {
        Self {
            static_base: format!("{}{}", urls::APP_HOST_PREFIX, app.static_base),
            site_base: app.public_url.to_string(),
            ..Self::bare(app)
        }
    }

    /// Returns true for a page for administrators, which has its own navigation.
    pub fn is_administration(&self) -> bool {
        urls::is_administration(&self.path)
    }

    /// Returns the value of `aria-current` for a link of the navigation: `page` for the shown page,
    /// `true` for its section.
    pub fn current(&self, href: &str) -> Option<&'static str> {
        if self.path == href {
            Some("page")
        } else if urls::section(&self.path) == Some(href) {
            Some("true")
        } else {
            None
        }
    }
}

#[cfg(test)]
impl Frame {
    /// Returns a frame with the most hostile values that an operator can set.
    pub fn sample() -> Self {
        Self {
            app_name: HOSTILE.to_owned(),
            static_base: "/static/0".to_owned(),
            site_base: String::new(),
            site: SiteSettings {
                support: Support::parse("a&'b@example.org"),
                terms: WebUrl::parse("https://example.org/terms?a&b='"),
                privacy: WebUrl::parse("https://example.org/privacy?a&b='"),
                ..SiteSettings::default()
            },
            brand: Arc::default(),
            account: None,
            form_id: "a-form-id".to_owned(),
            path: String::new(),
            notice: Some(Notice::AddressRespelled {
                email: HOSTILE.to_owned(),
            }),
        }
    }

    pub fn sample_signed_in() -> Self {
        let site = SiteSettings {
            support: Support::parse("https://example.org/help?a&b='"),
            home: WebUrl::parse("https://app.example.org/?a&b='"),
            ..SiteSettings::default()
        };
        Self {
            account: Some(FrameAccount {
                id: "an-id".to_owned(),
                email: HOSTILE.to_owned(),
                name: Some(HOSTILE.to_owned()),
                is_admin: false,
                recovery_date: None,
            }),
            path: urls::ACCOUNT_PASSWORD.to_owned(),
            site,
            ..Self::sample()
        }
    }
}

#[cfg(test)]
impl Frame {
    /// Returns the frame of a page for administrators.
    pub fn sample_administration() -> Self {
        let mut frame = Self::sample_signed_in();
        urls::ADMIN_PEOPLE.clone_into(&mut frame.path);
        frame.account = frame.account.map(|account| FrameAccount {
            is_admin: true,
            ..account
        });
        frame
    }
}

pub fn render(status: StatusCode, page: &impl Template) -> Result<HttpResponse, Error> {
    let html = page
        .render()
        .map_err(|error| Error::Internal(Box::new(error)))?;
    Ok(HttpResponse::build(status)
        .insert_header(ContentType::html())
        .body(html))
}
