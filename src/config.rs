//! Settings: one small struct for each concern, read once from environment variables. Each field names its variable.
//! Nothing else reads the environment, but for what libraries read by themselves (whom to trust, the defaults of PostgreSQL's
//! client), and nothing here opens a file or a port.

mod database;
mod edge;
mod mail;
mod mode;
mod postgres;
mod proxies;
mod secrets;
mod variables;

use std::path::PathBuf;
use std::time::Duration;

use tracing_subscriber::filter::{LevelFilter, Targets};

pub use database::{DatabaseUrl, folder_of};
pub use edge::EdgeSettings;
pub use mail::{DeliverySettings, MailSettings, SmtpTls, SmtpUrl};
pub use mode::{PublicUrl, UnsafeConfig};
pub use postgres::{PostgresUrl, SPEAKS_TLS};
pub use proxies::TrustedProxies;
pub use secrets::Secret;
pub use variables::{HELP, InvalidSetting, Variables};

/// Everything that an operator can set, checked one by one.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where the data is.
    pub database: DatabaseUrl,
    /// Address, origin, time limits.
    pub edge: EdgeSettings,
    /// The secrets of `VESTIBULE_SECRET`, newest first; empty when the file beside the database has them.
    pub secrets: Vec<Secret>,
    /// How mail is sent, and from whom.
    pub mail: MailSettings,
    /// `VESTIBULE_BCRYPT_COST`: log2 of bcrypt's rounds.
    pub bcrypt_cost: u32,
    /// The longest that a password check may be expected to wait for its turn (ASVS 15.2.2).
    pub longest_hash_wait: Duration,
    /// `VESTIBULE_BREACHED_PASSWORDS`: a filter that `vestibule passwords build` made.
    pub breached: Option<PathBuf>,
    /// `VESTIBULE_LIMITS`: whether rate limits hold; `off` in development mode only.
    pub limits: bool,
    /// How often what has outlived its time is removed.
    pub cleanup_every: Duration,
    /// How long a start waits for a database that is out of reach.
    pub start_patience: Duration,
    /// `VESTIBULE_APP_NAME`: the name that pages and mails carry.
    pub app_name: String,
    /// `VESTIBULE_SUPPORT`: an address that people can write to.
    pub support: Option<String>,
    /// `VESTIBULE_LOG`: the filter for the log.
    pub log: String,
}

/// Costs below 10 hash too fast to protect anyone (ASVS 11.4.2); tests of a debug build may go lower (ASVS 15.2.3).
const LOWEST_BCRYPT_COST: u32 = if cfg!(debug_assertions) { 4 } else { 10 };
const HIGHEST_BCRYPT_COST: u32 = 15;
const LONGEST_APP_NAME: usize = 60;
/// What the file with the secret is called, beside the database.
pub const SECRET_FILE: &str = "secret";
/// What the filter is called, beside the database.
const BREACHED_FILE: &str = "breached-passwords";

impl Settings {
    /// Where the filter of breached passwords is, and whether the operator said so; else it may be beside the SQLite file.
    pub fn breached_passwords(&self) -> Option<(PathBuf, bool)> {
        match &self.breached {
            Some(path) => Some((path.clone(), true)),
            None => self.database.folder().map(|folder| (folder.join(BREACHED_FILE), false)),
        }
    }

    /// Reads every variable; the first that does not parse ends it.
    pub fn read(variables: &Variables) -> Result<Self, InvalidSetting> {
        let app_name =
            variables.parse("VESTIBULE_APP_NAME", "Vestibule", "a name of 1 to 60 characters on one line", |text| {
                let fits = (1..=LONGEST_APP_NAME).contains(&text.chars().count());
                (fits && text.trim() == text && !text.chars().any(char::is_control)).then(|| text.to_owned())
            })?;
        Ok(Self {
            database: DatabaseUrl::read(variables)?,
            edge: EdgeSettings::read(variables)?,
            secrets: Secret::read_all(variables)?,
            mail: MailSettings::read(variables, &app_name)?,
            bcrypt_cost: variables.parse(
                "VESTIBULE_BCRYPT_COST",
                "12",
                &format!("a whole number from {LOWEST_BCRYPT_COST} to {HIGHEST_BCRYPT_COST}"),
                |text| text.parse().ok().filter(|cost| (LOWEST_BCRYPT_COST..=HIGHEST_BCRYPT_COST).contains(cost)),
            )?,
            longest_hash_wait: Duration::from_secs(5),
            breached: variables.parse_optional("VESTIBULE_BREACHED_PASSWORDS", "the path of a file", |text| {
                (!text.is_empty()).then(|| PathBuf::from(text))
            })?,
            limits: variables.parse("VESTIBULE_LIMITS", "on", "on or off", |text| match text {
                "on" => Some(true),
                "off" => Some(false),
                _ => None,
            })?,
            cleanup_every: Duration::from_mins(10),
            start_patience: Duration::from_mins(1),
            app_name,
            support: variables.parse_optional("VESTIBULE_SUPPORT", "an email address", |text| {
                crate::values::EmailAddress::parse(text).ok().map(|address| address.as_str().to_owned())
            })?,
            log: variables.parse("VESTIBULE_LOG", "info", "a log filter such as info or vestibule=debug", |text| {
                // A lone word would be taken for the name of a module, and silence everything else.
                // And nothing at all for one that silences all but errors.
                let is_whole = |part: &str| part.split('=').all(|side| !side.trim().is_empty());
                let is_directive =
                    |part: &str| is_whole(part) && (part.contains('=') || part.parse::<LevelFilter>().is_ok());
                let parses = text.split(',').all(is_directive) && text.parse::<Targets>().is_ok();
                parses.then(|| text.to_owned())
            })?,
        })
    }
}

#[cfg(test)]
mod tests;
