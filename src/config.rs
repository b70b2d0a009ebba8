//! Settings, read once from environment variables, with one small struct per concern. Each field
//! names its variable. Libraries read a few other variables themselves, such as trusted
//! certificates and the defaults of the PostgreSQL client. This module opens no port. The
//! only files that it reads are those that a `…_FILE` variable names.

mod database;
mod documented;
mod edge;
mod mail;
mod mode;
mod postgres;
mod proxies;
mod report;
mod second_factor;
mod secrets;
mod sign_up;
mod site;
mod variables;

use std::path::PathBuf;
use std::time::Duration;

use tracing_subscriber::filter::{LevelFilter, Targets};

use crate::values::fits_line;

pub use database::{DatabaseUrl, folder_of};
pub use documented::help;
pub use edge::EdgeSettings;
pub use mail::{DeliverySettings, MailSettings, SmtpTls, SmtpUrl};
pub use mode::{PublicUrl, UnsafeConfig};
pub use postgres::{PostgresUrl, SPEAKS_TLS};
pub use proxies::TrustedProxies;
pub use report::report;
pub use second_factor::SecondFactorPolicy;
pub use secrets::Secret;
pub use sign_up::{PermittedAddress, SignUpMode, SignUpPolicy};
pub use site::{AfterLogin, SiteSettings, Support, WebUrl};
pub use variables::{InvalidSetting, Variables};

/// All settings of the operator, each validated on its own.
#[derive(Clone, Debug)]
pub struct Settings {
    pub database: DatabaseUrl,
    pub edge: EdgeSettings,
    /// The secrets of `VESTIBULE_SECRET`, newest first. Empty if the secret file beside the
    /// database is used.
    pub secrets: Vec<Secret>,
    pub mail: MailSettings,
    /// `VESTIBULE_BCRYPT_COST`: log2 of the bcrypt rounds.
    pub bcrypt_cost: u32,
    /// Longest expected wait for a password check. Checks that would wait longer are rejected (ASVS
    /// 15.2.2).
    pub longest_hash_wait: Duration,
    /// Longest wait of a second submission for the result of the first one.
    pub longest_form_wait: Duration,
    /// `VESTIBULE_BREACHED_PASSWORDS`: path of a filter made by `vestibule passwords build`.
    pub breached: Option<PathBuf>,
    /// `VESTIBULE_LIMITS`: false turns rate limits off, which is allowed in development mode only.
    pub limits: bool,
    /// `VESTIBULE_SECOND_FACTOR`: the accounts that must have a second step.
    pub second_factor: SecondFactorPolicy,
    /// Interval between removals of expired data.
    pub cleanup_every: Duration,
    /// Time that a start waits for an unreachable database.
    pub start_timeout: Duration,
    /// `VESTIBULE_APP_NAME`: the name on pages and in emails.
    pub app_name: String,
    pub site: SiteSettings,
    /// `VESTIBULE_BRAND`: path of the folder with the operator's brand.
    pub brand: Option<PathBuf>,
    /// `VESTIBULE_LOG`: the log filter.
    pub log: String,
    /// Unknown environment variables that start with `VESTIBULE_`, sorted.
    pub unknown: Vec<String>,
}

/// Costs below 10 are too fast to protect passwords (ASVS 11.4.2). Tests of a debug build may go
/// lower (ASVS 15.2.3).
const LOWEST_BCRYPT_COST: u32 = if cfg!(debug_assertions) { 4 } else { 10 };
const HIGHEST_BCRYPT_COST: u32 = 15;
const LONGEST_APP_NAME: usize = 60;
/// Name of the secret file beside the database.
pub const SECRET_FILE: &str = "secret";
/// Name of the filter file beside the database.
const BREACHED_FILE: &str = "breached-passwords";

impl Settings {
    /// Returns the path of the breached-password filter, and true if the operator set it. The
    /// default is a file beside the SQLite database, which may not exist.
    pub fn breached_passwords(&self) -> Option<(PathBuf, bool)> {
        match &self.breached {
            Some(path) => Some((path.clone(), true)),
            None => self
                .database
                .folder()
                .map(|folder| (folder.join(BREACHED_FILE), false)),
        }
    }

    /// Reads all variables. Returns the first error.
    pub fn read(variables: &Variables) -> Result<Self, InvalidSetting> {
        let unknown = variables.unknown();
        let variables = &variables.resolve()?;
        let app_name = variables.parse(
            "VESTIBULE_APP_NAME",
            "Vestibule",
            "a name of 1 to 60 characters on one line",
            |text| fits_line(text, LONGEST_APP_NAME).then(|| text.to_owned()),
        )?;
        Ok(Self {
            database: DatabaseUrl::read(variables)?,
            edge: EdgeSettings::read(variables)?,
            secrets: Secret::read_all(variables)?,
            mail: MailSettings::read(variables, &app_name)?,
            bcrypt_cost: variables.parse(
                "VESTIBULE_BCRYPT_COST",
                "12",
                &format!("a whole number from {LOWEST_BCRYPT_COST} to {HIGHEST_BCRYPT_COST}"),
                |text| {
                    text.parse()
                        .ok()
                        .filter(|cost| (LOWEST_BCRYPT_COST..=HIGHEST_BCRYPT_COST).contains(cost))
                },
            )?,
            second_factor: SecondFactorPolicy::read(variables)?,
            longest_hash_wait: Duration::from_secs(5),
            longest_form_wait: Duration::from_secs(10),
            breached: variables.parse_optional(
                "VESTIBULE_BREACHED_PASSWORDS",
                "the path of a file",
                |text| Some(PathBuf::from(text)),
            )?,
            limits: variables.parse("VESTIBULE_LIMITS", "on", "on or off", |text| match text {
                "on" => Some(true),
                "off" => Some(false),
                _ => None,
            })?,
            cleanup_every: Duration::from_mins(10),
            start_timeout: Duration::from_mins(1),
            app_name,
            site: SiteSettings::read(variables)?,
            brand: variables.parse_optional("VESTIBULE_BRAND", "the path of a folder", |text| {
                Some(PathBuf::from(text))
            })?,
            log: variables.parse(
                "VESTIBULE_LOG",
                "info",
                "a log filter such as info or vestibule=debug",
                |text| {
                    // `Targets` takes a lone word as a module name and would silence everything
                    // else. It takes an empty directive as a filter that shows only errors.
                    let is_whole = |part: &str| part.split('=').all(|side| !side.trim().is_empty());
                    let is_directive = |part: &str| {
                        is_whole(part)
                            && (part.contains('=') || part.parse::<LevelFilter>().is_ok())
                    };
                    let parses =
                        text.split(',').all(is_directive) && text.parse::<Targets>().is_ok();
                    parses.then(|| text.to_owned())
                },
            )?,
            unknown,
        })
    }
}

#[cfg(test)]
mod tests;
