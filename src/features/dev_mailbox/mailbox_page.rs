//! `GET /dev/mailbox`: the queued emails. The HTML part of each has its own page.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_SECURITY_POLICY, ContentType};
use actix_web::web::Path;
use askama::Template;

use super::read_mailbox::{read_email, read_mailbox};
use crate::http::error::Error;
use crate::http::pages::frame::Frame;
use crate::http::pages::local_only::LocalOnly;
use crate::http::pages::times::ExactTime;
use crate::urls;

/// The policy for the HTML part of an email. It allows inline styles and links that open a new
/// window, and blocks everything else.
const MAIL_CSP: &str = "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; \
    style-src 'unsafe-inline'; frame-ancestors 'none'";

/// Enough for a developer, and few enough for a browser to show quickly.
const MAX_SHOWN: usize = 200;

struct EmailView {
    to: String,
    subject: String,
    sent_at: ExactTime,
    text: String,
    html_href: String,
    links: Vec<String>,
}

#[derive(Template)]
#[template(path = "dev_mailbox/mailbox.html")]
struct MailboxPage {
    frame: Frame,
    emails: Vec<EmailView>,
    more: bool,
}

pub async fn show(LocalOnly { request }: LocalOnly) -> Result<HttpResponse, Error> {
    // One extra email shows that there are more.
    let mut emails = read_mailbox(&request.app, MAX_SHOWN + 1, |_| true).await?;
    let more = emails.len() > MAX_SHOWN;
    emails.truncate(MAX_SHOWN);
    let emails = emails.into_iter().map(|email| EmailView {
        html_href: urls::dev_mailbox_html(&email.id),
        to: email.to,
        subject: email.subject,
        sent_at: email.sent_at.into(),
        text: email.text,
        links: email.links,
    });
    request.page(
        StatusCode::OK,
        &MailboxPage {
            frame: request.frame(),
            emails: emails.collect(),
            more,
        },
    )
}

/// Shows an email's HTML part as an email client would.
pub async fn show_html(
    LocalOnly { request }: LocalOnly,
    id: Path<String>,
) -> Result<HttpResponse, Error> {
    let email = read_email(&request.app, id.into_inner())
        .await?
        .ok_or(Error::NotFound)?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_SECURITY_POLICY, MAIL_CSP))
        .insert_header(ContentType::html())
        .body(email.html))
}

/// Renders every state of the page with hostile input.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    use crate::clock::Timestamp;
    use crate::http::samples::HOSTILE;
    let email = || EmailView {
        to: HOSTILE.to_owned(),
        subject: HOSTILE.to_owned(),
        sent_at: Timestamp::from_millis(0).into(),
        text: HOSTILE.to_owned(),
        html_href: urls::dev_mailbox_html("id"),
        links: vec![format!("http://localhost{}", urls::LOG_IN)],
    };
    let page = |emails, more| MailboxPage {
        frame: Frame::sample(),
        emails,
        more,
    };
    vec![
        page(Vec::new(), false).render(),
        page(vec![email(), email()], true).render(),
    ]
}
