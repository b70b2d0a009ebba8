//! The token of a mailed link, as it stands in the link itself and comes back from the form on its page.

use super::{Fields, FromFields};
use crate::values::Token;

/// `None` if it can't be a token of ours.
pub struct LinkToken(pub Option<Token>);

impl FromFields for LinkToken {
    fn from_fields(fields: &mut Fields) -> Self {
        Self(Token::parse(&fields.take("token")))
    }
}
