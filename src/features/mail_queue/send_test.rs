//! The operation: sends a test email to an address that the operator chooses. It bypasses the
//! outbox and returns the mail server's answer.

use tokio::time::Instant;

use crate::app::App;
use crate::config::SmtpUrl;
use crate::mail::emails::account::Test;
use crate::mail::{NotSent, SmtpServer, compose};
use crate::security::tokens;
use crate::values::EmailAddress;

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
    let deadline = Instant::now() + app.settings.mail.delivery.longest_send;
    let mut connection = match server.connect(deadline).await {
        Ok(connection) => connection,
        Err(error) => return Ok(Outcome::NotSent(error)),
    };
    if let Err(error) = connection.send(&mail, deadline).await {
        return Ok(Outcome::NotSent(error));
    }
    connection.quit().await;
    Ok(Outcome::Taken)
}
