//! Names of rows, and the secrets that open them. A plain secret can be handed out once; a hash can only be compared.

use std::fmt;

/// Length of 256 bits in base64url without padding.
const SECRET_CHARS: usize = 43;
/// Ours have 22 characters; those that a migration made have 32.
const LONGEST_ROW_ID: usize = 43;

/// The id of a user: random, without meaning.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct UserId(pub String);

/// A session's id: the `jti` of its cookie. Who knows it holds half of a session; `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionId(pub String);

/// What the database keeps of a [`SessionId`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionIdHash(pub String);

/// A session and whose it is, as a cookie of ours says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnedSession {
    /// Its owner.
    pub user: UserId,
    /// It.
    pub hash: SessionIdHash,
}

/// What tells one browser from another, in a signed cookie. It opens nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceId(pub String);

/// What the database keeps of a [`DeviceId`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceHash(pub String);

/// The secret of a mailed link. `Debug` hides it; it is serialised only to be sealed.
#[derive(Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Token(String);

/// What the database keeps of a [`Token`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenHash(pub String);

/// The name of a row, as it stood in a URL. What can't be one is refused where the path is read, as if there were no such row.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(try_from = "String")]
pub struct RowId(pub String);

impl TryFrom<String> for RowId {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if is_row_id(&text) { Ok(Self(text)) } else { Err("no name of a row of ours") }
    }
}

/// Whether `text`, which stood in a URL, can be the name of a row of ours. What can't is not looked for: PostgreSQL takes
/// no NUL in a text.
pub fn is_row_id(text: &str) -> bool {
    (1..=LONGEST_ROW_ID).contains(&text.len()) && text.bytes().all(is_base64url)
}

fn is_base64url(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}

impl Token {
    /// Takes what stands in a link or a form; `None` when it can't be a token of ours (43 characters of base64url).
    pub fn parse(text: &str) -> Option<Self> {
        let well_formed = text.len() == SECRET_CHARS && text.bytes().all(is_base64url);
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
    fn only_what_looks_like_the_name_of_a_row_is_one() {
        for good in ["a", "Zm9v-_0", &"a".repeat(43)] {
            assert!(is_row_id(good), "{good:?}");
        }
        for bad in ["", "a b", "a/b", "a.b", "a\0", "é", "%00", &"a".repeat(44)] {
            assert!(!is_row_id(bad), "{bad:?}");
        }
    }

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
