//! Forms and query strings. Their size is limited, and they are decoded exactly once. Unknown
//! fields are ignored. A duplicate field or invalid UTF-8 is rejected.

use std::borrow::Cow;
use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap};
use actix_web::web::{Bytes, BytesMut, Data};
use actix_web::{FromRequest, HttpRequest};
use futures_util::StreamExt;
use percent_encoding::percent_decode;

use super::Error;
use super::current_user::account_of;
use crate::app::App;
use crate::values::Reason;

const LARGEST_BODY: usize = 64 * 1024;
const MOST_FIELDS: usize = 64;
/// The hidden field with the id of the user to whom the form was shown (`components/account.html`).
/// A form without it is accepted from any user.
const ACCOUNT: &str = "account";
pub(super) const FORM: &str = "application/x-www-form-urlencoded";

/// A type that is built from a form or a query string.
pub trait FromFields {
    /// Takes the fields of the type. A missing field counts as empty.
    fn from_fields(fields: &mut Fields) -> Self;
}

/// The body of a submitted form.
pub struct Form<T>(pub T);

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
        for pair in encoded.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
            let equals = pair.iter().position(|byte| *byte == b'=');
            let (name, value) = equals.map_or((pair, &b""[..]), |at| (&pair[..at], &pair[at + 1..]));
            let (name, value) = (decode(name)?, decode(value)?);
            if fields.len() == MOST_FIELDS || fields.iter().any(|(known, _)| *known == name) {
                return Err(Error::BadRequest);
            }
            fields.push((name, value));
        }
        Ok(Self(fields))
    }

    /// Removes a field and returns its value. A missing field counts as empty.
    pub fn take(&mut self, name: &str) -> String {
        self.0.iter().position(|(known, _)| known == name).map_or_else(String::new, |at| self.0.swap_remove(at).1)
    }
}

fn decode(text: &[u8]) -> Result<String, Error> {
    let spaced: Cow<'_, [u8]> = if text.contains(&b'+') {
        text.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect::<Vec<u8>>().into()
    } else {
        text.into()
    };
    percent_decode(&spaced).decode_utf8().map(Cow::into_owned).map_err(|_| Error::BadRequest)
}

impl<T: FromFields + 'static> FromRequest for Form<T> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let payload = payload.take();
        Box::pin(async move {
            // A form without fields may have no content type. If there is a content type, it must
            // be correct.
            if request.headers().contains_key(CONTENT_TYPE) {
                check_type(request.headers())?;
            }
            let body = read_bounded(&request, payload).await?;
            if !body.is_empty() {
                check_type(request.headers())?;
            }
            let mut fields = Fields::parse(&body)?;
            let shown_to = fields.take(ACCOUNT);
            // Another user has logged in since the form was shown, for example in another tab. The
            // form would change the wrong account.
            if !shown_to.is_empty()
                && account_of(&request, &*app_of(&request)?).is_some_and(|account| account.0 != shown_to)
            {
                return Err(Error::NotFromHere);
            }
            Ok(Self(T::from_fields(&mut fields)))
        })
    }
}

impl<T: FromFields> FromRequest for Query<T> {
    type Error = Error;
    type Future = std::future::Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let fields = Fields::parse(request.query_string().as_bytes());
        std::future::ready(fields.map(|mut fields| Self(T::from_fields(&mut fields))))
    }
}

pub(super) fn app_of(request: &HttpRequest) -> Result<Data<App>, Error> {
    request.app_data::<Data<App>>().cloned().ok_or_else(|| Error::Internal("the app is not configured".into()))
}

/// Rejects a request by its headers, before the body is read.
fn check_head(headers: &HeaderMap) -> Result<(), Error> {
    // The server never decompresses a body, because a small one could become large.
    if headers.contains_key(CONTENT_ENCODING) {
        return Err(Error::UnsupportedMediaType);
    }
    let length = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if length.is_some_and(|length| length > LARGEST_BODY) {
        return Err(Error::TooLarge);
    }
    Ok(())
}

fn check_type(headers: &HeaderMap) -> Result<(), Error> {
    match sole_type(headers).as_deref() {
        Some(FORM) => Ok(()),
        _ => Err(Error::UnsupportedMediaType),
    }
}

/// Returns the content type in lower case and without parameters. Returns `None` if the header is
/// missing or occurs twice.
pub(super) fn sole_type(headers: &HeaderMap) -> Option<String> {
    let mut types = headers.get_all(CONTENT_TYPE);
    let only = types.next().filter(|_| types.next().is_none())?.to_str().ok()?;
    Some(only.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
}

/// Reads the body of a request within the limits of size and time.
pub(super) async fn read_bounded(request: &HttpRequest, payload: Payload) -> Result<Bytes, Error> {
    let limit = app_of(request)?.settings.edge.body_timeout;
    check_head(request.headers())?;
    tokio::time::timeout(limit, read_body(payload)).await.map_err(|_| Error::RequestTimeout)?
}

async fn read_body(mut payload: Payload) -> Result<Bytes, Error> {
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| Error::BadRequest)?;
        if body.len() + chunk.len() > LARGEST_BODY {
            return Err(Error::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

/// The errors of a submitted form, in the order of its fields.
#[derive(Clone, Debug, Default)]
pub struct FormErrors {
    all: Vec<FormError>,
    is_held: bool,
}

#[derive(Clone, Debug)]
pub struct FormError {
    /// The input that the summary links to, or the member of a JSON body.
    pub field: Cow<'static, str>,
    /// The message for the user, which says what to do.
    pub message: String,
    /// The error code for API clients.
    pub code: &'static str,
    /// True if the error is also shown beside the field.
    at_field: bool,
}

impl FormErrors {
    pub fn add(&mut self, field: &'static str, reason: &impl Reason) {
        self.all.push(FormError {
            field: field.into(),
            message: reason.to_string(),
            code: reason.code(),
            at_field: true,
        });
    }

    /// Adds an error for a rate-limited field. The page then has status 429.
    pub fn hold(&mut self, field: &'static str, reason: &impl Reason) {
        self.add(field, reason);
        self.is_held = true;
    }

    /// Returns the status of the page with the form: 429, 422 or 200.
    pub fn status(&self) -> StatusCode {
        match (self.is_held, self.is_empty()) {
            (true, _) => StatusCode::TOO_MANY_REQUESTS,
            (false, false) => StatusCode::UNPROCESSABLE_ENTITY,
            (false, true) => StatusCode::OK,
        }
    }

    /// Returns an error that belongs to no single field. The summary links to `first_field`.
    pub fn of_form(first_field: &'static str, reason: &impl Reason) -> Self {
        let mut errors = Self::default();
        errors.add_to_form(first_field, reason);
        errors
    }

    /// Adds an error that belongs to no single field. The summary links to `first_field`.
    pub fn add_to_form(&mut self, first_field: &'static str, reason: &impl Reason) {
        let message = reason.to_string();
        self.all.push(FormError { field: first_field.into(), message, code: reason.code(), at_field: false });
    }

    /// Returns an error for one member of a JSON body or one parameter of the query.
    pub fn of_member(name: &str, code: &'static str, message: &str) -> Self {
        Self::only(FormError { field: name.to_owned().into(), message: message.to_owned(), code, at_field: true })
    }

    fn only(error: FormError) -> Self {
        Self { all: vec![error], is_held: false }
    }

    /// Returns the value, or adds its error to `field`.
    pub fn check<T, E: Reason>(&mut self, field: &'static str, value: Result<T, E>) -> Option<T> {
        value.map_err(|error| self.add(field, &error)).ok()
    }

    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Returns all errors, for the summary.
    pub fn all(&self) -> &[FormError] {
        &self.all
    }

    /// Returns the message to show beside a field.
    pub fn of(&self, field: &str) -> Option<&str> {
        self.all.iter().find(|error| error.at_field && error.field == field).map(|error| error.message.as_str())
    }
}

#[cfg(test)]
impl FormErrors {
    /// Returns a hostile error message for each field.
    pub fn sample(fields: &[&'static str]) -> Self {
        let mut errors = Self::default();
        for field in fields {
            errors.add(field, &super::page::HOSTILE);
        }
        errors
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn fields_are_decoded_once_and_strictly() {
        let mut fields =
            Fields::parse(b"email=ada%40example.org&name=Ada+L&x=%252B&empty=&flag&&=odd").expect("parses");
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
    fn a_field_given_twice_and_invalid_utf8_are_refused() {
        for bad in
            [&b"email=a&email=b"[..], b"email=a&email=a", b"x=1&%78=2", b"a=%ff", b"%c3=a", b"a=\xff", b"a=%ed%a0%80"]
        {
            assert!(matches!(Fields::parse(bad), Err(Error::BadRequest)), "{bad:?}");
        }
        let many: String = (0..65).fold(String::new(), |form, number| format!("{form}f{number}=&"));
        assert!(Fields::parse(many.as_bytes()).is_err());
    }

    proptest! {
        #[test]
        fn whatever_was_encoded_comes_back(name in "\\PC{1,20}", value in "\\PC{0,60}") {
            let encode = |text: &str| percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string();
            let mut fields = Fields::parse(format!("{}={}", encode(&name), encode(&value)).as_bytes()).expect("parses");
            prop_assert_eq!(fields.take(&name), value);
        }

        #[test]
        fn no_body_breaks_the_decoder(bytes: Vec<u8>) {
            drop(Fields::parse(&bytes));
        }
    }
}
