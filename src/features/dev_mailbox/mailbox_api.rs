//! `GET /dev/mailbox.json`: the queued emails for tests and tools.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use serde::Serialize;

use super::read_mailbox::read_mailbox;
use crate::http::error::Error;
use crate::http::pages::local_only::LocalOnly;
use crate::values::EmailAddress;

#[derive(Serialize)]
struct MailJson {
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
    let mails = read_mailbox(&request.app, usize::MAX)
        .await?
        .into_iter()
        .map(|mail| MailJson {
            to: EmailAddress::parse(&mail.to).map_or(mail.to, |email| email.ascii()),
            subject: mail.subject,
            text: mail.text,
            html: mail.html,
            links: mail.links,
            headers: mail.headers,
            sent_at: mail.sent_at.iso(),
        });
    Ok(HttpResponse::Ok().json(mails.collect::<Vec<_>>()))
}
