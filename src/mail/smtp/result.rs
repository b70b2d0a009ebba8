//! The meaning of a failed attempt.

use thiserror::Error;

use super::reply::{Reply, ReplyError};

/// "Service not available, closing transmission channel" (RFC 5321 §3.8).
const SERVICE_NOT_AVAILABLE: u16 = 421;
/// "Insufficient system storage" (RFC 5321 §4.2.3). Some servers also use it for a limit on the
/// emails of one connection.
const INSUFFICIENT_STORAGE: u16 = 452;

/// A failed attempt to send an email. The text is the server's reply, or the reason why there is
/// none.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NotSent {
    /// The server cannot be reached, or it rejects the login. This says nothing about the email.
    #[error("{0}")]
    ServerAway(String),
    /// The connection ended before the server accepted or rejected the email.
    #[error("{0}")]
    BrokenOff(String),
    /// The server accepts no further email over this connection. It has accepted one before.
    #[error("{0}")]
    ConnectionLimited(String),
    /// The server rejects the sender, or applies a policy to the email. Often a setting of
    /// Vestibule or of the mail server is wrong.
    #[error("{0}")]
    SenderRejected(String),
    /// A temporary rejection (4xx).
    #[error("{0}")]
    RejectedTemporarily(String),
    /// A permanent rejection of the recipient or the message (5xx).
    #[error("{0}")]
    RejectedPermanently(String),
    /// The whole email was sent, but no readable reply came. It may have been accepted.
    #[error("{0}")]
    OutcomeUnknown(String),
}

impl NotSent {
    /// Judges a rejection by the reply's code and enhanced status, because many servers report a
    /// rejected sender only at `RCPT`. A rejection of `MAIL` never concerns the recipient, whom the
    /// server does not know yet.
    pub(super) fn from_rejection(
        reply: &Reply,
        is_reply_to_mail: bool,
        is_connection_used: bool,
    ) -> Self {
        let text = reply.to_string();
        match reply.code {
            SERVICE_NOT_AVAILABLE if is_connection_used => Self::ConnectionLimited(text),
            // The mailbox may be full as well (RFC 3463 §3.3).
            INSUFFICIENT_STORAGE
                if is_connection_used && !matches!(reply.enhanced_status(), Some((2, _))) =>
            {
                Self::ConnectionLimited(text)
            }
            SERVICE_NOT_AVAILABLE if is_reply_to_mail => Self::ServerAway(text),
            SERVICE_NOT_AVAILABLE => Self::BrokenOff(text),
            400..=499 => Self::RejectedTemporarily(text),
            _ if is_reply_to_mail || rejects_sender(reply) => Self::SenderRejected(text),
            _ => Self::RejectedPermanently(text),
        }
    }
}

/// Maps an error before the final dot.
impl From<ReplyError> for NotSent {
    fn from(error: ReplyError) -> Self {
        Self::BrokenOff(error.to_string())
    }
}

/// Returns true if a 5xx reply concerns the sender, the login, a policy or the protocol. It then
/// does not concern the recipient.
fn rejects_sender(reply: &Reply) -> bool {
    match reply.enhanced_status() {
        // Security or policy; the sender's address; the server's features or configuration; the
        // protocol (RFC 3463 §3). Details 3.0 and 5.0 say nothing, and some servers give them for
        // an unknown recipient.
        Some((7, _) | (1, 7 | 8) | (3, 2 | 5) | (5, 1 | 2 | 4)) => true,
        // A command that is unknown, not implemented or too early (RFC 5321 §4.2.3); no mail
        // service (RFC 7504); a login is needed (RFC 4954 §6).
        _ => matches!(reply.code, 500 | 502..=504 | 521 | 530 | 534 | 535 | 538),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reply_is_judged_by_code_and_enhanced_status() {
        use NotSent::{
            BrokenOff, ConnectionLimited, RejectedPermanently, RejectedTemporarily, SenderRejected,
            ServerAway,
        };
        type Kind = fn(String) -> NotSent;
        for (text, is_reply_to_mail, is_connection_used, kind) in [
            (
                "553 5.7.1 <a@b>: Sender address rejected",
                false,
                false,
                SenderRejected as Kind,
            ),
            (
                "554 5.7.1 <a@b>: Relay access denied",
                false,
                false,
                SenderRejected,
            ),
            ("550 5.1.8 bad sender domain", false, false, SenderRejected),
            ("550 5.1.7 bad sender address", false, false, SenderRejected),
            ("530 5.7.0 log in first", false, false, SenderRejected),
            ("530 log in first", false, false, SenderRejected),
            ("503 AUTH first", false, false, SenderRejected),
            ("550 no such sender", true, false, SenderRejected),
            ("550 #5.7.1 relaying denied", false, false, SenderRejected),
            ("502 5.5.2 what?", false, false, SenderRejected),
            (
                "550 5.5.0 mailbox unavailable",
                false,
                false,
                RejectedPermanently,
            ),
            ("501 5.1.3 bad address", false, false, RejectedPermanently),
            ("452 4.2.2 mailbox full", false, true, RejectedTemporarily),
            ("550 5.1.1 no such user", false, true, RejectedPermanently),
            ("550 no such user", false, false, RejectedPermanently),
            ("554 5.4.1 access denied", false, false, RejectedPermanently),
            ("554 no", false, false, RejectedPermanently),
            ("550 4.7.1 no", false, false, RejectedPermanently),
            ("450 4.7.1 greylisted", false, false, RejectedTemporarily),
            ("450 try again later", true, true, RejectedTemporarily),
            ("452 4.3.1 disk full", false, false, RejectedTemporarily),
            (
                "452 4.5.3 too many recipients",
                false,
                true,
                ConnectionLimited,
            ),
            ("421 too many messages", true, true, ConnectionLimited),
            ("421 shutting down", false, false, BrokenOff),
            ("421 shutting down", true, false, ServerAway),
        ] {
            let (code, line) = text.split_once(' ').expect("a code and a text");
            let reply = Reply {
                code: code.parse().expect("a code"),
                lines: vec![line.to_owned()],
            };
            let judged = NotSent::from_rejection(&reply, is_reply_to_mail, is_connection_used);
            assert_eq!(
                judged,
                kind(text.to_owned()),
                "{is_reply_to_mail} {is_connection_used}"
            );
        }
    }
}
