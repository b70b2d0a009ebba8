//! Emails about groups.

use serde::{Deserialize, Serialize};

use super::templates::templates;
use crate::clock::Timestamp;
use crate::mail::email::{Email, Facts};

/// An administrator added the user to a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupJoined {
    pub name: Option<String>,
    pub at: Timestamp,
    /// The title of the group.
    pub group: String,
}

impl Email for GroupJoined {
    templates!(
        GroupJoined,
        "group_joined",
        "mail/group_joined/heading.txt",
        "mail/group_joined/body.txt",
        "mail/group_joined/body.html"
    );

    fn facts(&self) -> Facts<'_> {
        Facts::of_event(self.name.as_deref(), self.at)
    }
}

/// An administrator removed the user from a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupLeft {
    pub name: Option<String>,
    pub at: Timestamp,
    /// The title of the group.
    pub group: String,
}

impl Email for GroupLeft {
    templates!(
        GroupLeft,
        "group_left",
        "mail/group_left/heading.txt",
        "mail/group_left/body.txt",
        "mail/group_left/body.html"
    );

    fn facts(&self) -> Facts<'_> {
        Facts::of_event(self.name.as_deref(), self.at)
    }
}
