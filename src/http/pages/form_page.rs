//! The page of each form.

use crate::urls;

/// Returns the path and title of the page whose form is sent to `path`.
pub fn form_page(path: &str) -> (&'static str, &'static str) {
    match path {
        urls::SIGN_UP => (urls::SIGN_UP, "Create an account"),
        urls::LOG_IN => (urls::LOG_IN, "Log in"),
        urls::LOG_OUT => (urls::DASHBOARD, "Dashboard"),
        urls::VERIFY | urls::VERIFY_RESEND => (urls::VERIFY_RESEND, "Send the link again"),
        urls::PASSWORD_FORGOT | urls::PASSWORD_RESET => {
            (urls::PASSWORD_FORGOT, "Forgot your password?")
        }
        urls::ACCOUNT_PROFILE => (urls::ACCOUNT_PROFILE, "Your profile"),
        urls::ACCOUNT_PASSWORD => (urls::ACCOUNT_PASSWORD, "Change your password"),
        urls::ACCOUNT_EMAIL | urls::ACCOUNT_EMAIL_CONFIRM => {
            (urls::ACCOUNT_EMAIL, "Change your email address")
        }
        urls::ACCOUNT_EXPORT => (urls::ACCOUNT_EXPORT, "Download your data"),
        urls::ACCOUNT_DELETE => (urls::ACCOUNT_DELETE, "Delete your account"),
        path if path.starts_with(urls::ACCOUNT_SESSIONS) => {
            (urls::ACCOUNT_SESSIONS, "Where you're logged in")
        }
        path if path.starts_with(urls::ACCOUNT_TOKENS) => (urls::ACCOUNT_TOKENS, "Access tokens"),
        path if path.starts_with(urls::ACCOUNT_ACTIVITY) => (urls::ACCOUNT_ACTIVITY, "Activity"),
        _ => (urls::FRONT, "the front page"),
    }
}
