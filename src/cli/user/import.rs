//! `vestibule user import FILE`: accounts of another system, from CSV or JSON lines. The whole file is read and checked before
//! the first account is made, and read again to make them: it may be larger than the memory.

use std::error::Error;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Seek, Write};
use std::path::Path;

use csv::{ReaderBuilder, StringRecord, Trim};
use serde::Deserialize;

use crate::app::App;
use crate::features::administration::import_users::{Newcomer, import_users};
use crate::security::password_hash::PasswordHash;
use crate::values::{DisplayName, EmailAddress};

/// Accounts of one transaction: on SQLite a server beside this waits for it, some 20 milliseconds.
const SLICE: usize = 200;
/// After so many accounts somebody wonders whether it goes on.
const ACCOUNTS_BETWEEN_WORDS: usize = 10_000;
/// Nobody mends more at once.
const MOST_FAULTS_TOLD: usize = 20;
/// What a line may have; the first it must.
const COLUMNS: [&str; 3] = ["email", "name", "password_hash"];
/// What Excel writes before UTF-8.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// A line of the file. A column that is not known may be a misspelt one, and is no line of ours.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    email: String,
    name: Option<String>,
    password_hash: Option<String>,
}

impl Line {
    fn checked(self) -> Result<Newcomer, Box<dyn Error>> {
        let password_hash = self.password_hash.unwrap_or_default();
        Ok(Newcomer {
            email: EmailAddress::parse(&self.email)?,
            name: DisplayName::parse(&self.name.unwrap_or_default())?,
            password: if password_hash.is_empty() {
                PasswordHash::none()
            } else {
                PasswordHash::foreign(&password_hash)?
            },
        })
    }
}

/// Makes the accounts of a file, or only checks it.
pub(super) async fn import(app: &App, path: &Path, is_check: bool) -> Result<(), Box<dyn Error>> {
    let failed = |error: io::Error| format!("{} can't be read: {error}", path.display());
    let mut file = File::open(path).map_err(failed)?;
    let lines = check(&mut file).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut out = io::stdout().lock();
    if is_check {
        return Ok(writeln!(out, "Accounts in the file: {lines}, and nothing is wrong with any. None was made.")?);
    }
    let (mut made, mut done, mut slice) = (0, 0, Vec::with_capacity(SLICE));
    file.rewind().map_err(failed)?;
    for (_, newcomer) in read(&mut file)? {
        slice.push(newcomer.map_err(|_| "the file has changed meanwhile")?);
        if slice.len() == SLICE {
            made += import_users(app, slice.split_off(0)).await?;
            done += SLICE;
            if done.is_multiple_of(ACCOUNTS_BETWEEN_WORDS) {
                eprintln!("{done} of {lines}");
            }
        }
    }
    made += import_users(app, slice).await?;
    Ok(writeln!(out, "Accounts made: {made}. There before, and left as they are: {}.", lines - made)?)
}

/// Reads the whole file and tells how many accounts are in it, or what is wrong: on standard error each line, and in sum.
fn check(file: &mut File) -> Result<usize, Box<dyn Error>> {
    let (mut lines, mut faults) = (0, 0);
    for (number, newcomer) in read(file)? {
        lines += 1;
        if let Err(fault) = newcomer {
            faults += 1;
            if faults <= MOST_FAULTS_TOLD {
                eprintln!("line {number}: {fault}");
            }
        }
    }
    if faults > 0 {
        return Err(format!("{faults} of {lines} accounts can't be taken; none was made").into());
    }
    Ok(lines)
}

/// The number of a line, and who stands in it.
type Numbered = (u64, Result<Newcomer, Box<dyn Error>>);

/// Reads line by line. JSON lines begin with a brace; anything else is CSV with a line of names first.
fn read(file: &mut File) -> io::Result<Box<dyn Iterator<Item = Numbered> + '_>> {
    let mut file = BufReader::new(file);
    if file.fill_buf()?.starts_with(BYTE_ORDER_MARK) {
        file.consume(BYTE_ORDER_MARK.len());
    }
    let is_json = file.fill_buf()?.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{');
    Ok(if is_json { Box::new(json_lines(file)) } else { Box::new(csv_lines(file)?) })
}

fn json_lines(file: impl BufRead) -> impl Iterator<Item = Numbered> {
    let newcomer = |line: io::Result<String>| serde_json::from_str::<Line>(&line?)?.checked();
    let is_empty = |line: &io::Result<String>| line.as_ref().is_ok_and(|line| line.trim().is_empty());
    (1..).zip(file.lines()).filter(move |(_, line)| !is_empty(line)).map(move |(number, line)| (number, newcomer(line)))
}

fn csv_lines(file: impl BufRead) -> io::Result<impl Iterator<Item = Numbered>> {
    let mut reader = ReaderBuilder::new().trim(Trim::Headers).from_reader(file);
    let names = reader.headers()?.clone();
    let is_known = |name: &str| COLUMNS.contains(&name) && names.iter().filter(|other| *other == name).count() == 1;
    if !names.iter().all(is_known) || !names.iter().any(|name| name == COLUMNS[0]) {
        // Not repeated: where the line is missing, this is somebody's password.
        return Err(io::Error::other(format!("the first line names the columns, which can be {}", COLUMNS.join(", "))));
    }
    let newcomer = move |record: &StringRecord| record.deserialize::<Line>(Some(&names))?.checked();
    Ok(reader.into_records().map(move |record| match record {
        Ok(record) => (record.position().map_or(0, csv::Position::line), newcomer(&record)),
        Err(error) => (error.position().map_or(0, csv::Position::line), Err(error.into())),
    }))
}
