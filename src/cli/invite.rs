//! `vestibule invite ADDRESS…`: invites people, or withdraws their invitations.

use std::error::Error;
use std::io::{self, Write};

use clap::Args;

use super::group::{expect_groups, parse_list};
use super::with_app;
use crate::accounts::admin_log::AdminActor;
use crate::app::App;
use crate::config::Settings;
use crate::features::administration::invitations::invite::{Outcome, Withdrawal, invite, withdraw};
use crate::values::{EmailAddress, GroupName};

#[derive(Debug, Args)]
pub(super) struct Command {
    /// The email addresses
    #[arg(required = true)]
    addresses: Vec<String>,
    /// Groups that the new accounts join, separated by commas
    #[arg(long, default_value = "", hide_default_value = true)]
    group: String,
    /// Withdraw the invitations instead
    #[arg(long)]
    withdraw: bool,
}

/// Checks all addresses before the first email is queued.
pub(super) fn run(settings: Settings, command: Command) -> Result<(), Box<dyn Error>> {
    let mut emails: Vec<EmailAddress> = Vec::new();
    for address in command.addresses {
        let email = EmailAddress::parse(&address);
        let email = email.map_err(|error| format!("{address:?}: {error}"))?;
        if emails.iter().all(|known| known.key() != email.key()) {
            emails.push(email);
        }
    }
    let groups = parse_list(&command.group)?;
    with_app::run(settings, |app| async move {
        expect_groups(&app, &groups).await?;
        if command.withdraw {
            withdraw_all(&app, emails).await
        } else {
            invite_all(&app, emails, &groups).await
        }
    })
}

async fn invite_all(
    app: &App,
    emails: Vec<EmailAddress>,
    groups: &[GroupName],
) -> Result<(), Box<dyn Error>> {
    let mut limited = 0;
    for email in emails {
        let address = email.as_str().to_owned();
        let result = match invite(app, AdminActor::Operator, email, groups.to_vec()).await? {
            Outcome::Invited => "is invited",
            Outcome::HasAccount => "already has an account",
            Outcome::AwaitingApproval => {
                "was not invited: its sign-up awaits `vestibule user approve`"
            }
            Outcome::EmailsLimited => {
                limited += 1;
                "was not invited: at most 3 emails an hour and 10 a day go to one address"
            }
            // The operator is always allowed to invite.
            Outcome::InvitationsLimited | Outcome::NotAllowed => {
                limited += 1;
                "was not invited: at most 200 invitations are sent in an hour"
            }
        };
        writeln!(io::stdout(), "{address} {result}")?;
    }
    match limited {
        0 => Ok(()),
        limited => Err(format!("addresses that were not invited: {limited}").into()),
    }
}

async fn withdraw_all(app: &App, emails: Vec<EmailAddress>) -> Result<(), Box<dyn Error>> {
    for email in emails {
        let address = email.as_str().to_owned();
        let result = match withdraw(app, AdminActor::Operator, email).await? {
            Withdrawal::Withdrawn => "is no longer invited",
            // The operator is always allowed to withdraw.
            Withdrawal::NotInvited | Withdrawal::NotAllowed => "has no open invitation",
        };
        writeln!(io::stdout(), "{address} {result}")?;
    }
    Ok(())
}
