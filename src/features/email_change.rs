//! Change of an account's email address. The user confirms the new address before the change takes
//! effect. The old address receives an undo link. Until then, the user can cancel the change or
//! have the link sent again.

mod cancel_change;
mod confirm_change;
pub mod confirm_page;
pub mod email_page;
mod request_change;
mod resend_link;
