//! The replies of a mail server (RFC 5321 §4.2).

use std::fmt;
use std::io;

use thiserror::Error;
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt};

use crate::values::one_line;

/// In bytes. Bounds the memory that a hostile server can use.
const LONGEST_REPLY: u64 = 64 * 1024;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reply {
    /// From 200 to 599.
    pub(super) code: u16,
    /// The text of each line, perhaps empty. Bytes that are not UTF-8 are replaced.
    pub(super) lines: Vec<String>,
}

#[derive(Debug, Error)]
pub(super) enum ReplyError {
    #[error("the server closed the connection")]
    Closed,
    #[error("the server's reply is not SMTP, or too long")]
    Unreadable,
    #[error("the server sent a reply that nothing asked for")]
    Unasked,
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl Reply {
    /// Reads one reply. A line may consist of the code alone.
    pub(super) async fn read(stream: &mut (impl AsyncBufRead + Unpin)) -> Result<Self, ReplyError> {
        let mut stream = stream.take(LONGEST_REPLY);
        let mut lines = Vec::new();
        let mut first_code = None;
        loop {
            let mut line = Vec::new();
            stream.read_until(b'\n', &mut line).await?;
            let line = match line.strip_suffix(b"\n") {
                Some(line) => line.strip_suffix(b"\r").unwrap_or(line),
                None if stream.limit() == 0 => return Err(ReplyError::Unreadable),
                None => return Err(ReplyError::Closed),
            };
            let (code, is_last, text) = parse_line(line).ok_or(ReplyError::Unreadable)?;
            if *first_code.get_or_insert(code) != code {
                return Err(ReplyError::Unreadable);
            }
            lines.push(String::from_utf8_lossy(text).into_owned());
            if is_last {
                return Ok(Self { code, lines });
            }
        }
    }

    /// Returns subject and detail of the enhanced status code (RFC 3463), such as `(7, 1)` for
    /// `5.7.1`. Its class must agree with the reply code (RFC 2034 §4). Some servers write it as
    /// `#5.7.1`, also at the end of the text.
    pub(super) fn enhanced_status(&self) -> Option<(u16, u16)> {
        let first = self.lines.first()?;
        let marked = first.split(' ').filter(|word| word.contains('#'));
        let status = leading_status(first).or_else(|| {
            marked
                .map(|word| word.trim_matches(|letter: char| !letter.is_ascii_digit()))
                .find_map(leading_status)
        })?;
        let mut numbers = status.split('.').map(str::parse);
        let (class, subject, detail) = (numbers.next()?, numbers.next()?, numbers.next()?);
        (class.ok()? == self.code / 100).then_some((subject.ok()?, detail.ok()?))
    }
}

/// Returns the code, true for the last line, and the text.
fn parse_line(line: &[u8]) -> Option<(u16, bool, &[u8])> {
    let (code, rest) = line.split_at_checked(3)?;
    let code: u16 = std::str::from_utf8(code).ok()?.parse().ok()?;
    if !(200..600).contains(&code) {
        return None;
    }
    match rest.split_first() {
        None => Some((code, true, rest)),
        Some((b' ', text)) => Some((code, true, text)),
        Some((b'-', text)) => Some((code, false, text)),
        Some(_) => None,
    }
}

/// Returns the enhanced status code that a text begins with.
fn leading_status(text: &str) -> Option<&str> {
    let word = text.split(' ').next()?.trim_end_matches(':');
    let is_number = |part: &str| {
        (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    (word.split('.').count() == 3 && word.split('.').all(is_number)).then_some(word)
}

/// Formats the reply on one line. The enhanced status code of the first line is not repeated.
impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = self.code.to_string();
        let repeated = self.lines.first().and_then(|line| leading_status(line));
        for (index, line) in self.lines.iter().enumerate() {
            let line = match repeated {
                Some(status) if index > 0 => line
                    .strip_prefix(status)
                    .filter(|rest| rest.starts_with(' '))
                    .unwrap_or(line),
                _ => line,
            };
            text.push(' ');
            text.push_str(line);
        }
        // A control character could change the operator's terminal.
        f.write_str(&one_line(&text.replace(char::is_control, " ")))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(bytes: &[u8]) -> Result<Reply, ReplyError> {
        let mut bytes = bytes;
        futures_util::FutureExt::now_or_never(Reply::read(&mut bytes)).expect("bytes do not wait")
    }

    #[test]
    fn reply_is_read_with_and_without_text() {
        for (bytes, code, shown) in [
            (
                &b"220 mail.example.org ESMTP\r\n"[..],
                220,
                "220 mail.example.org ESMTP",
            ),
            (b"220\r\n", 220, "220"),
            (b"250 \r\n", 250, "250"),
            (b"250-\r\n250-PIPELINING\r\n250\r\n", 250, "250 PIPELINING"),
            (b"250 OK\n", 250, "250 OK"),
            (b"250 \x1b[2JOK\r\n", 250, "250 [2JOK"),
            (b"250 gr\xfc\xdfe\r\n", 250, "250 gr\u{fffd}\u{fffd}e"),
            (
                b"550-5.7.25 No PTR\r\n550 5.7.25 record.\r\n",
                550,
                "550 5.7.25 No PTR record.",
            ),
            (
                b"550-5.7.2 one\r\n550 5.7.25 two\r\n",
                550,
                "550 5.7.2 one 5.7.25 two",
            ),
        ] {
            let reply = read(bytes).expect("a reply");
            assert_eq!((reply.code, reply.to_string().as_str()), (code, shown));
        }
    }

    #[test]
    fn other_bytes_are_no_reply() {
        for bytes in [
            &b"hello\r\n"[..],
            b"25\r\n",
            b"\r\n",
            b"150 OK\r\n",
            b"600 OK\r\n",
            b"+50 OK\r\n",
            b"250_OK\r\n",
            b"250-one\r\n550 two\r\n",
        ] {
            assert!(
                matches!(read(bytes), Err(ReplyError::Unreadable)),
                "{bytes:?}"
            );
        }
        for bytes in [&b""[..], b"250", b"250 OK", b"250-OK\r\n"] {
            assert!(matches!(read(bytes), Err(ReplyError::Closed)), "{bytes:?}");
        }
        let endless = b"250-more\r\n".repeat(10_000);
        assert!(matches!(read(&endless), Err(ReplyError::Unreadable)));
    }

    #[test]
    fn enhanced_status_agrees_with_the_code() {
        for (bytes, status) in [
            (&b"550 5.7.1 no\r\n"[..], Some((7, 1))),
            (b"550 5.7.1\r\n", Some((7, 1))),
            (b"250 2.1.5 OK\r\n", Some((1, 5))),
            (b"550 5.7.1: no\r\n", Some((7, 1))),
            (b"553 not in rcpthosts (#5.7.1)\r\n", Some((7, 1))),
            (b"550 4.7.1 no\r\n", None),
            (b"550 5.7 no\r\n", None),
            (b"550 5.7.1000 no\r\n", None),
            (b"550 no 5.7.1\r\n", None),
            (b"550\r\n", None),
        ] {
            assert_eq!(read(bytes).expect("a reply").enhanced_status(), status);
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_a_panic(bytes: Vec<u8>) {
            if let Ok(reply) = read(&bytes) {
                reply.enhanced_status();
                prop_assert!(!reply.to_string().contains(['\r', '\n']));
            }
        }
    }
}
