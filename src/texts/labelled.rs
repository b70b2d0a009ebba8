//! Things with a label, and reasons to reject a label.

use std::error::Error;
use std::fmt;

use crate::values::{Label, LabelError};

/// A thing with a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Labelled {
    Token,
    /// An authenticator app or a passkey.
    Factor,
    Client,
    /// A registered app.
    App,
    /// The label of a group is its title.
    Group,
}

impl Labelled {
    /// Parses the label of such a thing.
    pub fn parse(self, typed: &str) -> Result<Label, LabelReason> {
        Label::parse(typed).map_err(|error| LabelReason(self, error))
    }
}

/// A reason to reject the label of a thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelReason(pub Labelled, pub LabelError);

impl Error for LabelReason {}

impl fmt::Display for LabelReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(labelled, error) = self;
        let word = match labelled {
            Labelled::Group => "Title",
            Labelled::Token | Labelled::Factor | Labelled::Client | Labelled::App => "Name",
        };
        match error {
            LabelError::Empty => f.write_str(match labelled {
                Labelled::Token => "Enter a name for this token",
                Labelled::Factor | Labelled::Client | Labelled::App => "Enter a name",
                Labelled::Group => "Enter a title",
            }),
            LabelError::TooLong => write!(f, "{word} must be 60 characters or fewer"),
            LabelError::ControlCharacter => {
                write!(f, "{word} can’t contain line breaks or control characters")
            }
            LabelError::Direction => write!(
                f,
                "{word} can’t contain characters that change the direction of text"
            ),
        }
    }
}
