//! `vestibule why ADDRESS`: explains everything that keeps a user from logging in.

use std::error::Error;
use std::io::{self, Write};

use clap::Args;
use serde_json::json;

use super::with_app;
use crate::config::Settings;
use crate::features::administration::explain::explain;
use crate::values::EmailAddress;

#[derive(Debug, Args)]
pub(super) struct Command {
    /// The email address of the account
    #[arg(allow_hyphen_values = true)]
    address: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(settings: Settings, command: Command) -> Result<(), Box<dyn Error>> {
    with_app::run(settings, |app| async move {
        let email = EmailAddress::parse(&command.address)?;
        let address = email.as_str().to_owned();
        let obstacles = explain(&app, email).await?;
        let mut out = io::stdout().lock();
        if command.json {
            return Ok(writeln!(
                out,
                "{}",
                json!({ "email": address, "gates": obstacles })
            )?);
        }
        if obstacles.is_empty() {
            writeln!(
                out,
                "Nothing keeps {address} from logging in with the correct password. Only a network \
                 with many wrong passwords has to wait, at most 10 minutes."
            )?;
        }
        for obstacle in obstacles {
            writeln!(out, "{}", obstacle.message())?;
        }
        Ok(())
    })
}
