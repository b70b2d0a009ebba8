//! The table of all variables. It is the text of `--help`. A `VESTIBULE_` name that is not in it
//! causes a warning.

/// A variable of the operator.
pub struct Variable {
    pub name: &'static str,
    /// The variable that names a file with the value, for values that are secret.
    pub file: Option<&'static str>,
    meaning: &'static str,
    default: &'static str,
}

impl Variable {
    const fn new(name: &'static str, meaning: &'static str, default: &'static str) -> Self {
        Self {
            name,
            file: None,
            meaning,
            default,
        }
    }

    const fn or_in(self, file: &'static str) -> Self {
        Self {
            file: Some(file),
            ..self
        }
    }

    /// Returns true if no message may show the value.
    pub const fn is_secret(&self) -> bool {
        self.file.is_some()
    }
}

pub const VARIABLES: [Variable; 24] = [
    Variable::new(
        "DATABASE_URL",
        "the database: sqlite://PATH or postgres://USER:PASSWORD@HOST/DATABASE",
        "sqlite://data/vestibule.db",
    )
    .or_in("DATABASE_URL_FILE"),
    Variable::new(
        "VESTIBULE_LISTEN",
        "address and port to listen on; port 0 picks a free one",
        "127.0.0.1:8080",
    ),
    Variable::new(
        "VESTIBULE_PUBLIC_URL",
        "the origin in the browser and in every link",
        "http://localhost:PORT",
    ),
    Variable::new(
        "VESTIBULE_SECRET",
        "secrets of at least 32 bytes in base64url, comma-separated, newest first",
        "created on first start beside the SQLite file, as `secret`; required on PostgreSQL",
    )
    .or_in("VESTIBULE_SECRET_FILE"),
    Variable::new(
        "VESTIBULE_SMTP_URL",
        "smtps://user:pass@host:465 or smtp://host:587?tls=required",
        "none: the mailbox page",
    )
    .or_in("VESTIBULE_SMTP_URL_FILE"),
    Variable::new(
        "VESTIBULE_MAIL_FROM",
        "the sender of emails",
        "Vestibule <no-reply@localhost>",
    ),
    Variable::new(
        "VESTIBULE_TRUSTED_PROXIES",
        "IP addresses or networks of proxies whose X-Forwarded-For is trusted, comma-separated",
        "none",
    ),
    Variable::new(
        "VESTIBULE_API_ORIGINS",
        "origins whose pages may call the API, comma-separated, such as https://app.example.org",
        "none",
    ),
    Variable::new(
        "VESTIBULE_BREACHED_PASSWORDS",
        "a filter made by 'vestibule passwords build'",
        "breached-passwords beside the SQLite file, if it exists",
    ),
    Variable::new(
        "VESTIBULE_SIGN_UP",
        "open, approval (an administrator approves accounts) or invitation (closes the sign-up)",
        "open",
    ),
    Variable::new(
        "VESTIBULE_SIGN_UP_DOMAINS",
        "limits the sign-up to addresses at these domains, comma-separated",
        "none",
    ),
    Variable::new(
        "VESTIBULE_SECOND_FACTOR",
        "accounts that must have a second step: optional (none), admins or required (all)",
        "optional",
    ),
    Variable::new(
        "VESTIBULE_LIMITS",
        "on, or off for load tests in development mode",
        "on",
    ),
    Variable::new(
        "VESTIBULE_BCRYPT_COST",
        "log2 of bcrypt's rounds, 10 to 15",
        "12",
    ),
    Variable::new(
        "VESTIBULE_APP_NAME",
        "the name on pages and in emails",
        "Vestibule",
    ),
    Variable::new(
        "VESTIBULE_SUPPORT",
        "where users get help: an email address or an https URL",
        "none",
    ),
    Variable::new(
        "VESTIBULE_HOME_URL",
        "the app behind the login, such as https://app.example.org",
        "none",
    ),
    Variable::new(
        "VESTIBULE_AFTER_LOGIN",
        "dashboard, or home to go to the app after a login",
        "dashboard",
    ),
    Variable::new(
        "VESTIBULE_TERMS_URL",
        "the terms, linked on pages and in emails",
        "none",
    ),
    Variable::new(
        "VESTIBULE_PRIVACY_URL",
        "the privacy notice, linked like the terms",
        "none",
    ),
    Variable::new(
        "VESTIBULE_BRAND",
        "a folder with colours, texts, logo and icons",
        "none: Vestibule's own",
    ),
    Variable::new(
        "VESTIBULE_METRICS_LISTEN",
        "address and port of /metrics, for Prometheus",
        "none: no metrics",
    ),
    Variable::new(
        "VESTIBULE_DRAIN",
        "seconds between SIGTERM and closing the listener, 0 to 60; /readyz is 503 meanwhile",
        "0",
    ),
    Variable::new(
        "VESTIBULE_LOG",
        "filter for the log, such as info or vestibule=debug",
        "info",
    ),
];

/// Column at which the meanings begin.
const INDENT: usize = 25;
const WIDTH: usize = 80;

/// Returns the text about the variables for `--help`: name, meaning, default.
pub fn help() -> String {
    let mut text = "Variables (all optional for a first try):\n".to_owned();
    for variable in &VARIABLES {
        let name = format!("  {}", variable.name);
        let meaning = format!("{} [{}]", variable.meaning, variable.default);
        let mut line = format!("{name:INDENT$}");
        if name.len() >= INDENT {
            text.push_str(&name);
            text.push('\n');
            line = " ".repeat(INDENT);
        }
        for word in meaning.split(' ') {
            if line.len() + word.len() > WIDTH {
                text.push_str(line.trim_end());
                text.push('\n');
                line = " ".repeat(INDENT);
            }
            line.push_str(word);
            line.push(' ');
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text + "\n\
        VESTIBULE_SECRET, DATABASE_URL and VESTIBULE_SMTP_URL can be in a file. Set its\n\
        path in NAME_FILE, such as DATABASE_URL_FILE.\n\
        \n\
        Development mode is on when the host of the public URL is loopback. It needs\n\
        no https, no SMTP and no secret, and shows emails at /dev/mailbox."
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::VARIABLES;

    /// Returns the table of the README.
    fn table() -> String {
        let mut table = "| variable | meaning | default |\n| --- | --- | --- |\n".to_owned();
        for variable in &VARIABLES {
            let row = format!(
                "| `{}` | {} | {} |\n",
                variable.name, variable.meaning, variable.default
            );
            // Otherwise Markdown takes an email address for a tag.
            table += &row.replace('<', "\\<");
        }
        table
    }

    #[test]
    fn readme_has_the_table_of_variables() {
        let readme = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
        let readme = fs::read_to_string(readme).expect("README.md");
        let table = table();
        assert!(
            readme.contains(&table),
            "README.md needs this table:\n\n{table}"
        );
    }
}
