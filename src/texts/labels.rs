//! The labels of fields whose text is shown again after the session has ended.

pub const NAME: &str = "Your name";
pub const HANDLE: &str = "Handle";
pub const BIO: &str = "Bio";
pub const NEW_EMAIL: &str = "New email address";
pub const TOKEN_NAME: &str = "Name";
pub const APP_NAME: &str = "Name of the app";
/// The name of an authenticator app that its owner has not named.
pub const USUAL_APP_NAME: &str = "Authenticator app";
pub const PASSKEY_NAME: &str = "Name of the passkey";
pub const ADDRESSES: &str = "Email addresses";
pub const GROUP_NAME: &str = "Name of the group";
pub const GROUP_TITLE: &str = "Title of the group";
pub const MEMBER: &str = "Email address of the user";
