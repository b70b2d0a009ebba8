//! Groups of accounts: the operator and administrators create them, and add and remove members.

pub mod group_page;
pub mod groups_api;
pub mod groups_page;
pub mod manage_group;
pub mod members;
