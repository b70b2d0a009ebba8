//! Front page, for browsers without a session.

pub mod front_page;
