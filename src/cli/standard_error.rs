//! Lines for the operator on standard error.

use std::fmt::Arguments;
use std::io::{self, Write};

/// Prints a line. If standard error is full or closed, the command goes on all the same.
pub(in crate::cli) fn print_line(line: Arguments<'_>) {
    drop(writeln!(io::stderr(), "{line}"));
}
