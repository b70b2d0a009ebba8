//! `vestibule client …`: manages OAuth clients, the services that may introspect tokens.
//! `vestibule app` manages them as well.

use std::error::Error;
use std::io::{self, Write};

use clap::Subcommand;
use serde_json::json;

use super::with_app;
use crate::app::App;
use crate::config::Settings;
use crate::features::introspection::clients::{
    Deletion, create_client, delete_client, list_clients,
};
use crate::texts::labelled::Labelled;
use crate::values::AppId;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Create a client and print its id and its secret, which is shown only once
    Create {
        /// The name of the client
        #[arg(allow_hyphen_values = true)]
        name: String,
    },
    /// List clients: id, time of creation, name
    List {
        /// Print one JSON object per line
        #[arg(long)]
        json: bool,
    },
    /// Delete a client; its secret stops working with the next request
    Delete {
        /// The id of the client, as listed
        #[arg(allow_hyphen_values = true)]
        id: String,
    },
}

pub(super) fn run(settings: Settings, command: Command) -> Result<(), Box<dyn Error>> {
    with_app::run(settings, |app| async move {
        match command {
            Command::Create { name } => create(&app, &name).await,
            Command::List { json } => list(&app, json).await,
            Command::Delete { id } => delete(&app, id).await,
        }
    })
}

async fn create(app: &App, name: &str) -> Result<(), Box<dyn Error>> {
    let (id, secret) = create_client(app, Labelled::Client.parse(name)?).await?;
    writeln!(
        io::stdout(),
        "client_id {id}\nclient_secret {}",
        secret.expose()
    )?;
    Ok(())
}

async fn list(app: &App, json: bool) -> Result<(), Box<dyn Error>> {
    let mut out = io::stdout().lock();
    for client in list_clients(app).await? {
        let (id, name, created_at) = (client.id.0, client.name, client.created_at.iso());
        if json {
            writeln!(
                out,
                "{}",
                json!({ "id": id, "name": name, "created_at": created_at })
            )?;
        } else {
            writeln!(out, "{id} {created_at} {name}")?;
        }
    }
    Ok(())
}

async fn delete(app: &App, id: String) -> Result<(), Box<dyn Error>> {
    let deletion = match AppId::known(&id) {
        Some(known) => delete_client(app, known).await?,
        None => Deletion::Unknown,
    };
    match deletion {
        Deletion::Deleted => Ok(()),
        Deletion::Unknown => Err(format!("there is no client {id}").into()),
        Deletion::HasOrigins => Err(format!(
            "{id} is an app that a proxy protects: delete it with `vestibule app delete {id}`"
        )
        .into()),
    }
}
