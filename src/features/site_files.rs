//! The files that programs look for at fixed paths.

pub mod icons_page;
pub mod robots_page;
