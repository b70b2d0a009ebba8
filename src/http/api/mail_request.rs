//! The body of an API request that sends an email, and its response. The response is the same
//! whether or not an email is sent.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::http::error::Error;
use crate::http::form_errors::FormErrors;
use crate::values::EmailAddress;

/// The recipient of an email.
#[derive(Deserialize, JsonSchema)]
pub struct MailRequest {
    /// Email address.
    #[schemars(email, length(max = 254), example = &"ada@example.org")]
    email: String,
}

/// The email address. It gets an email only if one is due.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SentTo {
    /// Email address.
    #[schemars(example = &"ada@example.org")]
    email: String,
}

impl MailRequest {
    /// Returns the parsed email address, or a 422 for the member `email`.
    pub fn address(&self) -> Result<EmailAddress, Error> {
        let mut errors = FormErrors::default();
        errors
            .check("email", EmailAddress::parse(&self.email))
            .ok_or(Error::Invalid(errors))
    }
}

impl From<&EmailAddress> for SentTo {
    fn from(email: &EmailAddress) -> Self {
        Self {
            email: email.as_str().to_owned(),
        }
    }
}
