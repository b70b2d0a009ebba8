//! The labels of fields whose text is shown again after the session has ended.

pub const NAME: &str = "Your name";
pub const HANDLE: &str = "Handle";
pub const BIO: &str = "Bio";
pub const NEW_EMAIL: &str = "New email address";
pub const TOKEN_NAME: &str = "Name";
