//! The token of an emailed link. It comes in the query of the link, and in the hidden field of the
//! form behind it.

use crate::http::fields::{Fields, FromFields};
use crate::values::Token;

/// A link token, or `None` if the value cannot be one.
pub struct LinkToken(pub Option<Token>);

impl FromFields for LinkToken {
    fn from_fields(fields: &mut Fields) -> Self {
        Self(Token::parse(&fields.take("token")))
    }
}
