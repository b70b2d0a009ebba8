//! Management of other users' accounts: finding, locking and unlocking them, and ending their
//! sessions. Administrators use the API, and the operator uses the command line. Only the operator
//! can appoint administrators and import users.

pub mod admin_action;
pub mod end_all_sessions;
pub mod explain;
pub mod find_users;
pub mod import_users;
pub mod lock_account;
mod request_factor_recovery;
pub mod set_administrator;
pub mod users_api;
