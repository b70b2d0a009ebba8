//! A signed-in person changes the address: the new one is proven before the switch, the old one can take it back.

mod confirm_change;
pub mod confirm_page;
pub mod email_page;
mod request_change;
