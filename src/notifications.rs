//! Notifications: which emails an event causes, to whom, and with which undo link.

mod administrators;
mod confirmation;
mod deletion;
mod factor_recoveries;
mod failed_logins;
mod logins;
mod second_steps;
mod security_notice;

pub use administrators::{has_new_approvals, notify_new_administrator, notify_of_approvals};
pub use confirmation::{send_confirmation, send_confirmation_again};
pub use deletion::remove_account;
pub use factor_recoveries::{notify_recovery_ready, remind_of_recovery, request_recovery};
pub use failed_logins::{notify_failed_logins, notify_lockout};
pub use logins::record_login;
pub use second_steps::{
    authorize, record_copied_passkey, record_factor_use, record_missed_second_step,
    record_rejected_factor, remove_second_step,
};
pub use security_notice::notify_with_undo;
