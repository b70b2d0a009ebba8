//! What administrators do with other people's accounts: find them, lock and unlock them, log their devices out. Who is one
//! is said by the operator, at the command line.

mod act;
mod end_all_sessions;
mod find_users;
mod lock_account;

pub mod set_administrator;
pub mod users_api;
