//! The front page, for who is not signed in.

pub mod front_page;
