//! The reply of a mail server, as it may be logged. Servers often repeat the recipient, or a link
//! that they rejected. Neither may be logged (ASVS 16.2.5).

/// Characters of a reply that are logged.
const LONGEST_REPLY: usize = 300;
/// The longest ordinary word, in bytes. A longer one may be a token.
const LONGEST_WORD: usize = 40;

/// Returns a mail server's reply for the log. Hides each word that may contain an email address, a
/// link or a token, and shortens the result.
pub(super) fn without_secrets(reply: &str, recipient: &str) -> String {
    let local_part = recipient
        .rsplit_once('@')
        .map_or(recipient, |(local_part, _)| local_part)
        .to_ascii_lowercase();
    let is_secret = |word: &str| {
        let word = word.to_ascii_lowercase();
        ["@", "=40", "%40", "//", "token"]
            .iter()
            .any(|part| word.contains(part))
            || contains_name(&word, &local_part)
            || word.len() > LONGEST_WORD
    };
    let words = reply
        .split_whitespace()
        .map(|word| if is_secret(word) { "<hidden>" } else { word });
    words
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .take(LONGEST_REPLY)
        .collect()
}

/// Returns true if a name occurs in a word, and not inside a longer name or number. Both are in
/// lower case.
fn contains_name(word: &str, name: &str) -> bool {
    let word = word.trim_matches('.');
    let is_inner = |letter: char| letter.is_alphanumeric() || letter == '.';
    !name.is_empty()
        && word.match_indices(name).any(|(at, _)| {
            !word[..at].ends_with(is_inner) && !word[at + name.len()..].starts_with(is_inner)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logged_reply_contains_no_address_or_link() {
        for (reply, logged) in [
            (
                "550 5.1.1 <Ada@example.org>: unknown",
                "550 5.1.1 <hidden> unknown",
            ),
            (
                "550 no such user ada here",
                "550 no such user <hidden> here",
            ),
            ("550 no such user: (ADA).", "550 no such user: <hidden>"),
            ("550 user=ada;", "550 <hidden>"),
            ("550 ada=40example.org unknown", "550 <hidden> unknown"),
            ("550 ada%40example.org unknown", "550 <hidden> unknown"),
            (
                "554 blocked https://login.example.org/verify?token=AAAA by policy",
                "554 blocked <hidden> by policy",
            ),
            ("450 greylisted, try again", "450 greylisted, try again"),
        ] {
            assert_eq!(without_secrets(reply, "ada@example.org"), logged);
        }
        assert!(without_secrets(&"x ".repeat(10_000), "ada@example.org").len() <= LONGEST_REPLY);
    }

    #[test]
    fn every_local_part_is_hidden() {
        for local_part in ["o'brien", "ada.lovelace", "ada+shop", "a", "#1/x"] {
            let recipient = format!("{local_part}@example.org");
            for reply in [
                format!("550 no {local_part} here"),
                format!("550 <{local_part}>: no"),
                format!("550 user-{local_part}."),
                format!("550 _{local_part}_"),
                format!("550 {}", local_part.to_uppercase()),
            ] {
                let logged = without_secrets(&reply, &recipient);
                assert!(logged.contains("<hidden>"), "{reply}: {logged}");
            }
        }
    }

    #[test]
    fn short_name_hides_no_other_word() {
        let reply = "450 4.4.3 Failed to lookup address";
        for recipient in ["a@example.net", "4@example.net", "up@example.net", "@", ""] {
            assert_eq!(without_secrets(reply, recipient), reply, "{recipient}");
        }
    }
}
