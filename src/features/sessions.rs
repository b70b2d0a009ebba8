//! Where a person is logged in, and logging out from afar. A page never names a session by its id, only by a handle that
//! opens nothing.

mod end_other_sessions;
mod end_session;
mod list_sessions;

pub mod sessions_api;
pub mod sessions_page;
