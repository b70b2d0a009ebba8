//! The reply of a mail server, as it may be logged. Servers often repeat the recipient, or a link
//! that they rejected. Neither may be logged (ASVS 16.2.5).

/// Characters of a reply that are logged.
const LONGEST_REPLY: usize = 300;
/// The longest ordinary word, in bytes. A longer one may be a token.
const LONGEST_WORD: usize = 40;

/// Hides email addresses and links in a reply.
pub(super) fn without_secrets(reply: &str, recipient: &str) -> String {
    let local_part = recipient
        .rsplit_once('@')
        .map_or(recipient, |(local_part, _)| local_part);
    let is_secret = |word: &str| {
        let encoded_at = ["@", "=40", "%40"];
        encoded_at.iter().any(|at| word.contains(at))
            || names(word).any(|name| name.eq_ignore_ascii_case(local_part))
            || word.contains("//")
            || word.to_ascii_lowercase().contains("token")
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

/// Returns the parts of a word that may be the part of an address before the @ sign.
fn names(word: &str) -> impl Iterator<Item = &str> {
    word.split(|letter: char| !letter.is_alphanumeric() && !"._+-".contains(letter))
        .map(|name| name.trim_matches('.'))
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
    fn short_name_hides_no_other_word() {
        let reply = "450 4.4.3 Failed to lookup address";
        for recipient in ["a@example.net", "4@example.net", "up@example.net", "@", ""] {
            assert_eq!(without_secrets(reply, recipient), reply, "{recipient}");
        }
    }
}
