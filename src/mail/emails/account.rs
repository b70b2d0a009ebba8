//! Emails about the account as a whole, and the operator's test.

use serde::{Deserialize, Serialize};

use super::security_notice::SecurityNotice;
use super::templates::templates;
use crate::clock::Timestamp;
use crate::mail::email::{Email, Facts};

/// An API token was created. With it, an API client can act as the user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenCreated {
    #[serde(flatten)]
    pub notice: SecurityNotice,
    /// The token's name as the user typed it.
    pub token_name: String,
    pub expires_at: Timestamp,
}

impl Email for TokenCreated {
    templates!(
        TokenCreated,
        "token_created",
        "mail/token_created/heading.txt",
        "mail/token_created/body.txt",
        "mail/token_created/body.html"
    );

    fn notice(&self) -> Option<&SecurityNotice> {
        Some(&self.notice)
    }
}

/// An administrator or the operator locked the account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountLocked {
    pub name: Option<String>,
    pub at: Timestamp,
}

impl Email for AccountLocked {
    templates!(
        AccountLocked,
        "account_locked",
        "mail/account_locked/heading.txt",
        "mail/account_locked/body.txt",
        "mail/account_locked/body.html"
    );

    fn facts(&self) -> Facts<'_> {
        Facts::of_event(self.name.as_deref(), self.at)
    }
}

/// An administrator or the operator unlocked the account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountUnlocked {
    pub name: Option<String>,
    pub at: Timestamp,
}

impl Email for AccountUnlocked {
    templates!(
        AccountUnlocked,
        "account_unlocked",
        "mail/account_unlocked/heading.txt",
        "mail/account_unlocked/body.txt",
        "mail/account_unlocked/body.html"
    );

    fn facts(&self) -> Facts<'_> {
        Facts::of_event(self.name.as_deref(), self.at)
    }
}

/// An administrator or the operator ended every session of the account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionsEnded {
    pub name: Option<String>,
    pub at: Timestamp,
}

impl Email for SessionsEnded {
    templates!(
        SessionsEnded,
        "sessions_ended",
        "mail/sessions_ended/heading.txt",
        "mail/sessions_ended/body.txt",
        "mail/sessions_ended/body.html"
    );

    fn facts(&self) -> Facts<'_> {
        Facts::of_event(self.name.as_deref(), self.at)
    }
}

/// The last email of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountDeleted {
    pub name: Option<String>,
    pub at: Timestamp,
}

impl Email for AccountDeleted {
    templates!(
        AccountDeleted,
        "account_deleted",
        "mail/account_deleted/heading.txt",
        "mail/account_deleted/body.txt",
        "mail/account_deleted/body.html"
    );

    fn facts(&self) -> Facts<'_> {
        Facts::of_event(self.name.as_deref(), self.at)
    }
}

/// Sent by the operator to test mail delivery.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Test {
    pub at: Timestamp,
}

impl Email for Test {
    templates!(
        Test,
        "test",
        "mail/test/heading.txt",
        "mail/test/body.txt",
        "mail/test/body.html"
    );

    fn facts(&self) -> Facts<'_> {
        Facts::of_event(None, self.at)
    }
}
