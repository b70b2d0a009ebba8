//! Reasons to reject the response of a passkey before its account is known.

/// A response that cannot be used. `texts::passkeys` has the messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasskeyError {
    /// The challenge has expired, or is for another page.
    Expired,
    Rejected,
}
