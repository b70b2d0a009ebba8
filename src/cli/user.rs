//! `vestibule user …`: what the operator does with an account.

use std::error::Error;

use clap::Subcommand;

use super::offline;
use crate::app::App;
use crate::config::Settings;
use crate::features::administration::set_administrator::{Outcome, set_administrator};
use crate::values::EmailAddress;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Let somebody look after other people's accounts, by the API
    MakeAdmin {
        /// The email address of the account
        address: String,
    },
    /// Take that away again
    RemoveAdmin {
        /// The email address of the account
        address: String,
    },
}

pub(super) fn run(settings: Settings, command: Command) -> Result<(), Box<dyn Error>> {
    match command {
        Command::MakeAdmin { address } => offline::run(settings, |app| set_admin(app, address, true)),
        Command::RemoveAdmin { address } => offline::run(settings, |app| set_admin(app, address, false)),
    }
}

async fn set_admin(app: App, address: String, is_admin: bool) -> Result<(), Box<dyn Error>> {
    let email = EmailAddress::parse(&address)?;
    let address = email.as_str().to_owned();
    let what = if is_admin { "an administrator" } else { "no administrator" };
    match set_administrator(&app, email, is_admin).await? {
        Outcome::Done => println!("{address} is {what} now."),
        Outcome::WasSo => println!("{address} is {what} already."),
        Outcome::Unknown => return Err(format!("no account has the address {address}").into()),
    }
    Ok(())
}
