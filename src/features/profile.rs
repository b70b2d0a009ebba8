//! The user's own profile: name, handle, bio and visibility.

mod update_profile;

pub mod me_api;
pub mod profile_page;
