//! The encoding of a message for the command `DATA`.

/// Ends the message (RFC 5321 §4.1.1.4), which itself ends with CRLF.
pub(super) const END: &[u8] = b".\r\n";

/// Returns the message with `\r\n` after every line and a second dot before a line that begins with
/// one (RFC 5321 §4.5.2). A bare CR or LF becomes a line end too. Otherwise a server that accepts
/// one could find the end of the message in the middle (CVE-2023-51764).
pub(super) fn escape(message: &[u8]) -> Vec<u8> {
    let mut escaped = Vec::with_capacity(message.len() + 64);
    let mut rest = message;
    while !rest.is_empty() {
        let end = memchr::memchr2(b'\r', b'\n', rest).unwrap_or(rest.len());
        let (line, after) = rest.split_at(end);
        if line.first() == Some(&b'.') {
            escaped.push(b'.');
        }
        escaped.extend_from_slice(line);
        escaped.extend_from_slice(b"\r\n");
        rest = after
            .strip_prefix(b"\r\n")
            .or_else(|| after.get(1..))
            .unwrap_or_default();
    }
    escaped
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lines_end_with_crlf_and_dots_are_doubled() {
        for (message, escaped) in [
            (&b"one\r\ntwo\r\n"[..], &b"one\r\ntwo\r\n"[..]),
            (b"one", b"one\r\n"),
            (b"", b""),
            (b".\r\n..\r\n.x", b"..\r\n...\r\n..x\r\n"),
            (b"one\n.\ntwo", b"one\r\n..\r\ntwo\r\n"),
            (b"one\r.\rtwo", b"one\r\n..\r\ntwo\r\n"),
            (b"one\n\r\ntwo", b"one\r\n\r\ntwo\r\n"),
        ] {
            assert_eq!(escape(message), escaped);
        }
    }

    proptest! {
        #[test]
        fn no_line_ends_the_message(pieces in prop::collection::vec("[a.\r\n]{0,3}", 0..20)) {
            let escaped = escape(pieces.concat().as_bytes());
            let text = String::from_utf8(escaped).expect("ASCII");
            prop_assert!(text.is_empty() || text.ends_with("\r\n"));
            for line in text.split("\r\n") {
                prop_assert!(line != "." && !line.contains(['\r', '\n']));
            }
        }
    }
}
