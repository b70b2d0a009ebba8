//! A private PostgreSQL server, which `scripts/postgres` starts. It is stopped and deleted when
//! dropped.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// The secret that Vestibule requires on PostgreSQL, 32 bytes in base64url.
const SECRET: &str = "vY3n1Jq0bTz8rKc5XwLd7GfSaHe2UoMi4PyQ9lRkNtE";

/// A running PostgreSQL server that syncs its data to disk as in production.
pub struct Postgres {
    url: String,
    // A process that deletes the server at the end of its input. The input also ends with the
    // benchmark's process.
    guard: Child,
}

impl Postgres {
    /// Starts a server. The error says in one line why that failed.
    pub fn start() -> Result<Self, String> {
        if !script().exists() {
            return Err("scripts/postgres is missing".to_owned());
        }
        let output = Command::new(script())
            .arg("start")
            .env("VESTIBULE_POSTGRES_DURABLE", "1")
            .output();
        let output = output.map_err(|error| format!("scripts/postgres cannot be run: {error}"))?;
        let (stdout, stderr) = (
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr),
        );
        let mut lines = stdout.lines();
        match (output.status.success(), lines.next(), lines.next()) {
            (true, Some(folder), Some(url)) => {
                let guard = Command::new(script())
                    .args(["guard", folder])
                    .stdin(Stdio::piped())
                    .spawn();
                Ok(Self {
                    url: url.to_owned(),
                    guard: guard.expect("the script has just run once"),
                })
            }
            _ => Err(stderr
                .lines()
                .last()
                .unwrap_or("scripts/postgres failed without a message")
                .to_owned()),
        }
    }

    /// Returns the environment variables with which Vestibule uses this server.
    pub fn variables(&self) -> Vec<(&str, &str)> {
        vec![("DATABASE_URL", &self.url), ("VESTIBULE_SECRET", SECRET)]
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        // If the script fails, the benchmark can do nothing more.
        drop(self.guard.wait());
    }
}

fn script() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/postgres")
}
