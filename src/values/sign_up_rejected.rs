//! Reasons to reject a sign-up.

use std::error::Error;

use super::EmailDomain;

/// A reason to reject a sign-up. It does not depend on the accounts that exist.
/// `texts::sign_up` has the messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignUpRejected {
    /// No address can sign up.
    Closed,
    /// The address is at none of these domains.
    Domain(Vec<EmailDomain>),
}

impl Error for SignUpRejected {}
