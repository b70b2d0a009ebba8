//! The texts of error pages.

pub const LOG_IN: &str = "Log in";
pub const FRONT_PAGE: &str = "Front page";

const NOTHING_CHANGED: &str = "Nothing was changed.";

/// An error that has a page.
#[derive(Clone, Copy, Debug)]
pub enum ErrorText {
    BadRequest,
    LogInFirst,
    SessionChanged,
    NotFromHere,
    NotFound,
    MethodNotAllowed,
    RequestTimeout,
    TooLarge,
    UnsupportedMediaType,
    TooMany,
    HeadTooLarge,
    Unavailable,
    Internal,
}

/// Returns the label of the link back to a page with a form.
pub fn back_to(title: &str) -> String {
    format!("Back to {title}")
}

impl ErrorText {
    pub fn title(self) -> &'static str {
        self.parts().0
    }

    pub fn message(self) -> &'static str {
        self.parts().1
    }

    /// Returns title and message.
    fn parts(self) -> (&'static str, &'static str) {
        match self {
            Self::BadRequest => ("That didn't arrive as expected", NOTHING_CHANGED),
            Self::LogInFirst => (
                "Log in first",
                "You're not logged in any more, so nothing was changed. Log in, and you come back \
                 to the form.",
            ),
            Self::SessionChanged => (
                "Something changed meanwhile",
                "You were logged out while this form was on its way, your password was changed, or \
                 the form was sent \
                 twice. Look whether it was done before you send it again.",
            ),
            Self::NotFromHere => (
                "This form can't be used any more",
                "It was sent from another page or an old tab, so nothing was changed. Open the \
                 page again and retry.",
            ),
            Self::NotFound => (
                "Page not found",
                "If you typed the address, check it. If you followed a link from a mail, copy all \
                 of it.",
            ),
            Self::MethodNotAllowed => ("This page can't be opened like that", NOTHING_CHANGED),
            Self::RequestTimeout => (
                "That took too long to arrive",
                "The connection may be slow or was interrupted. Nothing was changed.",
            ),
            Self::TooLarge => ("That's too large", NOTHING_CHANGED),
            Self::UnsupportedMediaType => ("We can't read that", NOTHING_CHANGED),
            Self::TooMany => (
                "Too many requests",
                "Wait a while, then try again. Nothing was changed.",
            ),
            Self::HeadTooLarge => (
                "Your browser sent too much",
                "Its cookies or the address of the page are too large. Remove this site's cookies, \
                 then try again.",
            ),
            Self::Unavailable => (
                "Sorry, we're not available right now",
                "Try again in a few minutes. Your account is safe.",
            ),
            Self::Internal => (
                "Sorry, there is a problem",
                "Try again later. What you sent may not have been saved.",
            ),
        }
    }
}
