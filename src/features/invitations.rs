//! Accounts by invitation: the operator invites an address, and its owner creates the account with
//! the emailed link. An invitation works whatever the rule for sign-ups says.

mod accept_invitation;
pub mod invitation_page;
pub mod invite;
