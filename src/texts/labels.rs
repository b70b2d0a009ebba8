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
pub const APP_ID: &str = "ID of the app";
pub const APP_URL: &str = "Page that the dashboard links to";
pub const ORIGINS: &str = "Origins";
pub const NEEDS: &str = "Login that the app needs";
pub const PASSWORD_WITHIN: &str = "Largest age of the login, in minutes";
pub const USERNAME: &str = "Name that the app gets for a user";
pub const ASSERTION: &str = "Send a signed assertion with each request";
pub const PUBLIC_PATHS: &str = "Public paths";
pub const CROSS_ORIGINS: &str = "Origins whose pages may call the app";
pub const MAY_INTROSPECT: &str = "The app may introspect tokens";
pub const DISABLED: &str = "The app is disabled";
pub const MEMBER: &str = "Email address of the user";
