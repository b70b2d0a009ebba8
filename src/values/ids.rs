//! Ids of rows, and the secrets of links and sessions. A secret is handed out once, and its hash
//! can only be compared.

use std::fmt;

use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::sql_types::Text;

use super::text_column;

/// Length of 256 bits in base64url without padding.
const SECRET_CHARS: usize = 43;
/// Ids made by the program have 22 characters. Those made by a migration have 32.
const LONGEST_ROW_ID: usize = 43;

#[derive(Clone, Debug, PartialEq, Eq, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = Text)]
pub struct UserId(pub String);

/// A session id, the `jti` of the session cookie. To use it, an attacker would also need the
/// signature of the cookie. `Debug` hides the id.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionId(pub String);

/// The hash of a [`SessionId`], which the database stores.
#[derive(Clone, Debug, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = Text)]
pub struct SessionIdHash(pub String);

/// A session and its owner, as stated by a verified cookie or token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnedSession {
    pub user: UserId,
    pub hash: SessionIdHash,
}

/// An id in a signed cookie that tells browsers apart. It does not authenticate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceId(pub String);

/// The hash of a [`DeviceId`], which the database stores.
#[derive(Clone, Debug, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = Text)]
pub struct DeviceHash(pub String);

/// The secret of an emailed link. `Debug` hides it. It is serialised only to be sealed.
#[derive(Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Token(String);

/// The hash of a [`Token`], which the database stores.
#[derive(Clone, Debug, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = Text)]
pub struct TokenHash(pub String);

/// The hash of a recovery code, which the database stores.
#[derive(Clone, Debug, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = Text)]
pub struct RecoveryCodeHash(pub String);

text_column!(
    UserId,
    SessionIdHash,
    DeviceHash,
    TokenHash,
    RecoveryCodeHash,
);

/// A row id from a URL. A malformed id is rejected when the path is read, as if the row did not
/// exist.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(try_from = "String")]
pub struct RowId(pub String);

impl TryFrom<String> for RowId {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if is_row_id(&text) {
            Ok(Self(text))
        } else {
            Err("no name of a row of ours")
        }
    }
}

/// Returns true if `text` from a URL can be a row id. Other texts are not looked up, because
/// PostgreSQL rejects NUL in a text.
pub fn is_row_id(text: &str) -> bool {
    (1..=LONGEST_ROW_ID).contains(&text.len()) && text.bytes().all(is_base64url)
}

fn is_base64url(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}

impl Token {
    /// Parses a token from a link or a form. Returns `None` unless it has 43 characters of
    /// base64url. Drops dots, spaces and `>` that were copied along with the link.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim_end_matches(['.', ' ', '>']);
        let well_formed = text.len() == SECRET_CHARS && text.bytes().all(is_base64url);
        well_formed.then(|| Self(text.to_owned()))
    }

    /// Returns the secret. Use it only for the link and for hashing.
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
    fn only_well_formed_row_names_parse() {
        for good in ["a", "Zm9v-_0", &"a".repeat(43)] {
            assert!(is_row_id(good), "{good:?}");
        }
        for bad in ["", "a b", "a/b", "a.b", "a\0", "é", "%00", &"a".repeat(44)] {
            assert!(!is_row_id(bad), "{bad:?}");
        }
    }

    #[test]
    fn only_well_formed_tokens_parse_and_none_prints() {
        let good = "a".repeat(43);
        assert_eq!(Token::parse(&good).expect("well formed").expose(), good);
        assert_eq!(format!("{:?}", Token::parse(&good)), "Some(Token(…))");
        for copied in [".", " ", ">", ">. "] {
            assert!(Token::parse(&format!("{good}{copied}")).is_some());
        }
        for bad in [
            "",
            "abc",
            ".",
            &format!(".{good}"),
            &"a".repeat(42),
            &"a".repeat(44),
            &format!("{}=", "a".repeat(42)),
            &"é".repeat(43),
        ] {
            assert_eq!(Token::parse(bad), None, "{bad:?}");
        }
    }
}
