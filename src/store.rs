//! Tables: one file each, with its row, its insertable twin and its queries. A store function takes a connection and
//! gives plain values; it decides nothing. Times are milliseconds since 1970.

pub mod events;
pub mod instance;
pub mod known_devices;
pub mod links;
pub mod oauth_clients;
pub mod outbox;
pub mod password_credentials;
pub mod pending_signups;
pub mod people;
pub mod personal_tokens;
pub mod retention;
pub mod schema;
pub mod sessions;
pub mod throttles;
pub mod users;

/// The most rows that one `keep_newest` deletes, so that no request pays for a long history. It is called for every new
/// row, so a surplus shrinks.
const TRIM_LIMIT: i64 = 200;
