//! The texts of error pages.

use std::borrow::Cow;
use std::time::Duration;

use super::waits::display_wait;

pub const LOG_IN: &str = "Log in";

/// The labels of links from an error page to a page that helps.
pub mod back {
    pub const HOME: &str = "Go to the home page";
    pub const DASHBOARD: &str = "Go to your dashboard";
    pub const SIGN_UP: &str = "Back to sign-up";
    pub const LOG_IN: &str = "Back to login";
    pub const RESEND: &str = "Resend confirmation email";
    pub const FORGOT: &str = "Reset your password";
    pub const PROFILE: &str = "Back to your profile";
    pub const SECURITY: &str = "Back to security";
    pub const APP: &str = "Back to the setup";
    pub const PASSKEY: &str = "Back to adding a passkey";
    pub const RECOVERY_CODES: &str = "Back to recovery codes";
    pub const EMAIL: &str = "Back to your email address";
    pub const SESSIONS: &str = "Back to sessions";
    pub const APPS: &str = "Back to your apps";
    pub const TOKENS: &str = "Back to API tokens";
    pub const ACTIVITY: &str = "Back to activity";
    pub const EXPORT: &str = "Back to your data";
    pub const ADMINISTRATION: &str = "Back to the administration";
    pub const DELETE: &str = "Back to account deletion";
}

/// An error that has a page.
#[derive(Clone, Copy, Debug)]
pub enum ErrorText {
    BadRequest,
    LoginRequired,
    /// The page shows what was typed.
    LoginRequiredTyped,
    SessionChanged,
    CrossSite,
    OtherAccount,
    OriginHidden,
    NotFound,
    MethodNotAllowed,
    RequestTimeout,
    TooLarge,
    UnsupportedMediaType,
    /// Contains the remaining wait.
    RateLimited(Duration),
    HeadTooLarge,
    Unavailable,
    Internal,
}

impl ErrorText {
    pub fn title(self) -> &'static str {
        match self {
            Self::BadRequest => "Something was wrong with that request",
            Self::LoginRequired | Self::LoginRequiredTyped => "Log in to continue",
            Self::SessionChanged => "We can’t tell whether that worked",
            Self::CrossSite => "This form has expired",
            Self::OtherAccount => "You’re logged in to another account",
            Self::OriginHidden => "We can’t accept forms from this browser",
            Self::NotFound => "Page not found",
            Self::MethodNotAllowed => "This page can’t be opened directly",
            Self::RequestTimeout => "That took too long",
            Self::TooLarge => "That’s too large",
            Self::UnsupportedMediaType => "We can’t read that",
            Self::RateLimited(_) => "Too many requests",
            Self::HeadTooLarge => "Your browser sent too much data",
            Self::Unavailable => "Sorry, we’re not available right now",
            Self::Internal => "Sorry, something went wrong",
        }
    }

    pub fn message(self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::BadRequest | Self::MethodNotAllowed => "Nothing was changed.",
            Self::LoginRequired => {
                "Your session has ended, so nothing was saved. Log in to return to the form."
            }
            Self::LoginRequiredTyped => {
                "Your session has ended, so nothing was saved. Copy what you typed below, then log \
                 in to return to the form."
            }
            Self::SessionChanged => {
                "You may have been logged out, or the form may have been sent twice. Check \
                 whether your change was saved before you try again."
            }
            Self::CrossSite => {
                "It came from another page or an old tab, so nothing was changed. Open the page \
                 again and try once more."
            }
            Self::OtherAccount => {
                "You opened this form with a different account, so nothing was changed. Open the \
                 page again and try once more."
            }
            Self::OriginHidden => {
                "This browser, or an extension, hides which site a form comes from. Allow it for \
                 this site, or use a different browser. Nothing was changed."
            }
            Self::NotFound => {
                "Check the address. If you followed a link from an email, make sure you copied \
                 all of it."
            }
            Self::RequestTimeout => {
                "Your connection may be slow, or it was interrupted. Nothing was changed."
            }
            Self::TooLarge => "You sent more than we can accept. Nothing was changed.",
            Self::UnsupportedMediaType => {
                "Your browser sent the form in a way we don’t support. Nothing was changed."
            }
            Self::RateLimited(wait) => {
                return Cow::Owned(format!(
                    "Try again in {}. Nothing was changed.",
                    display_wait(wait)
                ));
            }
            Self::HeadTooLarge => "Clear this site’s cookies, then try again.",
            Self::Unavailable => "Try again in a few minutes. Your account is safe.",
            Self::Internal => "Try again later. Your last change may not have been saved.",
        })
    }
}
