//! Emails of a sign-up.

use serde::{Deserialize, Serialize};

use super::templates::templates;
use crate::accounts::links::Purpose;
use crate::mail::email::{Email, Facts};
use crate::values::Token;

/// The first email of a sign-up. Except for the email address, no text in it comes from the sign-up
/// form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfirmEmail {
    pub token: Token,
}

impl Email for ConfirmEmail {
    templates!(
        ConfirmEmail,
        "confirm_email",
        "mail/confirm_email/heading.txt",
        "mail/confirm_email/body.txt",
        "mail/confirm_email/body.html"
    );

    fn link(&self) -> Option<(Purpose, &Token)> {
        Some((Purpose::Verify, &self.token))
    }
}

/// Another sign-up arrived for an email address with a pending sign-up. The user chooses the
/// password at the link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChoosePassword {
    pub token: Token,
}

impl Email for ChoosePassword {
    templates!(
        ChoosePassword,
        "choose_password",
        "mail/choose_password/heading.txt",
        "mail/choose_password/body.txt",
        "mail/choose_password/body.html"
    );

    fn link(&self) -> Option<(Purpose, &Token)> {
        Some((Purpose::Verify, &self.token))
    }
}

/// A sign-up arrived for an email address that has an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlreadyRegistered {
    pub name: Option<String>,
}

impl Email for AlreadyRegistered {
    templates!(
        AlreadyRegistered,
        "already_registered",
        "mail/already_registered/heading.txt",
        "mail/already_registered/body.txt",
        "mail/already_registered/body.html"
    );

    fn facts(&self) -> Facts<'_> {
        Facts::of_name(self.name.as_deref())
    }
}
