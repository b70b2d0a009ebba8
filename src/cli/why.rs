//! `vestibule why ADDRESS`: explains everything that keeps a user from logging in.

use std::error::Error;
use std::io::{self, Write};

use clap::Args;
use serde_json::json;

use super::app::{known, unknown};
use super::with_app;
use crate::app::App;
use crate::config::Settings;
use crate::features::administration::apps::explain_access::explain_access;
use crate::features::administration::explain::explain;
use crate::texts::obstacles::AppObstacle;
use crate::values::EmailAddress;

#[derive(Debug, Args)]
pub(super) struct Command {
    /// The email address of the account
    #[arg(allow_hyphen_values = true)]
    address: String,
    /// Also explain why the user cannot open this registered app
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
    app: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(settings: Settings, command: Command) -> Result<(), Box<dyn Error>> {
    with_app::run(settings, |app| async move {
        let email = EmailAddress::parse(&command.address)?;
        let address = email.as_str().to_owned();
        let of_app = match &command.app {
            Some(id) => obstacles_of_app(&app, email.clone(), id).await?,
            None => Vec::new(),
        };
        let obstacles = explain(&app, email).await?;
        let mut out = io::stdout().lock();
        if command.json {
            let gates = obstacles.iter().map(serde_json::to_value);
            let gates = gates.chain(of_app.iter().map(serde_json::to_value));
            let gates = gates.collect::<Result<Vec<_>, _>>()?;
            let printed = json!({ "email": address, "gates": gates });
            return Ok(writeln!(out, "{printed}")?);
        }
        if obstacles.is_empty() {
            writeln!(
                out,
                "Nothing keeps {address} from logging in with the correct password. Only a network \
                 with many wrong passwords has to wait, at most 10 minutes."
            )?;
        }
        for obstacle in &obstacles {
            writeln!(out, "{}", obstacle.message())?;
        }
        let Some(id) = command.app else {
            return Ok(());
        };
        if of_app.is_empty() {
            writeln!(out, "Nothing else keeps the user from the app {id}.")?;
        }
        for obstacle in of_app {
            writeln!(out, "{}", obstacle.message(&id))?;
        }
        Ok(())
    })
}

async fn obstacles_of_app(
    app: &App,
    email: EmailAddress,
    id: &str,
) -> Result<Vec<AppObstacle>, Box<dyn Error>> {
    let obstacles = explain_access(app, email, known(id)?).await?;
    obstacles.ok_or_else(|| unknown(id))
}
