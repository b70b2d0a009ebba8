//! Notifications: which emails an event causes, to whom, and with which undo link.

mod confirmation;
mod failed_logins;
mod security_notice;

pub use confirmation::{send_confirmation, send_confirmation_again};
pub use failed_logins::{notify_failed_logins, notify_lockout};
pub use security_notice::notify_with_undo;
