//! `vestibule invite ADDRESS…`: emails links with which people create their accounts.

use std::error::Error;
use std::io::{self, Write};

use clap::Args;

use super::with_app;
use crate::config::Settings;
use crate::features::invitations::invite::{Outcome, invite};
use crate::values::EmailAddress;

#[derive(Debug, Args)]
pub(super) struct Command {
    /// The email addresses to invite
    #[arg(required = true, allow_hyphen_values = true)]
    addresses: Vec<String>,
}

/// Checks all addresses before the first email is queued.
pub(super) fn run(settings: Settings, command: Command) -> Result<(), Box<dyn Error>> {
    let mut emails = Vec::new();
    for address in command.addresses {
        let email = EmailAddress::parse(&address);
        emails.push(email.map_err(|error| format!("{address:?}: {error}"))?);
    }
    with_app::run(settings, |app| async move {
        let mut failed = 0;
        for email in emails {
            let address = email.as_str().to_owned();
            let result = match invite(&app, email).await? {
                Outcome::Invited => "is invited",
                Outcome::HasAccount => "has an account",
                Outcome::EmailsLimited => {
                    failed += 1;
                    "is not invited: it got too many emails lately, try again later"
                }
            };
            writeln!(io::stdout(), "{address} {result}")?;
        }
        match failed {
            0 => Ok(()),
            failed => Err(format!("addresses that are not invited: {failed}").into()),
        }
    })
}
