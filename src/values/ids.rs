//! Names of rows, and the secrets that open them. A plain secret can be handed out once; a hash can only be compared.

use std::fmt;

/// Length of 256 bits in base64url without padding.
const SECRET_CHARS: usize = 43;

/// The id of a user: random, without meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserId(pub String);

/// A session's id: the `jti` of its cookie. Who knows it holds half of a session; `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionId(pub String);

/// What the database keeps of a [`SessionId`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionIdHash(pub String);

/// The secret of a mailed link. `Debug` hides it; it is serialised only to be sealed.
#[derive(Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Token(String);

/// What the database keeps of a [`Token`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenHash(pub String);

impl Token {
    /// Takes what stands in a link or a form; `None` when it can't be a token of ours (43 characters of base64url).
    pub fn parse(text: &str) -> Option<Self> {
        let well_formed =
            text.len() == SECRET_CHARS && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        well_formed.then(|| Self(text.to_owned()))
    }

    /// The secret, for the link and for hashing only.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

impl fmt::Debug for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionId(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_looks_like_a_token_is_one_and_none_is_printed() {
        let good = "a".repeat(43);
        assert_eq!(Token::parse(&good).expect("well formed").expose(), good);
        assert_eq!(format!("{:?}", Token::parse(&good)), "Some(Token(…))");
        for bad in ["", "abc", &"a".repeat(42), &"a".repeat(44), &format!("{}=", "a".repeat(42)), &"é".repeat(43)] {
            assert_eq!(Token::parse(bad), None, "{bad:?}");
        }
    }
}
