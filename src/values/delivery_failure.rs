//! The reasons why an email was not delivered.

use strum::IntoStaticStr;

/// The result of a failed attempt to deliver an email, as `vestibule mail list` shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum DeliveryFailure {
    /// The mail server could not be reached, or it rejected the login.
    ServerAway,
    /// The connection ended before the mail server accepted or rejected the email.
    BrokenOff,
    /// The mail server rejected the sender, or applied a policy to the email.
    SenderRejected,
    RejectedTemporarily,
    /// The mail server may have accepted the email.
    OutcomeUnknown,
}
