//! Apps behind a proxy. The proxy asks with each request if its user may use the app. A user
//! without a session at the app's host gets one by a hand-over from the public site.

mod check_access;
mod message_page;
mod redeem_code;
mod way_cookie;

pub mod check_api;
pub mod done_page;
pub mod enter_page;
pub mod in_page;

#[cfg(test)]
pub use message_page::samples;
