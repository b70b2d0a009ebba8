//! The page of each form.

use crate::texts::error_pages::back;
use crate::urls;

/// Returns the path of the page whose form is sent to `path`, and the label of a link to it.
pub fn form_page(path: &str) -> (&'static str, &'static str) {
    match path {
        urls::SIGN_UP => (urls::SIGN_UP, back::SIGN_UP),
        urls::LOG_IN | urls::LOG_IN_PASSKEY => (urls::LOG_IN, back::LOG_IN),
        urls::LOG_IN_SECOND_STEP => (urls::LOG_IN_SECOND_STEP, back::LOG_IN),
        urls::LOG_OUT | urls::LOG_IN_AGAIN => (urls::DASHBOARD, back::DASHBOARD),
        urls::VERIFY | urls::VERIFY_RESEND => (urls::VERIFY_RESEND, back::RESEND),
        urls::PASSWORD_FORGOT | urls::PASSWORD_RESET => (urls::PASSWORD_FORGOT, back::FORGOT),
        urls::ACCOUNT_PROFILE => (urls::ACCOUNT_PROFILE, back::PROFILE),
        urls::ACCOUNT_PASSWORD => (urls::ACCOUNT_PASSWORD, back::SECURITY),
        urls::ACCOUNT_PASSWORD_REMOVE => (urls::ACCOUNT_PASSWORD_REMOVE, back::SECURITY),
        urls::ACCOUNT_APP_NEW => (urls::ACCOUNT_APP_NEW, back::APP),
        urls::ACCOUNT_PASSKEY_NEW => (urls::ACCOUNT_PASSKEY_NEW, back::PASSKEY),
        path if path.starts_with(urls::ACCOUNT_RECOVERY_CODES) => {
            (urls::ACCOUNT_RECOVERY_CODES, back::RECOVERY_CODES)
        }
        path if path.starts_with(urls::ACCOUNT_SECURITY) => {
            (urls::ACCOUNT_SECURITY, back::SECURITY)
        }
        path if path.starts_with(urls::ACCOUNT_EMAIL) => (urls::ACCOUNT_EMAIL, back::EMAIL),
        urls::ACCOUNT_EXPORT => (urls::ACCOUNT_EXPORT, back::EXPORT),
        urls::ACCOUNT_DELETE => (urls::ACCOUNT_DELETE, back::DELETE),
        path if path.starts_with(urls::ACCOUNT_SESSIONS) => {
            (urls::ACCOUNT_SESSIONS, back::SESSIONS)
        }
        path if path.starts_with(urls::ACCOUNT_TOKENS) => (urls::ACCOUNT_TOKENS, back::TOKENS),
        path if path.starts_with(urls::ACCOUNT_APPS) => (urls::ACCOUNT_APPS, back::APPS),
        path if path.starts_with(urls::ACCOUNT_ACTIVITY) => {
            (urls::ACCOUNT_ACTIVITY, back::ACTIVITY)
        }
        urls::ADMIN_WAITING => (urls::ADMIN_WAITING, back::ADMINISTRATION),
        path if path.starts_with(urls::ADMIN_INVITATIONS) => {
            (urls::ADMIN_INVITATIONS, back::ADMINISTRATION)
        }
        path if path.starts_with(urls::ADMIN_GROUPS) => (urls::ADMIN_GROUPS, back::ADMINISTRATION),
        path if path.starts_with(urls::ADMIN_APPS) => (urls::ADMIN_APPS, back::ADMINISTRATION),
        path if urls::is_administration(path) => (urls::ADMIN_PEOPLE, back::ADMINISTRATION),
        _ => (urls::FRONT, back::HOME),
    }
}
