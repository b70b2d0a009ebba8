//! `vestibule migrate`: runs pending migrations and exits. Safe beside a running server.

use std::error::Error;

use crate::config::Settings;
use crate::db::Db;

pub(super) fn run(settings: &Settings) -> Result<(), Box<dyn Error>> {
    Db::open(settings.database.path())?;
    println!("{} is up to date.", settings.database.path().display());
    Ok(())
}
