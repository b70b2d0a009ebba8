//! `vestibule passwords build LIST`: builds the filter of breached passwords. It opens no database.
//! It holds the whole list in memory, with up to 20 bytes per password.

use std::error::Error;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

use clap::Subcommand;

use super::standard_error::print_line;
use crate::config::Settings;
use crate::db::make_folder_of;
use crate::security::breached::{build, key_of_line};
use crate::security::tokens::random_id;

/// Lines between two progress messages.
const LINES_PER_PROGRESS_LINE: usize = 5_000_000;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Build the filter from a list of passwords
    ///
    /// Each line is a password or its SHA-1 hash, with or without ':' and a count.
    Build {
        /// The file with the list; '-' reads standard input
        #[arg(allow_hyphen_values = true)]
        list: PathBuf,
        /// The file to write; by default where the server looks for the filter
        #[arg(long)]
        out: Option<PathBuf>,
    },
}

pub(super) fn run(settings: &Settings, command: Command) -> Result<(), Box<dyn Error>> {
    let Command::Build { list, out } = command;
    let configured = settings.breached_passwords().map(|(path, _)| path);
    let out = out.or(configured).ok_or(
        "name the filter file: --out FILE here, and VESTIBULE_BREACHED_PASSWORDS for the server",
    )?;
    let unusable =
        |path: &Path, error: io::Error| format!("{} can't be used: {error}", path.display());
    let hashes = if list == Path::new("-") {
        read(io::stdin().lock())
    } else {
        File::open(&list).and_then(|file| read(BufReader::new(file)))
    };
    let hashes = hashes.map_err(|error| unusable(&list, error))?;
    // The rename is atomic. A server that starts meanwhile reads the old or the new filter.
    let draft = out.with_added_extension(format!("draft-{}", random_id()));
    // The folder may be missing if the server was never started.
    let built = make_folder_of(&out)
        .and_then(|()| build(hashes, &draft))
        .and_then(|count| fs::rename(&draft, &out).map(|()| count));
    let count = built.map_err(|error| {
        // The name is random, so the file cannot belong to another process.
        drop(fs::remove_file(&draft));
        unusable(&out, error)
    })?;
    let size = fs::metadata(&out)?.len();
    writeln!(
        io::stdout(),
        "{}: {count} passwords in {size} bytes. Servers use it from their next start.",
        out.display()
    )?;
    Ok(())
}

fn read(mut list: impl BufRead) -> io::Result<Vec<u64>> {
    let (mut keys, mut line, mut lines) = (Vec::new(), Vec::new(), 0_usize);
    loop {
        line.clear();
        if list.read_until(b'\n', &mut line)? == 0 {
            return Ok(keys);
        }
        // A line that is not UTF-8 cannot be typed as a password here.
        if let Ok(text) = str::from_utf8(&line) {
            keys.extend(key_of_line(text.trim_end_matches(['\r', '\n'])));
        }
        lines += 1;
        if lines.is_multiple_of(LINES_PER_PROGRESS_LINE) {
            print_line(format_args!("{lines} lines read"));
        }
    }
}
