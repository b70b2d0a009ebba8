//! JSON bodies of API requests and responses. The body of a request is one JSON object of limited
//! size. Unknown members are ignored.

use std::future::Future;
use std::pin::Pin;

use actix_web::body::BoxBody;
use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{FromRequest, HttpRequest, HttpResponse, Responder};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::http::body::{FORM, JSON, read_bounded, sole_type};
use crate::http::error::Error;
use crate::http::fields::missing_member;
use crate::http::pages::form::Form;
use crate::texts::problems::ApiError;
use crate::texts::reasons::Reason;

/// The JSON body of a request, or of a response with status 200.
pub struct Json<T>(pub T);

/// A request body in JSON or as a form. RFC 7662 requires forms.
pub struct JsonOrForm<T>(pub T);

/// A pair of extractors that run in order. `A` authenticates the request before `B` can reject its
/// body.
pub struct InOrder<A, B>(pub A, pub B);

/// A response with status 202. An email may follow.
pub struct Accepted<T>(pub T);

/// A response with status 204.
pub struct NoContent;

impl<T: DeserializeOwned + 'static> FromRequest for Json<T> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            if sole_type(request.headers()).as_deref() != Some(JSON) {
                return Err(Error::UnsupportedMediaType);
            }
            parse(&read_bounded(&request, payload).await?).map(Self)
        })
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for JsonOrForm<T> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        if sole_type(request.headers()).as_deref() == Some(FORM) {
            let form = Form::<T>::from_request(request, payload);
            return Box::pin(async move { form.await.map(|Form(body)| Self(body)) });
        }
        let json = Json::<T>::from_request(request, payload);
        Box::pin(async move { json.await.map(|Json(body)| Self(body)) })
    }
}

impl<A, B> FromRequest for InOrder<A, B>
where
    A: FromRequest<Error = Error> + 'static,
    B: FromRequest<Error = Error> + 'static,
{
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, mut payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let first = A::from_request(&request, &mut payload).await?;
            Ok(Self(first, B::from_request(&request, &mut payload).await?))
        })
    }
}

/// Parses one JSON object. A member that is missing or has the wrong type gets an error of its own.
pub(crate) fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Error> {
    // Serde also accepts an array for a struct.
    if !body.trim_ascii_start().starts_with(b"{") {
        return Err(Error::Api(ApiError::MalformedJson));
    }
    let mut json = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = error.path().to_string();
        let reason = error.into_inner();
        let message = reason.to_string();
        if !reason.is_data() || message.starts_with("duplicate field") {
            return Error::Api(ApiError::MalformedJson);
        }
        match missing_member(&message) {
            Some(name) => Error::invalid_member(name, Reason::MissingMember),
            None => Error::invalid_member(&path, Reason::WrongType),
        }
    })?;
    json.end()
        .map_err(|_| Error::Api(ApiError::MalformedJson))?;
    Ok(value)
}

impl<T: Serialize> Responder for Json<T> {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::Ok().json(self.0)
    }
}

impl<T: Serialize> Responder for Accepted<T> {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::Accepted().json(self.0)
    }
}

impl Responder for NoContent {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        let mut response = HttpResponse::NoContent().finish();
        response.headers_mut().remove(CONTENT_TYPE);
        response
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize, PartialEq)]
    struct Body {
        email: String,
        #[serde(default)]
        remember: bool,
    }

    fn rejected(body: &str) -> (ApiError, Option<(String, &'static str)>) {
        let error = parse::<Body>(body.as_bytes()).expect_err(body);
        let member = match &error {
            Error::Invalid(errors) => errors
                .all()
                .first()
                .map(|error| (error.field.to_string(), error.reason.code())),
            _ => None,
        };
        (error.api_error(), member)
    }

    #[test]
    fn missing_or_mistyped_member_is_named() {
        for (body, field, code) in [
            ("{}", "email", "missing"),
            (r#"{"email":1}"#, "email", "wrong_type"),
            (r#"{"email":null}"#, "email", "wrong_type"),
            (r#"{"email":["a","b"]}"#, "email", "wrong_type"),
            (r#"{"email":"a","remember":"on"}"#, "remember", "wrong_type"),
        ] {
            assert_eq!(
                rejected(body),
                (ApiError::Invalid, Some((field.to_owned(), code))),
                "{body}"
            );
        }
        let taken = parse::<Body>(br#" {"email":"a","unknown":[{}]} "#).expect("an object");
        assert_eq!(
            taken,
            Body {
                email: "a".to_owned(),
                remember: false
            }
        );
    }

    /// CVE-2023-7028: two email addresses in one request once sent a reset link to both.
    #[test]
    fn non_objects_and_repeated_members_are_rejected() {
        for body in [
            "",
            "null",
            "[]",
            r#"["a",true]"#,
            "\"a\"",
            "{",
            r#"{"email":"a"} x"#,
            r#"{"email":"a"}{"email":"b"}"#,
            r#"{"email":"a","email":"b"}"#,
            r#"{"email":"a","email":"a"}"#,
            "{'email':'a'}",
            "{\"email\":\"\\ud800\"}",
        ] {
            assert_eq!(rejected(body), (ApiError::MalformedJson, None), "{body}");
        }
        assert!(matches!(
            parse::<Body>(b"{\"email\":\"\xff\"}"),
            Err(Error::Api(ApiError::MalformedJson))
        ));
    }

    proptest! {
        #[test]
        fn no_body_breaks_the_parser(bytes: Vec<u8>) {
            drop(parse::<Body>(&bytes));
        }
    }
}
