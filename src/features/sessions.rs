//! The list of sessions, and logging out other devices. Pages never contain a session id. They use
//! a public handle, which grants no access.

mod end_other_sessions;
mod end_session;
mod list_sessions;

pub mod end_page;
pub mod sessions_api;
pub mod sessions_page;
