//! The operation: composes the mails that still have a use. And the guard: who may read them.

use std::collections::BTreeMap;
use std::net::IpAddr;

use actix_web::HttpRequest;
use actix_web::http::header::{HOST, HeaderMap};
use url::Url;

use crate::app::App;
use crate::clock::Timestamp;
use crate::config::PublicUrl;
use crate::mail::open;
use crate::store::outbox::{self, OutboxRow};
use crate::web::Error;

/// More than anyone reads; a bound on the work of one page.
const MOST_MAILS: i64 = 200;

/// Headers that a proxy adds: behind one, a loopback peer may be anybody.
const FORWARDING: [&str; 6] =
    ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via"];

/// A mail, as it would have gone out.
pub struct Mail {
    /// Names it in a path.
    pub id: String,
    /// The recipient.
    pub to: String,
    /// When it was written.
    pub sent_at: Timestamp,
    /// Its subject.
    pub subject: String,
    /// Its text part.
    pub text: String,
    /// Its HTML part.
    pub html: String,
    /// Every link in it.
    pub links: Vec<String>,
    /// Its headers.
    pub headers: BTreeMap<String, String>,
}

/// The mails so far, newest first.
pub async fn read_mailbox(app: &App) -> Result<Vec<Mail>, Error> {
    let now = app.clock.now();
    let rows = app.db.read(move |db| Ok(outbox::newest(db, now.millis(), MOST_MAILS)?)).await?;
    rows.into_iter().map(|row| compose(app, row)).collect()
}

/// One of them.
pub async fn read_mail(app: &App, id: String) -> Result<Mail, Error> {
    let now = app.clock.now();
    let row = app.db.read(move |db| Ok(outbox::by_id(db, &id, now.millis())?)).await?;
    row.map_or(Err(Error::NotFound), |row| compose(app, row))
}

fn compose(app: &App, row: OutboxRow) -> Result<Mail, Error> {
    let mail = open(&row, &app.keys, &app.stationery()).map_err(|error| Error::Internal(Box::new(error)))?;
    let headers = mail.headers();
    Ok(Mail {
        id: row.id,
        to: row.recipient,
        sent_at: Timestamp::from_millis(row.created_at),
        subject: mail.words.subject,
        text: mail.words.text,
        html: mail.words.html,
        links: mail.words.links,
        headers,
    })
}

/// Lets only this machine in: development mode without SMTP, a loopback peer, a loopback `Host` (a name that was bound
/// to 127.0.0.1 by somebody else's DNS is not one), and no trace of a proxy. Anyone else finds nothing here.
pub fn guard(app: &App, request: &HttpRequest) -> Result<(), Error> {
    let peer_is_local = request.peer_addr().is_some_and(|peer| is_loopback(peer.ip()));
    let forwarded = FORWARDING.iter().any(|name| request.headers().contains_key(*name));
    if app.has_dev_mailbox() && peer_is_local && has_loopback_host(request.headers()) && !forwarded {
        Ok(())
    } else {
        Err(Error::NotFound)
    }
}

fn is_loopback(address: IpAddr) -> bool {
    address.to_canonical().is_loopback()
}

fn has_loopback_host(headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(HOST);
    let only = hosts.next().filter(|_| hosts.next().is_none()).and_then(|host| host.to_str().ok());
    only.is_some_and(|host| {
        Url::parse(&format!("http://{host}/"))
            .ok()
            .and_then(|url| PublicUrl::parse(url.as_str()))
            .is_some_and(|origin| origin.is_development())
    })
}
