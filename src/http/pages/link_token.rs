//! The token of an emailed link. It comes in the query of the link, and in the hidden field of the
//! form behind it.

use serde::Deserialize;

use crate::values::Token;

/// A link token, or `None` if the value cannot be one.
#[derive(Deserialize)]
#[serde(from = "TokenField")]
pub struct LinkToken(pub Option<Token>);

#[derive(Default, Deserialize)]
#[serde(default)]
struct TokenField {
    token: String,
}

impl From<TokenField> for LinkToken {
    fn from(field: TokenField) -> Self {
        Self(Token::parse(&field.token))
    }
}
