//! The operation: sends a mail to an address of the operator's choice, now and not by the outbox, and tells what the server said.

use std::time::Duration;

use tokio::time::timeout;

use crate::app::App;
use crate::config::SmtpUrl;
use crate::mail::{EmailKind, NotSent, SmtpServer, compose};
use crate::security::tokens;
use crate::values::EmailAddress;

/// For its last words.
const LEAVE: Duration = Duration::from_secs(2);

/// What became of it.
#[derive(Debug)]
pub enum Outcome {
    /// The server took it.
    Taken,
    /// It did not, in its own words.
    NotSent(NotSent),
}

/// Sends it by the server at `url`.
pub async fn send_test(app: &App, url: SmtpUrl, to: &EmailAddress) -> Result<Outcome, Box<dyn std::error::Error>> {
    let now = app.clock.now();
    let context = app.context();
    let kind = EmailKind::Test { at: now.millis() };
    let id = tokens::random_id();
    let mail = compose(&kind, &context.site, context.from, to.as_str(), &id, now)?;
    let server = SmtpServer::new(url, app.public_url.host());
    let limit = app.settings.mail.delivery.longest_send;
    let sent = timeout(limit, async {
        let mut connection = server.connect().await?;
        connection.send(&mail).await?;
        // It has the mail: how it takes leave matters to nobody.
        drop(timeout(LEAVE, connection.quit()).await);
        Ok(())
    });
    let silence = || NotSent::ServerAway(format!("no answer within {} seconds", limit.as_secs()));
    let sent = sent.await.unwrap_or_else(|_| Err(silence()));
    Ok(sent.map_or_else(Outcome::NotSent, |()| Outcome::Taken))
}
