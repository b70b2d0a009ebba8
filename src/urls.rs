//! Every path and every link, once: routes, pages and mails all take them from here.

use crate::config::PublicUrl;
use crate::values::Token;

/// The front page.
pub const FRONT: &str = "/";
/// Create an account.
pub const SIGN_UP: &str = "/signup";
/// 'Check your email', after a sign-up or a resend.
pub const SIGN_UP_SENT: &str = "/signup/sent";
/// Confirm an address.
pub const VERIFY: &str = "/verify";
/// Ask for the confirmation link again.
pub const VERIFY_RESEND: &str = "/verify/resend";
/// Log in.
pub const LOG_IN: &str = "/login";
/// Log out.
pub const LOG_OUT: &str = "/logout";
/// Ask for a link to set a new password.
pub const PASSWORD_FORGOT: &str = "/password/forgot";
/// 'Check your email', after that.
pub const PASSWORD_SENT: &str = "/password/sent";
/// Set a new password.
pub const PASSWORD_RESET: &str = "/password/reset";
/// The first page after login.
pub const DASHBOARD: &str = "/dashboard";
/// Where a signed-in person changes the password.
pub const ACCOUNT_PASSWORD: &str = "/account/password";
/// Where password managers look for that page (W3C, A Well-Known URL for Changing Passwords).
pub const CHANGE_PASSWORD: &str = "/.well-known/change-password";
/// The mails of development mode.
pub const DEV_MAILBOX: &str = "/dev/mailbox";
/// The same, for programs.
pub const DEV_MAILBOX_JSON: &str = "/dev/mailbox.json";
/// One mail's HTML part.
pub const DEV_MAILBOX_HTML: &str = "/dev/mailbox/{id}";
/// Whether the process serves.
pub const HEALTHZ: &str = "/healthz";
/// Whether the database is right.
pub const READYZ: &str = "/readyz";
/// What every static file's path begins with.
pub const STATIC: &str = "/static/";

/// The address of one mail's HTML part.
pub fn dev_mailbox_html(id: &str) -> String {
    DEV_MAILBOX_HTML.replace("{id}", id)
}

/// `/login?next=…`: log in, then go on to `next`.
pub fn log_in_then(next: &str) -> String {
    let next = percent_encoding::utf8_percent_encode(next, percent_encoding::NON_ALPHANUMERIC);
    format!("{LOG_IN}?next={next}")
}

/// The link of a confirmation mail.
pub fn verify_link(public_url: &PublicUrl, token: &Token) -> String {
    link(public_url, VERIFY, token)
}

/// The link of a mail for a new password.
pub fn reset_link(public_url: &PublicUrl, token: &Token) -> String {
    link(public_url, PASSWORD_RESET, token)
}

/// A page of this site as people reach it from elsewhere.
pub fn absolute(public_url: &PublicUrl, path: &str) -> String {
    format!("{public_url}{path}")
}

fn link(public_url: &PublicUrl, path: &str, token: &Token) -> String {
    format!("{public_url}{path}?token={}", token.expose())
}
