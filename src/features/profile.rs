//! Your profile: name, handle and bio, and whether others see them.

mod update_profile;

pub mod me_api;
pub mod profile_page;
