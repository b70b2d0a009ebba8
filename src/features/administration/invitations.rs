//! Invitations: the operator or an administrator invites an address, and its owner creates the
//! account (`features::invitations`). An invitation works whatever the rule for sign-ups says.

pub mod invitations_api;
pub mod invitations_page;
pub mod invite;
mod list_invitations;
