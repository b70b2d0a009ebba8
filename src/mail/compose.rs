//! Builds a MIME message with a text part, then an HTML part. Both parts are encoded, so that no
//! line of their content can end the message (RUSTSEC-2026-0561).

use std::borrow::Cow;
use std::collections::BTreeMap;

use lettre::Address;
use lettre::address::Envelope;
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Body, Mailbox, Message, MultiPart, SinglePart};
use thiserror::Error;

use super::email::{Email, EmailContent, Site};
use crate::clock::Timestamp;
use crate::config::{PublicUrl, Support};
use crate::values::EmailAddress;

/// An email that is ready to send. It has no `Debug`, because its links work and must never be
/// printed.
pub struct OutgoingMail {
    pub message: Message,
    pub content: EmailContent,
}

/// The settings that every email needs.
#[derive(Clone, Debug)]
pub struct MailContext<'a> {
    pub from: &'a Mailbox,
    pub site: Site<'a>,
}

#[derive(Debug, Error)]
pub enum ComposeError {
    #[error("an email template failed: {0}")]
    Template(#[from] askama::Error),
    /// lettre rejected the message.
    #[error("an email can't be composed: {0}")]
    Message(#[from] lettre::error::Error),
    #[error("a stored recipient is not an email address")]
    Recipient,
}

/// Composes an email. The same row gives the same message each time. The Message-ID contains `id`,
/// so duplicates are visible.
pub fn compose(
    MailContext { from, site }: &MailContext<'_>,
    email: &dyn Email,
    to: &str,
    id: &str,
    written_at: Timestamp,
) -> Result<OutgoingMail, ComposeError> {
    let content = email.render(site)?;
    let to = mailbox(to)?;
    let mut builder = Message::builder()
        // Set explicitly. Otherwise lettre would parse the headers again and reject addresses that
        // browsers accept.
        .envelope(Envelope::new(
            Some(from.email.clone()),
            vec![to.email.clone()],
        )?)
        .from((*from).clone())
        .to(to)
        .subject(content.subject.clone())
        .date(written_at.system_time())
        .message_id(Some(message_id(id, site.public_url)))
        // Asks automatic responders not to reply (RFC 3834 §5).
        .raw_header(HeaderValue::new(
            HeaderName::new_from_ascii_str("Auto-Submitted"),
            "auto-generated".to_owned(),
        ))
        .raw_header(HeaderValue::new(
            HeaderName::new_from_ascii_str("X-Auto-Response-Suppress"),
            "All".to_owned(),
        ));
    if let Some(support) = site.settings.support.as_ref().and_then(Support::email) {
        builder = builder.reply_to(mailbox(support)?);
    }
    // The boundary is fixed. lettre would choose a random one, and the message would differ between
    // attempts.
    let parts = MultiPart::alternative()
        .boundary(format!("vestibule-{id}"))
        .singlepart(part(ContentType::TEXT_PLAIN, &content.text))
        .singlepart(part(ContentType::TEXT_HTML, &content.html));
    Ok(OutgoingMail {
        message: builder.multipart(parts)?,
        content,
    })
}

/// Returns the Message-ID. It is the same at each attempt, so that duplicates are visible.
pub fn message_id(id: &str, public_url: &PublicUrl) -> String {
    format!("<{id}@{}>", public_url.host())
}

impl OutgoingMail {
    /// Returns the headers as sent, but unfolded.
    pub fn headers(&self) -> BTreeMap<String, String> {
        let formatted = self.message.formatted();
        let formatted = String::from_utf8_lossy(&formatted);
        let head = formatted
            .split("\r\n\r\n")
            .next()
            .unwrap_or_default()
            .replace("\r\n ", " ")
            .replace("\r\n\t", " ");
        head.lines()
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }
}

fn part(kind: ContentType, content: &str) -> SinglePart {
    let content = content.replace('\n', "\r\n");
    // Quoted-printable can encode any text. lettre on its own would choose 7bit where possible.
    let body = Body::new_with_encoding(content, ContentTransferEncoding::QuotedPrintable)
        .unwrap_or_else(Body::new);
    SinglePart::builder().header(kind).body(body)
}

/// Converts an email address without lettre's checks, which reject some addresses that browsers
/// accept. Our own parser validates the address instead.
fn mailbox(address: &str) -> Result<Mailbox, ComposeError> {
    let address = EmailAddress::parse(address).map_err(|_| ComposeError::Recipient)?;
    let local_part = quoted_if_necessary(address.local_part());
    Ok(Mailbox::new(
        None,
        Address::new_dangerous(local_part, address.ascii_domain()),
    ))
}

/// Returns the local part in quotes unless it is a dot-atom (RFC 5321 §4.1.2). Strict mail servers
/// reject `a..b` without quotes. The parsed address contains no character that needs an escape.
fn quoted_if_necessary(local_part: &str) -> Cow<'_, str> {
    if local_part.split('.').any(str::is_empty) {
        Cow::Owned(format!("\"{local_part}\""))
    } else {
        Cow::Borrowed(local_part)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::mail::emails::sign_up::AlreadyRegistered;

    #[test]
    fn unusual_local_part_is_quoted() {
        for (address, sent) in [
            ("ada.lovelace@example.org", "ada.lovelace@example.org"),
            ("a..b@example.org", "\"a..b\"@example.org"),
            (".a@example.org", "\".a\"@example.org"),
            ("a.@example.org", "\"a.\"@example.org"),
            ("o'hara+x@example.org", "o'hara+x@example.org"),
        ] {
            assert_eq!(
                mailbox(address).expect("an address").email.to_string(),
                sent
            );
        }
    }

    proptest! {
        /// Covers RUSTSEC-2026-0561 and RUSTSEC-2021-0069. There, a bare line feed and a dot ended
        /// the message.
        #[test]
        fn rustsec_2026_0561_no_input_breaks_a_header_line(
            name in "\\PC{0,80}",
            local in "[a-z.!#$%&'*+/=?^_`{|}~-]{1,40}",
        ) {
            let public_url = PublicUrl::local(8080);
            let site = Site::bare(&name, &public_url);
            let from: Mailbox = "Vestibule <no-reply@localhost>".parse().expect("a sender");
            let injected = format!("{name}\n.\r\nRCPT TO:<eve@evil.example>");
            let kind = AlreadyRegistered { name: Some(injected) };
            let to = format!("{local}@example.org");
            let context = MailContext { from: &from, site };
            let mail = compose(&context, &kind, &to, "id", Timestamp::from_millis(0))
                .expect("composes");
            let bytes = mail.message.formatted();
            for (at, byte) in bytes.iter().enumerate() {
                prop_assert!(*byte != b'\n' || bytes[at - 1] == b'\r', "a bare line feed");
                prop_assert!(*byte != b'\r' || bytes.get(at + 1) == Some(&b'\n'), "a bare carriage \
                                                                                   return");
                prop_assert!(byte.is_ascii());
            }
            let text = String::from_utf8(bytes).expect("ASCII");
            let body = text.split_once("\r\n\r\n").expect("a head and a body").1;
            prop_assert!(!body.lines().any(|line| line == "."));
            prop_assert_eq!(text.lines().filter(|line| line.starts_with("To: ")).count(), 1);
            prop_assert_eq!(mail.message.envelope().to().len(), 1);
        }
    }
}
