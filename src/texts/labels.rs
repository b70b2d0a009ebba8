//! The labels of fields whose text is shown again after the session has ended.

pub const NAME: &str = "Your name (optional)";
pub const HANDLE: &str = "Handle (optional)";
pub const BIO: &str = "Bio (optional)";
pub const NEW_EMAIL: &str = "New email address";
pub const TOKEN_NAME: &str = "Name";
