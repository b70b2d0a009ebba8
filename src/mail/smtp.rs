//! SMTP (RFC 5321): one connection, one email at a time, and the result of each. The caller decides
//! when to try again.
//!
//! lettre composes the emails, but its transport is not used. It rejects a reply without text,
//! which RFC 5321 §4.2 allows. It also does not say whether an email may have been accepted before
//! an error.

mod connection;
mod message;
mod reply;
mod result;
mod server;
mod stream;

pub use connection::SmtpConnection;
pub use result::NotSent;
pub use server::SmtpServer;
