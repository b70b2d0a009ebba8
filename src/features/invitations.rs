//! Accounts by invitation: an invited user creates the account with the emailed link.
//! `features::administration::invitations` sends it.

mod accept_invitation;
pub mod invitation_page;
