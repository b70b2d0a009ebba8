//! `vestibule migrate`: runs pending migrations and exits. It may run beside a running server.

use std::error::Error;
use std::io::{self, Write};

use super::logging;
use crate::config::Settings;
use crate::db::Db;

pub(super) fn run(settings: &Settings) -> Result<(), Box<dyn Error>> {
    settings.database.check_reach()?;
    logging::start(&settings.log);
    Db::open(&settings.database, settings.start_timeout)?;
    writeln!(io::stdout(), "{} is up to date.", settings.database)?;
    Ok(())
}
