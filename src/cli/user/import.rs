//! `vestibule user import FILE`: imports accounts of another system from CSV or JSON lines.
//!
//! It reads and checks the whole file before it creates the first account. Then it reads the file
//! again, because the file may not fit into memory. A pipe is kept in memory, because it can be
//! read only once.

use std::collections::BTreeSet;
use std::error::Error;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read, Seek, Write};
use std::path::Path;
use std::time::Duration;

use csv::{ErrorKind, ReaderBuilder, StringRecord, Trim};
use serde::Deserialize;
use tokio::time::sleep;

use crate::app::{App, Failure};
use crate::cli::group::{expect_groups, parse_list};
use crate::cli::standard_error::print_line;
use crate::clock::Stopwatch;
use crate::db::DbError;
use crate::features::administration::import_users::{ImportedUser, import_users};
use crate::http::api::json;
use crate::security::password_hash::PasswordHash;
use crate::values::{DisplayName, EmailAddress, GroupName};

/// Accounts per transaction. On SQLite it takes about 5 milliseconds. On a distant PostgreSQL it
/// stays well below the time limit for writes.
const SLICE: usize = 50;
/// Attempts to import a slice while the database is busy or locked, with a pause between them.
const TRIES: u32 = 5;
const BETWEEN_TRIES: Duration = Duration::from_secs(1);
/// Accounts between two progress messages.
const ACCOUNTS_PER_PROGRESS_LINE: usize = 1_000;
/// Largest number of faulty rows to print. The operator will not fix more at once.
const MAX_SHOWN_FAULTS: usize = 20;
/// The byte order mark that Excel writes at the start of a UTF-8 file.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();
/// Error messages that do not quote the row, unlike those of the libraries. The row may contain a
/// password.
const NO_COLUMNS: &str =
    "the first row must name the columns, which can be email, name, password_hash and groups";
const NO_ROW: &str = "it must consist of email, name, password_hash and groups, each a string";
const NOT_UTF8: &str = "it must be in UTF-8: convert the file, or save it as UTF-8";
const AN_ARRAY: &str =
    "JSON must have one object on each line, not an array: `jq -c '.[]' FILE` converts it";

/// A file, or the content of a pipe.
trait Input: Read + Seek {}

impl Input for File {}
impl Input for Cursor<Vec<u8>> {}

/// A row of the file. An unknown column is rejected, because it may be a misspelt one.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    email: String,
    name: Option<String>,
    password_hash: Option<String>,
    groups: Option<String>,
}

impl Row {
    fn checked(self) -> Result<ImportedUser, Box<dyn Error>> {
        let password_hash = self.password_hash.unwrap_or_default();
        Ok(ImportedUser {
            email: EmailAddress::parse(&self.email)?,
            name: DisplayName::parse(&self.name.unwrap_or_default())?,
            password: if password_hash.is_empty() {
                PasswordHash::none()
            } else {
                PasswordHash::foreign(&password_hash)?
            },
            groups: parse_list(&self.groups.unwrap_or_default())?,
        })
    }
}

/// A summary of a valid file.
#[derive(Default)]
struct Content {
    rows: usize,
    /// The highest bcrypt cost in the file. `costlier` counts the hashes above the configured cost.
    highest_cost: u32,
    costlier: usize,
    groups: BTreeSet<GroupName>,
}

/// Creates the accounts of a file, or only checks the file.
pub(super) async fn import(app: &App, path: &Path, is_check: bool) -> Result<(), Box<dyn Error>> {
    let failed = |error: io::Error| format!("{} can't be read: {error}", path.display());
    let mut file = open(path).map_err(failed)?;
    let content = check(&mut *file, app.settings.bcrypt_cost)
        .map_err(|error| format!("{}: {error}", path.display()))?;
    let groups: Vec<GroupName> = content.groups.iter().cloned().collect();
    expect_groups(app, &groups).await?;
    let mut out = io::stdout().lock();
    if content.costlier > 0 {
        // If it cannot be printed, the accounts are created all the same.
        drop(writeln!(
            out,
            "Password hashes with a higher cost than VESTIBULE_BCRYPT_COST: {}. Until their users \
             have logged in, the time that a login takes shows that they have an account. A cost \
             of {} prevents this.",
            content.costlier, content.highest_cost
        ));
    }
    if is_check {
        return Ok(writeln!(
            out,
            "Accounts in the file: {}. All are valid, and none was created.",
            content.rows
        )?);
    }
    file.rewind().map_err(failed)?;
    let (mut made, mut done, mut slice) = (0, 0_usize, Vec::new());
    for (_, user) in read(&mut *file)? {
        slice.push(user.map_err(|_| "the file changed during the import")?);
        done += 1;
        if slice.len() == SLICE {
            made += make(app, std::mem::take(&mut slice)).await?;
        }
        if done.is_multiple_of(ACCOUNTS_PER_PROGRESS_LINE) {
            print_line(format_args!("{done} of {}", content.rows));
        }
    }
    made += make(app, slice).await?;
    Ok(writeln!(
        out,
        "Accounts created: {made}. Unchanged, because the address already had an account: {}.",
        done - made
    )?)
}

/// Creates the accounts of a slice, then pauses for as long as that took. A server beside it gets
/// the database in the pause. A process that waits for SQLite's lock tries again only now and then.
async fn make(app: &App, slice: Vec<ImportedUser>) -> Result<usize, Failure> {
    let mut tries = 1;
    loop {
        let begun = Stopwatch::start();
        match import_users(app, slice.clone()).await {
            Ok(made) => {
                sleep(begun.elapsed()).await;
                return Ok(made);
            }
            Err(Failure::Db(DbError::Unavailable(_))) if tries < TRIES => {
                tries += 1;
                sleep(BETWEEN_TRIES).await;
            }
            Err(failure) => return Err(failure),
        }
    }
}

/// Reads and checks the whole file. Prints faulty rows to standard error, and returns an error with
/// their number.
fn check(file: &mut dyn Input, cost: u32) -> Result<Content, Box<dyn Error>> {
    let (mut content, mut faults) = (Content::default(), 0);
    for (number, user) in read(file)? {
        content.rows += 1;
        match user {
            Ok(user) => {
                let theirs = user.password.cost().unwrap_or_default();
                content.groups.extend(user.groups);
                content.highest_cost = content.highest_cost.max(theirs);
                content.costlier += usize::from(theirs > cost);
            }
            Err(fault) => {
                faults += 1;
                if faults <= MAX_SHOWN_FAULTS {
                    print_line(format_args!("row {number}: {fault}"));
                }
            }
        }
    }
    if faults > 0 {
        return Err(format!(
            "{faults} of {} accounts are invalid; none was created",
            content.rows
        )
        .into());
    }
    Ok(content)
}

/// The number of a row, as a spreadsheet shows it, and the user in it or the fault.
type Numbered = (u64, Result<ImportedUser, Box<dyn Error>>);

fn open(path: &Path) -> io::Result<Box<dyn Input>> {
    let mut file = File::open(path)?;
    if file.stream_position().is_ok() {
        return Ok(Box::new(file));
    }
    let mut content = Vec::new();
    file.read_to_end(&mut content)?;
    Ok(Box::new(Cursor::new(content)))
}

/// Reads the file row by row. JSON lines start with a brace. Anything else is CSV with column names
/// in its first row.
fn read(file: &mut dyn Input) -> io::Result<Box<dyn Iterator<Item = Numbered> + '_>> {
    let mut file = BufReader::new(file);
    if file.fill_buf()?.starts_with(BYTE_ORDER_MARK) {
        file.consume(BYTE_ORDER_MARK.len());
    }
    let begin = file.fill_buf()?.trim_ascii_start().first().copied();
    Ok(match begin {
        Some(b'{') => Box::new(json_lines(file)),
        Some(b'[') => return Err(io::Error::other(AN_ARRAY)),
        _ => Box::new(csv_rows(file)?),
    })
}

fn json_lines(file: impl BufRead) -> impl Iterator<Item = Numbered> {
    let parse = |line: io::Result<Vec<u8>>| {
        let line = line?;
        str::from_utf8(&line).map_err(|_| NOT_UTF8)?;
        json::parse::<Row>(&line).map_err(|_| NO_ROW)?.checked()
    };
    let is_empty =
        |line: &io::Result<Vec<u8>>| line.as_ref().is_ok_and(|line| line.trim_ascii().is_empty());
    (1..)
        .zip(file.split(b'\n'))
        .scan(false, |has_failed, (number, line)| {
            // A read error would repeat without end, so reading stops after the first one.
            let is_over = std::mem::replace(has_failed, line.is_err());
            (!is_over).then_some((number, line))
        })
        .filter(move |(_, line)| !is_empty(line))
        .map(move |(number, line)| (number, parse(line)))
}

fn csv_rows(file: impl BufRead) -> io::Result<impl Iterator<Item = Numbered>> {
    let mut reader = ReaderBuilder::new().trim(Trim::Headers).from_reader(file);
    let headers = reader.headers().map_err(|error| match error.kind() {
        ErrorKind::Utf8 { .. } => io::Error::other(NOT_UTF8),
        _ => error.into(),
    });
    let names = headers?.clone();
    let nothing = StringRecord::from(vec![""; names.len()]);
    nothing
        .deserialize::<Row>(Some(&names))
        .map_err(|_| io::Error::other(NO_COLUMNS))?;
    let parse = move |record: csv::Result<StringRecord>| {
        let row = record.and_then(|record| record.deserialize::<Row>(Some(&names)));
        let row = row.map_err(|error| match error.kind() {
            ErrorKind::Utf8 { .. } => NOT_UTF8,
            _ => NO_ROW,
        });
        row?.checked()
    };
    // Spreadsheets write commas for an empty row.
    let is_empty = |record: &csv::Result<StringRecord>| {
        let record = record.as_ref();
        record.is_ok_and(|record| record.iter().all(|field| field.trim().is_empty()))
    };
    Ok((2..)
        .zip(reader.into_records())
        .filter(move |(_, record)| !is_empty(record))
        .map(move |(number, record)| (number, parse(record))))
}
