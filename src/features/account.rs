//! Everything that a person can see and change, at a glance.

pub mod overview_page;
