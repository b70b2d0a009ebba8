//! Browsers that skip the second step.

mod forget_browsers;

pub mod forget_page;
