//! A connection to a mail server, over which emails are sent.

use std::time::Duration;

use tokio::io::{AsyncWriteExt, BufReader};
use tokio::time::{Instant, timeout, timeout_at};

use super::message::{END, escape};
use super::reply::{Reply, ReplyError};
use super::result::NotSent;
use super::stream::Stream;
use crate::mail::OutgoingMail;

/// Time limit for ending a connection.
const LONGEST_QUIT: Duration = Duration::from_secs(1);

pub struct SmtpConnection {
    stream: BufReader<Box<dyn Stream>>,
    /// True if the server has accepted an email over this connection.
    is_used: bool,
    /// True from the end of a message until the server's reply to it.
    awaits_outcome: bool,
    last_used: Instant,
}

impl SmtpConnection {
    pub(super) fn new(stream: Box<dyn Stream>) -> Self {
        Self {
            stream: BufReader::new(stream),
            is_used: false,
            awaits_outcome: false,
            last_used: Instant::now(),
        }
    }

    /// Sends one email. The connection can be used again after success, or after [`Self::reset`].
    pub async fn send(&mut self, mail: &OutgoingMail, deadline: Instant) -> Result<(), NotSent> {
        let sent = match timeout_at(deadline, self.transfer(mail)).await {
            Ok(sent) => sent,
            Err(_) if self.awaits_outcome => Err(NotSent::OutcomeUnknown(
                "the server did not reply to the email in time".to_owned(),
            )),
            Err(_) => Err(NotSent::BrokenOff(
                "the server did not reply in time".to_owned(),
            )),
        };
        self.is_used |= sent.is_ok();
        sent
    }

    async fn transfer(&mut self, mail: &OutgoingMail) -> Result<(), NotSent> {
        let envelope = mail.message.envelope();
        let sender = envelope.from().map(ToString::to_string).unwrap_or_default();
        let from = self.command(&format!("MAIL FROM:<{sender}>")).await;
        // The server may have closed the connection since the last email.
        let from = from.map_err(|error| NotSent::ServerAway(error.to_string()))?;
        self.expect_class(&from, 2, true)?;
        for recipient in envelope.to() {
            let reply = self.command(&format!("RCPT TO:<{recipient}>")).await?;
            self.expect_class(&reply, 2, false)?;
        }
        let reply = self.command("DATA").await?;
        self.expect_class(&reply, 3, false)?;
        self.write(&escape(&mail.message.formatted())).await?;
        self.awaits_outcome = true;
        let reply = self.write_end().await;
        let reply = reply.map_err(|error| NotSent::OutcomeUnknown(error.to_string()))?;
        self.awaits_outcome = false;
        if reply.code / 100 == 3 {
            return Err(NotSent::OutcomeUnknown(reply.to_string()));
        }
        self.expect_class(&reply, 2, false)
    }

    /// Returns an error unless the reply's code begins with `class`.
    fn expect_class(
        &self,
        reply: &Reply,
        class: u16,
        is_reply_to_mail: bool,
    ) -> Result<(), NotSent> {
        match reply.code / 100 {
            found if found == class => Ok(()),
            4 | 5 => Err(NotSent::from_rejection(
                reply,
                is_reply_to_mail,
                self.is_used,
            )),
            _ => Err(NotSent::BrokenOff(format!(
                "unexpected reply from the server: {reply}"
            ))),
        }
    }

    async fn write_end(&mut self) -> Result<Reply, ReplyError> {
        self.write(END).await?;
        self.read_reply().await
    }

    /// Prepares the connection for another email after a rejection. Returns false if it is
    /// unusable.
    pub async fn reset(&mut self, deadline: Instant) -> bool {
        let reply = timeout_at(deadline, self.command("RSET")).await;
        matches!(reply, Ok(Ok(reply)) if reply.code / 100 == 2)
    }

    /// Ends the connection. An error or a missing reply does not matter any more.
    pub async fn quit(mut self) {
        drop(timeout(LONGEST_QUIT, self.command("QUIT")).await);
    }

    /// Returns true if the connection was last used within `longest`.
    pub fn is_fresh(&self, longest: Duration) -> bool {
        self.last_used.elapsed() < longest
    }

    /// Sends a command line and returns the reply to it.
    pub(super) async fn command(&mut self, line: &str) -> Result<Reply, ReplyError> {
        if !self.stream.buffer().is_empty() {
            // It would be taken for the reply to this command.
            return Err(ReplyError::Unasked);
        }
        self.last_used = Instant::now();
        self.write(format!("{line}\r\n").as_bytes()).await?;
        self.read_reply().await
    }

    pub(super) async fn read_reply(&mut self) -> Result<Reply, ReplyError> {
        Reply::read(&mut self.stream).await
    }

    pub(super) fn into_stream(self) -> BufReader<Box<dyn Stream>> {
        self.stream
    }

    async fn write(&mut self, bytes: &[u8]) -> Result<(), ReplyError> {
        self.stream.write_all(bytes).await?;
        Ok(self.stream.flush().await?)
    }
}
