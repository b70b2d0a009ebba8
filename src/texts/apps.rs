//! Texts about registered apps.

use std::error::Error;
use std::fmt;

use super::labelled::LabelReason;
use crate::values::OriginError;

/// A reason to reject the value of a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SettingError {
    /// No setting has this name.
    Unknown(String),
    Name(LabelReason),
    Url,
    Origin(OriginError),
    TooManyOrigins,
    Needs,
    Age,
    Username,
    Switch,
    Id,
    IdTaken,
    /// The host name belongs to another app, or to Vestibule itself.
    OriginTaken(String),
    /// An origin with http outside development mode.
    HttpNotAllowed(String),
    Group,
    /// The path that is not accepted.
    Path(String),
    /// The settings changed after the page was shown.
    ChangedMeanwhile,
}

impl Error for SettingError {}

impl From<LabelReason> for SettingError {
    fn from(reason: LabelReason) -> Self {
        Self::Name(reason)
    }
}

impl From<OriginError> for SettingError {
    fn from(error: OriginError) -> Self {
        Self::Origin(error)
    }
}

impl fmt::Display for SettingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unknown(name) => return write!(f, "There is no setting {name}"),
            Self::Name(reason) => return reason.fmt(f),
            Self::Url => "Enter an https URL, such as https://wiki.example.org/",
            Self::Origin(OriginError::Malformed) => {
                "Enter origins that begin with https:// and have no path, such as \
                 https://wiki.example.org"
            }
            Self::Origin(OriginError::NoHostName) => {
                "Enter a host name of its own for the app. Browsers send a cookie to every port of \
                 localhost or an IP address."
            }
            Self::Origin(OriginError::NotHttps) => {
                "Enter an https origin. Only a host below localhost can have http."
            }
            Self::TooManyOrigins => "Enter at most 20 origins",
            Self::Needs => "Enter password or second_step",
            Self::Age => "Enter a whole number of minutes from 1 to 259200",
            Self::Username => "Enter email or id",
            Self::Switch => "Enter on or off",
            Self::Id => {
                "Enter 2 to 32 lowercase letters, digits or hyphens, beginning with a letter"
            }
            Self::IdTaken => "An app has this id already",
            Self::OriginTaken(origin) => {
                return write!(
                    f,
                    "The host of {origin} belongs to another app, or to Vestibule itself"
                );
            }
            Self::HttpNotAllowed(origin) => {
                return write!(
                    f,
                    "{origin} must begin with https. Only development mode accepts http."
                );
            }
            Self::Group => "Choose a group",
            Self::ChangedMeanwhile => {
                "The settings of this app have changed since you opened this page, so nothing was \
                 saved. Open the page in another tab to compare. If you save again, your settings \
                 replace the others."
            }
            Self::Path(path) => {
                return write!(
                    f,
                    "{path} can’t be a public path. A path begins with / and has only ASCII \
                     characters. It can’t contain % ? # ; \\ or //, or a part that begins with \
                     a dot."
                );
            }
        })
    }
}
