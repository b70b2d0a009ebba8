//! A PostgreSQL of our own, from the script that the tests use; everything in it goes when it is
//! dropped.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// 32 bytes in base64url. Several nodes would share it; here it is only needed.
const SECRET: &str = "vY3n1Jq0bTz8rKc5XwLd7GfSaHe2UoMi4PyQ9lRkNtE";

/// It runs, and keeps its data on the disk as in earnest.
pub struct Postgres {
    url: String,
    // Waits for the end of its input, which is ours, too, and then wipes.
    guard: Child,
}

impl Postgres {
    /// Starts it, or tells in a line why it can't be.
    pub fn start() -> Result<Self, String> {
        if !script().exists() {
            return Err("there is no scripts/postgres".to_owned());
        }
        let output = Command::new(script())
            .arg("start")
            .env("VESTIBULE_POSTGRES_DURABLE", "1")
            .output();
        let output = output.map_err(|error| format!("scripts/postgres does not run: {error}"))?;
        let (answer, errors) = (
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr),
        );
        let mut lines = answer.lines();
        match (output.status.success(), lines.next(), lines.next()) {
            (true, Some(folder), Some(url)) => {
                let guard = Command::new(script())
                    .args(["guard", folder])
                    .stdin(Stdio::piped())
                    .spawn();
                Ok(Self {
                    url: url.to_owned(),
                    guard: guard.expect("the script runs a second time, too"),
                })
            }
            _ => Err(errors
                .lines()
                .last()
                .unwrap_or("scripts/postgres said nothing")
                .to_owned()),
        }
    }

    /// What the program needs to be told of it.
    pub fn variables(&self) -> Vec<(&str, &str)> {
        vec![("DATABASE_URL", &self.url), ("VESTIBULE_SECRET", SECRET)]
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        // Nothing can be done about one that does not stop.
        drop(self.guard.wait());
    }
}

fn script() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/postgres")
}
