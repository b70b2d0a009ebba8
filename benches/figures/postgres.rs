//! A private PostgreSQL server from the script that the tests use. Deleted with its data when
//! dropped.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// 32 bytes in base64url. Several nodes would share it. One node needs it, too.
const SECRET: &str = "vY3n1Jq0bTz8rKc5XwLd7GfSaHe2UoMi4PyQ9lRkNtE";

/// The server runs, and keeps its data on the disk as in production.
pub struct Postgres {
    url: String,
    // A process that waits for the end of its input, which is also this process's end, and then
    // deletes the server.
    guard: Child,
}

impl Postgres {
    /// Starts the server, or returns the reason in one line.
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

    /// Returns the variables that make the program use the server.
    pub fn variables(&self) -> Vec<(&str, &str)> {
        vec![("DATABASE_URL", &self.url), ("VESTIBULE_SECRET", SECRET)]
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        // A server that does not stop can't be helped.
        drop(self.guard.wait());
    }
}

fn script() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/postgres")
}
