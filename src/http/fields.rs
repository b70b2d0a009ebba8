//! Fields of forms and query strings. They are decoded exactly once. Unknown fields are ignored.
//! Invalid UTF-8 and duplicate fields are rejected, except for the checkboxes in
//! `REPEATABLE_FIELDS`.

use std::borrow::Cow;
use std::collections::BTreeMap;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use percent_encoding::percent_decode;
use serde::de::DeserializeOwned;
use serde::de::value::{self, MapDeserializer};
use serde::{Deserialize, Deserializer};

use super::error::Error;
use crate::texts::reasons::Reason;

const MAX_FIELDS: usize = 64;
/// Fields that a form may have several times, because they are checkboxes. [`Fields::parse`] joins
/// their values with commas.
const REPEATABLE_FIELDS: &[&str] = &["group"];

/// The query string of a request.
pub struct Query<T>(pub T);

/// Decoded names and values. Each name occurs once.
#[derive(Debug, Default)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// Decodes `application/x-www-form-urlencoded` (URL Standard §5.1). Rejects duplicate names,
    /// invalid UTF-8 and too many fields.
    pub fn parse(encoded: &[u8]) -> Result<Self, Error> {
        let mut fields: Vec<(String, String)> = Vec::new();
        for pair in encoded
            .split(|byte| *byte == b'&')
            .filter(|pair| !pair.is_empty())
        {
            let equals = pair.iter().position(|byte| *byte == b'=');
            let (name, value) =
                equals.map_or((pair, &b""[..]), |at| (&pair[..at], &pair[at + 1..]));
            let (name, value) = (decode(name)?, decode(value)?);
            match fields.iter().position(|(known, _)| *known == name) {
                Some(at) if REPEATABLE_FIELDS.contains(&name.as_str()) => {
                    let values = &mut fields[at].1;
                    values.push(',');
                    values.push_str(&value);
                }
                None if fields.len() < MAX_FIELDS => fields.push((name, value)),
                _ => return Err(Error::BadRequest),
            }
        }
        Ok(Self(fields))
    }

    /// Removes a field and returns its value. A missing field counts as empty.
    pub fn take(&mut self, name: &str) -> String {
        self.0
            .iter()
            .position(|(known, _)| known == name)
            .map_or_else(String::new, |at| self.0.swap_remove(at).1)
    }

    /// Builds a type from the fields. Only a field without a default can be missing.
    pub fn read<T: DeserializeOwned>(self) -> Result<T, Error> {
        let fields = MapDeserializer::<_, value::Error>::new(self.0.into_iter());
        T::deserialize(fields).map_err(|error| match missing_member(&error.to_string()) {
            Some(name) => Error::invalid_member(name, Reason::MissingMember),
            None => Error::BadRequest,
        })
    }
}

impl From<BTreeMap<String, String>> for Fields {
    fn from(fields: BTreeMap<String, String>) -> Self {
        Self(fields.into_iter().collect())
    }
}

/// Reads a field that only some forms have. `None` stands for a form without it.
pub fn sent<'de, D: Deserializer<'de>>(value: D) -> Result<Option<String>, D::Error> {
    String::deserialize(value).map(Some)
}

/// Reads a checkbox, which a browser sends as `on` or not at all.
pub fn checkbox<'de, D: Deserializer<'de>>(value: D) -> Result<bool, D::Error> {
    Ok(String::deserialize(value)? == "on")
}

/// Returns the name in serde's message about a missing member.
pub fn missing_member(message: &str) -> Option<&str> {
    message
        .strip_prefix("missing field `")
        .and_then(|rest| rest.split('`').next())
}

/// Decodes a form-encoded name or value. Returns an error if it is not UTF-8.
pub fn decode(text: &[u8]) -> Result<String, Error> {
    let spaced: Cow<'_, [u8]> = if text.contains(&b'+') {
        text.iter()
            .map(|byte| if *byte == b'+' { b' ' } else { *byte })
            .collect::<Vec<u8>>()
            .into()
    } else {
        text.into()
    };
    percent_decode(&spaced)
        .decode_utf8()
        .map(Cow::into_owned)
        .map_err(|_| Error::BadRequest)
}

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = Error;
    type Future = std::future::Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let fields = Fields::parse(request.query_string().as_bytes());
        std::future::ready(fields.and_then(Fields::read).map(Self))
    }
}

#[cfg(test)]
mod tests {
    use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn fields_are_decoded_once_and_strictly() {
        let mut fields =
            Fields::parse(b"email=ada%40example.org&name=Ada+L&x=%252B&empty=&flag&&=odd")
                .expect("parses");
        assert_eq!(fields.take("email"), "ada@example.org");
        assert_eq!(fields.take("name"), "Ada L");
        assert_eq!(fields.take("x"), "%2B");
        assert_eq!(fields.take("empty"), "");
        assert_eq!(fields.take("flag"), "");
        assert_eq!(fields.take(""), "odd");
        assert_eq!(fields.take("missing"), "");
    }

    /// CVE-2023-7028: two email addresses in one form once sent a reset link to both.
    #[test]
    fn repeated_field_and_invalid_utf8_are_rejected() {
        for bad in [
            &b"email=a&email=b"[..],
            b"email=a&email=a",
            b"x=1&%78=2",
            b"a=%ff",
            b"%c3=a",
            b"a=\xff",
            b"a=%ed%a0%80",
        ] {
            assert!(
                matches!(Fields::parse(bad), Err(Error::BadRequest)),
                "{bad:?}"
            );
        }
        let many: String = (0..65).fold(String::new(), |form, number| format!("{form}f{number}=&"));
        assert!(Fields::parse(many.as_bytes()).is_err());
    }

    #[test]
    fn values_of_checkboxes_are_joined() {
        let checked: String = (0..200).fold(String::new(), |form, _| form + "group=staff&");
        let mut fields = Fields::parse(checked.as_bytes()).expect("parses");
        assert_eq!(fields.take("group").split(',').count(), 200);
    }

    proptest! {
        #[test]
        fn encoded_fields_decode_unchanged(name in "\\PC{1,20}", value in "\\PC{0,60}") {
            let encode = |text| utf8_percent_encode(text, NON_ALPHANUMERIC);
            let body = format!("{}={}", encode(&name), encode(&value));
            let mut fields = Fields::parse(body.as_bytes()).expect("parses");
            prop_assert_eq!(fields.take(&name), value);
        }

        #[test]
        fn no_body_breaks_the_decoder(bytes: Vec<u8>) {
            drop(Fields::parse(&bytes));
        }
    }
}
