//! `vestibule check`: prints how the server understands its configuration. It opens no database and
//! no port, and shows no secret. Like the server at its start, it reads the brand and the header of
//! the breached-password filter.

use std::error::Error;
use std::io::{self, Write};

use crate::brand::Brand;
use crate::config::{Settings, report};
use crate::exposed_files::exposed_files;
use crate::server::{StaticFiles, open_breached};

pub(super) fn run(settings: &Settings) -> Result<(), Box<dyn Error>> {
    settings.check_together()?;
    StaticFiles::find()?;
    Brand::open(settings.brand.as_deref())?;
    let filter = open_breached(settings)?;
    let lines = report(settings, filter.is_some());
    let mut out = io::stdout().lock();
    for (what, value) in lines {
        writeln!(out, "{what:<12} {value}")?;
    }
    for name in &settings.unknown {
        writeln!(
            out,
            "warning: {name} is not a setting, see vestibule --help"
        )?;
    }
    for exposed in exposed_files(settings) {
        writeln!(out, "warning: {exposed}")?;
    }
    writeln!(out, "The configuration is in order.")?;
    Ok(())
}
