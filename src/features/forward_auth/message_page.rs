//! The pages that say why a user does not arrive at an app.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::accounts::access::DenyReason;
use crate::app::App;
use crate::http::error::Error;
use crate::http::pages::frame::{Frame, render};
use crate::texts::handover::HandoverText;

/// Returns the text for a user who may not use an app.
pub(super) fn text_of_denial(app: &str, reason: DenyReason) -> HandoverText {
    let app = app.to_owned();
    match reason {
        DenyReason::AppDisabled => HandoverText::Disabled { app },
        DenyReason::AccountLocked
        | DenyReason::NotInGroup
        | DenyReason::LoginTooOld
        | DenyReason::NoSecondStep => HandoverText::NoAccess { app },
    }
}

/// A link that helps on.
pub(super) struct MessageAction {
    pub href: String,
    pub label: String,
}

#[derive(Template)]
#[template(path = "forward_auth/message.html")]
struct MessagePage {
    frame: Frame,
    title: String,
    message: String,
    action: Option<MessageAction>,
}

impl MessagePage {
    fn new(frame: Frame, text: &HandoverText, action: Option<MessageAction>) -> Self {
        Self {
            title: text.title().into_owned(),
            message: text.message(&frame.app_name),
            frame,
            action,
        }
    }
}

/// Renders a page at the host of an app.
pub(super) fn at_app(
    app: &App,
    status: StatusCode,
    text: &HandoverText,
    action: Option<MessageAction>,
) -> Result<HttpResponse, Error> {
    let page = MessagePage::new(Frame::at_app_host(app), text, action);
    render(status, &page)
}

/// Renders a page at the public site.
pub(super) fn at_site(
    frame: Frame,
    status: StatusCode,
    text: &HandoverText,
) -> Result<HttpResponse, Error> {
    render(status, &MessagePage::new(frame, text, None))
}

/// Renders every state of the page with hostile values.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    use crate::http::samples::HOSTILE;
    let app = || HOSTILE.to_owned();
    let texts = [
        HandoverText::NoAccess { app: app() },
        HandoverText::Disabled { app: app() },
        HandoverText::NoCookies {
            app: app(),
            host: "wiki.example.org".to_owned(),
        },
        HandoverText::Loop { app: app() },
        HandoverText::Unusable { app: app() },
        HandoverText::UnknownApp,
        HandoverText::LoggedOut,
    ];
    let page = |text: HandoverText| {
        let action = MessageAction {
            href: "/".to_owned(),
            label: HOSTILE.to_owned(),
        };
        MessagePage::new(Frame::sample(), &text, Some(action)).render()
    };
    texts.into_iter().map(page).collect()
}
