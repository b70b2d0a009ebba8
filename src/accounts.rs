//! Rules that several features share. Functions that use the database run inside the caller's
//! transaction and open none of their own. The rules know nothing of pages and emails.

pub mod access;
pub mod admin_log;
pub mod apps;
pub mod audit;
pub mod authentication;
pub mod devices;
pub mod export_slots;
pub mod form_results;
pub mod groups;
pub mod invitations;
pub mod links;
pub mod login_protection;
pub mod oauth;
pub mod rate_limits;
pub mod sessions;
pub mod signups;
pub mod users;
