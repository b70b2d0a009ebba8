//! What administrators do with other people's accounts, by the API, and the operator, at the command line: find them, lock and
//! unlock them, log their devices out. Who is an administrator the operator says, who may also bring accounts of another system.

pub mod admin_action;
pub mod end_all_sessions;
pub mod explain;
pub mod find_users;
pub mod import_users;
pub mod lock_account;
pub mod set_administrator;
pub mod users_api;
