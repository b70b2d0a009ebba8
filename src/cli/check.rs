//! `vestibule check`: says what was understood of the configuration. Opens no database and no port, shows no secret.

use std::error::Error;
use std::io::{self, Write};

use crate::config::Settings;
use crate::server::StaticFiles;

pub(super) fn run(settings: &Settings) -> Result<(), Box<dyn Error>> {
    settings.check_together()?;
    StaticFiles::find()?;
    let listen = settings.edge.listen;
    let public_url = settings.public_url(listen.port());
    let origin = match (listen.port(), &settings.edge.public_url) {
        (0, None) => "http://localhost, with the port that is free at the start".to_owned(),
        _ => public_url.to_string(),
    };
    let mode = if public_url.is_development() { "development" } else { "production" };
    let secret = match settings.secrets.len() {
        0 => format!("in {}", settings.database.folder().join("secret").display()),
        count => format!("{count} from VESTIBULE_SECRET"),
    };
    let mail = match &settings.mail.smtp {
        Some(server) => format!("for {server} (this version keeps mails in the outbox and does not send them yet)"),
        None => "kept for /dev/mailbox".to_owned(),
    };
    let lines = [
        ("mode", mode.to_owned()),
        ("listens on", listen.to_string()),
        ("public URL", origin),
        ("database", format!("SQLite, {}", settings.database.path().display())),
        ("secret", secret),
        ("mail", mail),
        ("mail from", settings.mail.from.to_string()),
        ("bcrypt cost", settings.bcrypt_cost.to_string()),
        ("app name", settings.app_name.clone()),
        ("support", settings.support.clone().unwrap_or_else(|| "none".to_owned())),
        ("log", settings.log.clone()),
    ];
    let mut out = io::stdout().lock();
    for (what, value) in lines {
        writeln!(out, "{what:<12} {value}")?;
    }
    writeln!(out, "The configuration is in order.")?;
    Ok(())
}
