//! Database tables. Each file holds the rows and the queries of one table or one purpose.
//!
//! A store function takes a connection and returns plain values. It contains no business rules.
//! Times are milliseconds since 1970.
//!
//! An inserted row gives each of its columns a value, also NULL: `treat_none_as_default_value` is
//! off. Diesel would otherwise add code to each insertion, for columns that may be left out.

pub mod account_summary;
pub mod admin_log;
pub mod app_groups;
pub mod app_logins;
pub mod app_origins;
pub mod app_secrets;
pub mod apps;
pub mod events;
pub mod factor_recoveries;
pub mod form_results;
pub mod group_members;
pub mod groups;
pub mod instance;
pub mod invitations;
pub mod known_devices;
pub mod links;
pub mod login_failures;
pub mod outbox;
pub mod passkeys;
pub mod password_credentials;
pub mod pending_logins;
pub mod pending_signups;
pub mod people;
pub mod personal_tokens;
pub mod rate_limits;
pub mod recovery_codes;
pub mod retention;
pub mod schema;
pub mod session_lists;
pub mod sessions;
pub mod spent_challenges;
mod text_search;
pub mod totp_credentials;
mod undoable;
pub mod used_codes;
pub mod users;

/// Limits the rows that one `keep_newest` deletes, so that a long history does not slow down a
/// request. Every new row triggers a trim, so a surplus still shrinks.
const TRIM_LIMIT: i64 = 200;
