//! Registered apps: the operator and administrators create them, change them, and open them to
//! groups.

pub mod app_change;
pub mod app_page;
pub mod app_settings;
pub mod apps_api;
pub mod apps_page;
pub mod explain_access;
pub mod manage_app;
