//! Texts of the pages that say why a user does not arrive at an app.

use std::borrow::Cow;

/// The reason why a user does not arrive at an app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HandoverText {
    NoAccess {
        app: String,
    },
    /// The app is closed to all users.
    Disabled {
        app: String,
    },
    /// The browser keeps no cookie for the host.
    NoCookies {
        app: String,
        host: String,
    },
    /// The browser came back many times within a minute.
    Loop {
        app: String,
    },
    /// The link was not made for this browser or this app.
    Unusable {
        app: String,
    },
    UnknownApp,
    /// The form of a page was sent after its session had ended.
    LoggedOut,
}

impl HandoverText {
    pub fn title(&self) -> Cow<'static, str> {
        match self {
            Self::NoAccess { app } | Self::Disabled { app } => {
                format!("You can’t open {app}").into()
            }
            Self::NoCookies { .. } => "Cookies are needed".into(),
            Self::Loop { app } => format!("We couldn’t open {app}").into(),
            Self::Unusable { .. } => "This login can’t be completed".into(),
            Self::UnknownApp => "We don’t know this app".into(),
            Self::LoggedOut => "You’re logged out".into(),
        }
    }

    /// Returns the message. `site` is the name of the site.
    pub fn message(&self, site: &str) -> String {
        match self {
            Self::NoAccess { .. } => format!(
                "Your account isn’t in a group that may use it. Ask the {site} team for access."
            ),
            Self::Disabled { .. } => {
                format!("It’s closed at the moment. Ask the {site} team when it will be available.")
            }
            Self::NoCookies { app, host } => format!(
                "Your browser didn’t keep the cookie of {host}, or the login took more than 10 \
                 minutes. Allow cookies for {host}, then open {app} again."
            ),
            Self::Loop { .. } => format!(
                "Wait a minute and try again. If that doesn’t help, allow cookies for this site. \
                 If they are allowed, tell the {site} team that the proxy or a clock may be wrong."
            ),
            Self::Unusable { app } => {
                format!("It was started in another browser, or too long ago. Open {app} again.")
            }
            Self::UnknownApp => {
                format!("This link leads to no app. Check it, or ask the {site} team.")
            }
            Self::LoggedOut => "Open a new tab and log in. Then return to the form and send it \
                                again. Your browser usually keeps what you typed."
                .to_owned(),
        }
    }
}
