//! Apps behind a proxy. The proxy asks with each request if its user may use the app. A user
//! without a session at the app's host gets one by a hand-over from the public site.

mod check_access;
mod handover_cookie;
mod identity;
mod message_page;
mod record_rejection;
mod redeem_code;

pub mod app_host_page;
pub mod check_api;
pub mod done_page;
pub mod enter_page;

#[cfg(test)]
pub use message_page::samples;
