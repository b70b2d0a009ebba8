//! Emails about a change of the email address.

use serde::{Deserialize, Serialize};

use super::security_notice::SecurityNotice;
use super::templates::templates;
use crate::accounts::links::Purpose;
use crate::clock::Timestamp;
use crate::mail::email::{Email, Facts};
use crate::values::Token;

/// Sent to the new email address of an account. It is not confirmed yet, so no text in it comes
/// from the client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfirmNewAddress {
    pub token: Token,
}

impl Email for ConfirmNewAddress {
    templates!(
        ConfirmNewAddress,
        "confirm_new_address",
        "mail/confirm_new_address/heading.txt",
        "mail/confirm_new_address/body.txt",
        "mail/confirm_new_address/body.html"
    );

    fn link(&self) -> Option<(Purpose, &Token)> {
        Some((Purpose::ChangeAddress, &self.token))
    }
}

/// Sent to the current email address after a change was requested.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddressChanging {
    #[serde(flatten)]
    pub notice: SecurityNotice,
    /// The new email address, partly hidden.
    pub to: String,
}

impl Email for AddressChanging {
    templates!(
        AddressChanging,
        "address_changing",
        "mail/address_changing/heading.txt",
        "mail/address_changing/body.txt",
        "mail/address_changing/body.html"
    );

    fn notice(&self) -> Option<&SecurityNotice> {
        Some(&self.notice)
    }
}

/// Sent to the previous email address after the new one was confirmed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddressChanged {
    #[serde(flatten)]
    pub notice: SecurityNotice,
    /// The new email address, partly hidden.
    pub to: String,
}

impl Email for AddressChanged {
    templates!(
        AddressChanged,
        "address_changed",
        "mail/address_changed/heading.txt",
        "mail/address_changed/body.txt",
        "mail/address_changed/body.html"
    );

    fn notice(&self) -> Option<&SecurityNotice> {
        Some(&self.notice)
    }
}

/// Another account tried to change to this account's email address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddressInUse {
    pub name: Option<String>,
}

impl Email for AddressInUse {
    templates!(
        AddressInUse,
        "address_in_use",
        "mail/address_in_use/heading.txt",
        "mail/address_in_use/body.txt",
        "mail/address_in_use/body.html"
    );

    fn facts(&self) -> Facts<'_> {
        Facts::of_name(self.name.as_deref())
    }
}

/// Sent to the email address that the account lost when an earlier undo link was used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddressTakenBack {
    pub name: Option<String>,
    pub at: Timestamp,
    /// The email address that the account has again, partly hidden.
    pub to: String,
}

impl Email for AddressTakenBack {
    templates!(
        AddressTakenBack,
        "address_taken_back",
        "mail/address_taken_back/heading.txt",
        "mail/address_taken_back/body.txt",
        "mail/address_taken_back/body.html"
    );

    fn facts(&self) -> Facts<'_> {
        Facts::of_event(self.name.as_deref(), self.at)
    }
}
