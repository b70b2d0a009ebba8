//! Emails about sign-ups that an administrator must approve.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::templates::templates;
use crate::mail::email::{Email, Facts};

/// Time for which the delivery of a decision is worthwhile. Its recipient waits for it.
const DECISION_LIFETIME: Duration = Duration::from_hours(7 * 24);

/// The owner of the mailbox confirmed a sign-up, which now awaits approval. Sent again when the
/// user requests a link or signs up again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalWaiting {}

impl Email for ApprovalWaiting {
    templates!(
        ApprovalWaiting,
        "approval_waiting",
        "mail/approval_waiting/heading.txt",
        "mail/approval_waiting/body.txt",
        "mail/approval_waiting/body.html"
    );
}

/// An administrator approved the sign-up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountApproved {
    pub name: Option<String>,
}

impl Email for AccountApproved {
    templates!(
        AccountApproved,
        "account_approved",
        "mail/account_approved/heading.txt",
        "mail/account_approved/body.txt",
        "mail/account_approved/body.html"
    );

    fn facts(&self) -> Facts<'_> {
        Facts::of_name(self.name.as_deref())
    }

    fn lifetime(&self) -> Duration {
        DECISION_LIFETIME
    }
}

/// An administrator declined the sign-up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountDeclined {
    pub name: Option<String>,
}

impl Email for AccountDeclined {
    templates!(
        AccountDeclined,
        "account_declined",
        "mail/account_declined/heading.txt",
        "mail/account_declined/body.txt",
        "mail/account_declined/body.html"
    );

    fn facts(&self) -> Facts<'_> {
        Facts::of_name(self.name.as_deref())
    }

    fn lifetime(&self) -> Duration {
        DECISION_LIFETIME
    }
}

/// Notifies an administrator how many sign-ups await approval.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalsWaiting {
    pub name: Option<String>,
    pub count: i64,
}

impl Email for ApprovalsWaiting {
    templates!(
        ApprovalsWaiting,
        "approvals_waiting",
        "mail/approvals_waiting/heading.txt",
        "mail/approvals_waiting/body.txt",
        "mail/approvals_waiting/body.html"
    );

    fn facts(&self) -> Facts<'_> {
        Facts::of_name(self.name.as_deref())
    }
}
