//! Sessions: one login of one device, with a row in the database. [`policy`] has every lifetime and
//! limit.

pub mod bearer;
mod end;
mod find;
pub mod policy;
pub mod refresh;
mod start;

pub use end::{EndReason, end, end_all, end_of_passkey, end_others};
pub use find::{find, find_of_api_client, find_with_summary, record_last_seen};
pub use start::{NewSession, SessionKind, StrongerLogin, renew, start};
