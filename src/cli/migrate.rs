//! `vestibule migrate`: runs pending migrations and exits. Safe beside a running server.

use std::error::Error;

use super::logging;
use crate::config::{DatabaseUrl, Refusal, Settings};
use crate::db::Db;

pub(super) fn run(settings: &Settings) -> Result<(), Box<dyn Error>> {
    if let DatabaseUrl::Postgres(url) = &settings.database
        && !url.is_within_reach()
    {
        return Err(Refusal::NoTls(url.to_string()).into());
    }
    logging::start(&settings.log);
    Db::open(&settings.database, settings.start_patience)?;
    println!("{} is up to date.", settings.database);
    Ok(())
}
