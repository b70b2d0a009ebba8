//! Rules that several features share. Functions that use the database run inside the caller's
//! transaction and open none of their own. The rules know nothing of pages and emails.

pub mod addresses;
pub mod audit;
pub mod devices;
pub mod export_slots;
pub mod hasher;
pub mod links;
pub mod login_protection;
pub mod new_users;
pub mod oauth_clients;
pub mod passwords;
pub mod personal_tokens;
pub mod rate_limits;
pub mod reauthentication;
pub mod sessions;
pub mod signups;
