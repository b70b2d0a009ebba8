//! `GET /dev/mailbox.json`: the queued emails for tests and tools.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use serde::{Deserialize, Serialize};

use super::read_mailbox::read_mailbox;
use crate::http::error::Error;
use crate::http::fields::Query;
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

/// Query parameters. An empty `to` means every recipient.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Recipient {
    to: String,
}

/// Returns all emails, or those to one recipient, newest first.
pub async fn show(
    LocalOnly { request }: LocalOnly,
    Query(recipient): Query<Recipient>,
) -> Result<HttpResponse, Error> {
    let wanted = in_ascii(&recipient.to);
    let is_wanted = |to: &str| wanted.is_empty() || in_ascii(to) == wanted;
    let emails = read_mailbox(&request.app, usize::MAX, is_wanted)
        .await?
        .into_iter()
        .map(|email| EmailJson {
            to: in_ascii(&email.to),
            subject: email.subject,
            text: email.text,
            html: email.html,
            links: email.links,
            headers: email.headers,
            sent_at: email.sent_at.iso(),
        });
    Ok(HttpResponse::Ok().json(emails.collect::<Vec<_>>()))
}

fn in_ascii(to: &str) -> String {
    EmailAddress::parse(to).map_or_else(|_| to.to_owned(), |address| address.ascii())
}
