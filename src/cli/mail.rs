//! `vestibule mail …`: lists and retries queued emails, and sends a test email.

use std::error::Error;
use std::io::{self, Write};

use clap::Subcommand;
use serde_json::json;

use super::with_app;
use crate::app::App;
use crate::brand::Brand;
use crate::clock::Timestamp;
use crate::config::{Settings, SmtpUrl};
use crate::features::mail_queue::queue::{QueuedEmailRow, queued_emails, retry_now};
use crate::features::mail_queue::send_test::{Outcome, send_test};
use crate::mail::NotSent;
use crate::values::EmailAddress;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List the queued emails, oldest first: id, kind, recipient, time, attempts, next, failure
    List {
        /// Print one JSON object per line
        #[arg(long)]
        json: bool,
    },
    /// Make the running server deliver emails now that would wait for more than a minute
    Retry {
        /// The id of one email, as listed; without it, all emails
        #[arg(allow_hyphen_values = true)]
        id: Option<String>,
    },
    /// Send a test email now and print the mail server's reply
    Test {
        /// The email address of the recipient
        #[arg(allow_hyphen_values = true)]
        address: String,
    },
}

pub(super) fn run(settings: Settings, command: Command) -> Result<(), Box<dyn Error>> {
    let Some(server) = settings.mail.smtp.clone() else {
        return Err(
            "VESTIBULE_SMTP_URL is not set: emails are shown at /dev/mailbox and not sent".into(),
        );
    };
    with_app::run(settings, |app| async move {
        match command {
            Command::List { json } => list(&app, json).await,
            Command::Retry { id } => retry(&app, id).await,
            Command::Test { address } => {
                // Only this command composes an email, so a bad brand must not stop the others.
                let brand = Brand::open(app.settings.brand.as_deref())?;
                test(&app.with_brand(brand), server, &address).await
            }
        }
    })
}

async fn list(app: &App, json: bool) -> Result<(), Box<dyn Error>> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut next = Some(0);
    while let Some(after) = next {
        let (mails, following) = queued_emails(app, after).await?;
        for mail in mails {
            let QueuedEmailRow {
                id,
                message_id,
                kind,
                to,
                since,
                attempts,
                next,
                expires_at,
                last_failure,
            } = mail;
            let (since, expires_at) = (since.iso(), expires_at.iso());
            let next = next.map(Timestamp::iso);
            if json {
                let mail = json!({
                    "id": id, "message_id": message_id, "letter": kind, "to": to, "since": since,
                    "attempts": attempts, "next_attempt_at": next, "dies_at": expires_at,
                    "last_failure": last_failure,
                });
                writeln!(out, "{mail}")?;
            } else {
                let to = to.unwrap_or_else(|| "(sealed with another secret)".to_owned());
                let next = next.as_deref().unwrap_or("-");
                let failure = last_failure.as_deref().unwrap_or("-");
                writeln!(out, "{id} {kind} {to} {since} {attempts} {next} {failure}")?;
            }
        }
        next = following;
    }
    Ok(out.flush()?)
}

async fn retry(app: &App, id: Option<String>) -> Result<(), Box<dyn Error>> {
    let is_one = id.is_some();
    let count = retry_now(app, id).await?;
    if is_one && count == 0 {
        return Err("no queued email with this id waits for more than a minute".into());
    }
    Ok(writeln!(
        io::stdout(),
        "Emails due now: {count}. Emails that are due within a minute are not counted."
    )?)
}

async fn test(app: &App, server: SmtpUrl, address: &str) -> Result<(), Box<dyn Error>> {
    let to = EmailAddress::parse(address)?;
    let server_url = server.to_string();
    match send_test(app, server, &to).await? {
        Outcome::Taken => Ok(writeln!(
            io::stdout(),
            "{server_url} accepted a test email to {address}."
        )?),
        Outcome::NotSent(NotSent::OutcomeUnknown(reason)) => {
            Err(format!("{server_url} may have accepted the test email: {reason}").into())
        }
        Outcome::NotSent(reason) => {
            Err(format!("{server_url} did not accept the test email: {reason}").into())
        }
    }
}
