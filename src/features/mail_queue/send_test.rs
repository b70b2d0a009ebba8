//! The operation: sends a test email to an address that the operator chooses. It bypasses the
//! outbox and returns the mail server's answer.

use std::time::Duration;

use tokio::time::timeout;

use crate::app::App;
use crate::config::SmtpUrl;
use crate::mail::emails::account::Test;
use crate::mail::{NotSent, SmtpServer, compose};
use crate::security::tokens;
use crate::values::EmailAddress;

/// Time limit for ending the SMTP connection.
const LEAVE: Duration = Duration::from_secs(2);

/// Outcome of a test email.
#[derive(Debug)]
pub enum Outcome {
    /// The mail server accepted the email.
    Taken,
    NotSent(NotSent),
}

/// Sends a test email through the mail server at `url`.
pub async fn send_test(
    app: &App,
    url: SmtpUrl,
    to: &EmailAddress,
) -> Result<Outcome, Box<dyn std::error::Error>> {
    let now = app.clock.now();
    let id = tokens::random_id();
    let mail = compose(
        &app.mail_context(),
        &Test { at: now },
        to.as_str(),
        &id,
        now,
    )?;
    let server = SmtpServer::new(url, app.public_url.host());
    let limit = app.settings.mail.delivery.longest_send;
    let sent = timeout(limit, async {
        let mut connection = server.connect().await?;
        connection.send(&mail).await?;
        // The server has accepted the email, so an error at the end of the connection does not
        // matter.
        drop(timeout(LEAVE, connection.quit()).await);
        Ok(())
    });
    let silence = || NotSent::ServerAway(format!("no answer within {} seconds", limit.as_secs()));
    let sent = sent.await.unwrap_or_else(|_| Err(silence()));
    Ok(sent.map_or_else(Outcome::NotSent, |()| Outcome::Taken))
}
