//! The token of an emailed link. It comes in the query of the link, and in the hidden field of the
//! form behind it.

use serde::{Deserialize, Deserializer};

use crate::values::Token;

/// A link token, or `None` if the value cannot be one.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct LinkToken {
    #[serde(deserialize_with = "lenient_token")]
    pub token: Option<Token>,
}

fn lenient_token<'de, D: Deserializer<'de>>(value: D) -> Result<Option<Token>, D::Error> {
    Ok(Token::parse(&String::deserialize(value)?))
}
