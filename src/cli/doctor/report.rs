//! The output of `vestibule doctor`: one line for each check.

use std::error::Error;
use std::io::{self, Write};

/// The result of a check.
pub(super) enum Finding {
    Right(String),
    /// It works, but the operator should look at it.
    Warning(String),
    Wrong(String),
}

#[derive(Default)]
pub(super) struct Report {
    has_wrong: bool,
}

impl Report {
    pub(super) fn print(&mut self, what: &str, finding: Finding) -> io::Result<()> {
        let (mark, message) = match finding {
            Finding::Right(message) => ("ok   ", message),
            Finding::Warning(message) => ("warn ", message),
            Finding::Wrong(message) => {
                self.has_wrong = true;
                ("WRONG", message)
            }
        };
        writeln!(io::stdout(), "{mark} {what:<13} {message}")
    }

    pub(super) fn has_wrong(&self) -> bool {
        self.has_wrong
    }

    pub(super) fn end(self) -> Result<(), Box<dyn Error>> {
        if self.has_wrong {
            Err("something is wrong, see above".into())
        } else {
            Ok(())
        }
    }
}
