//! `GET /dev/mailbox.json`: the queued emails for tests and tools.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use serde::Serialize;

use super::read_mailbox::read_mailbox;
use crate::http::error::Error;
use crate::http::pages::local_only::LocalOnly;
use crate::values::EmailAddress;

#[derive(Serialize)]
struct EmailJson {
    /// The recipient as the mail server gets it.
    to: String,
    subject: String,
    text: String,
    html: String,
    links: Vec<String>,
    headers: BTreeMap<String, String>,
    sent_at: String,
}

/// Returns all emails, newest first.
pub async fn show(LocalOnly { request }: LocalOnly) -> Result<HttpResponse, Error> {
    let emails = read_mailbox(&request.app, usize::MAX)
        .await?
        .into_iter()
        .map(|email| EmailJson {
            to: EmailAddress::parse(&email.to).map_or(email.to, |address| address.ascii()),
            subject: email.subject,
            text: email.text,
            html: email.html,
            links: email.links,
            headers: email.headers,
            sent_at: email.sent_at.iso(),
        });
    Ok(HttpResponse::Ok().json(emails.collect::<Vec<_>>()))
}
