//! The tables as the program knows them (`src/store/schema.rs`), in each database's own terms.
//! Tests compare them with the result of the migrations.

#![allow(
    dead_code,
    reason = "each test file is a crate of its own and uses its part of this"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Returns a database's name of a type, given table, column and diesel's name.
pub type Names = fn(&str, &str, &str) -> &'static str;

pub const SQLITE: Names = |table, column, kind| match kind {
    // SQLite numbers rows by itself only in a column of exactly this type.
    "BigInt" if (table, column) == ("outbox", "number") => "INTEGER",
    "BigInt" => "BIGINT",
    "Integer" => "INTEGER",
    "Text" => "TEXT",
    "Bool" => "BOOLEAN",
    "Binary" => "BLOB",
    other => panic!("a type that this test doesn't know: {other}"),
};

pub const POSTGRES: Names = |_, _, kind| match kind {
    "BigInt" => "bigint",
    "Integer" => "integer",
    "Text" => "text",
    "Bool" => "boolean",
    "Binary" => "bytea",
    other => panic!("a type that this test doesn't know: {other}"),
};

/// Returns a line for each column: `table.column TYPE`, with ` NULL` if it may be null.
pub fn in_words_of(names: Names) -> BTreeSet<String> {
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store/schema.rs");
    let source = fs::read_to_string(schema).expect("the schema");
    let mut table = String::new();
    // The name in the database, where it differs from the name in Rust.
    let mut stored = None;
    let mut columns = BTreeSet::new();
    for line in source.lines().map(str::trim) {
        if let Some(name) = line
            .strip_prefix("#[sql_name = \"")
            .and_then(|line| line.strip_suffix("\"]"))
        {
            stored = Some(name);
        } else if let Some(name) = line
            .strip_suffix(") {")
            .and_then(|line| line.split(" (").next())
        {
            stored.take().unwrap_or(name).clone_into(&mut table);
        } else if let Some((name, kind)) = line
            .trim_end_matches(',')
            .split_once(" -> ")
            .filter(|(name, _)| !name.contains('('))
        {
            let (kind, null) = match kind
                .strip_prefix("Nullable<")
                .and_then(|kind| kind.strip_suffix('>'))
            {
                Some(kind) => (kind, " NULL"),
                None => (kind, ""),
            };
            let name = stored.take().unwrap_or(name);
            let kind = names(&table, name, kind);
            columns.insert(format!("{table}.{name} {kind}{null}"));
        }
    }
    columns
}
