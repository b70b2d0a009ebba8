//! `OpenAPI` descriptions of the types that handlers take and return.

use actix_web::http::StatusCode;
use actix_web::web::Path;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::Value;

use super::api_request::{Administrator, ApiRequest, ApiUser};
use super::json::{Accepted, InOrder, Json, JsonOrForm, NoContent};
use super::openapi::{Body, Credential, DescribeAnswer, DescribeRequest, Operation, Parameters};
use super::service::Service;
use crate::http::error::Error;
use crate::http::fields::Query;
use crate::texts::problems::ApiError;

impl DescribeRequest for ApiRequest {
    fn describe(_: &mut Operation, _: &mut SchemaGenerator) {}
}

impl DescribeRequest for ApiUser {
    fn describe(operation: &mut Operation, _: &mut SchemaGenerator) {
        operation.credential = Credential::Bearer;
        operation.may_fail(&[ApiError::Unauthenticated, ApiError::InvalidToken]);
    }
}

impl DescribeRequest for Administrator {
    fn describe(operation: &mut Operation, schemas: &mut SchemaGenerator) {
        ApiUser::describe(operation, schemas);
        operation.may_fail(&[ApiError::AdministratorsOnly]);
    }
}

impl DescribeRequest for Service {
    fn describe(operation: &mut Operation, _: &mut SchemaGenerator) {
        operation.credential = Credential::Client;
        operation.may_fail(&[ApiError::InvalidClient]);
    }
}

impl<T: JsonSchema> DescribeRequest for JsonOrForm<T> {
    fn describe(operation: &mut Operation, schemas: &mut SchemaGenerator) {
        <Json<T> as DescribeRequest>::describe(operation, schemas);
        if let Some(body) = &mut operation.body {
            body.or_form = true;
        }
    }
}

impl<T: JsonSchema> DescribeRequest for Json<T> {
    fn describe(operation: &mut Operation, schemas: &mut SchemaGenerator) {
        operation.body = Some(Body {
            schema: schemas.subschema_for::<T>().into(),
            or_form: false,
        });
        let api_errors = [
            ApiError::MalformedJson,
            ApiError::UnsupportedEncoding,
            ApiError::RequestTimeout,
            ApiError::TooLarge,
            ApiError::Invalid,
        ];
        operation.may_fail(&api_errors);
    }
}

impl<T: Parameters> DescribeRequest for Query<T> {
    fn describe(operation: &mut Operation, _: &mut SchemaGenerator) {
        operation.query = T::ALL;
    }
}

impl<T> DescribeRequest for Path<T> {
    fn describe(operation: &mut Operation, _: &mut SchemaGenerator) {
        operation.may_fail(&[ApiError::NotFound]);
    }
}

macro_rules! describe_tuples {
    ($(($($argument:ident),+))+) => {$(
        impl<$($argument: DescribeRequest),+> DescribeRequest for ($($argument,)+) {
            fn describe(operation: &mut Operation, schemas: &mut SchemaGenerator) {
                $($argument::describe(operation, schemas);)+
            }
        }
    )+};
}

describe_tuples! { (A) (A, B) }

impl<A: DescribeRequest, B: DescribeRequest> DescribeRequest for InOrder<A, B> {
    fn describe(operation: &mut Operation, schemas: &mut SchemaGenerator) {
        A::describe(operation, schemas);
        B::describe(operation, schemas);
    }
}

impl<T: DescribeAnswer> DescribeAnswer for Result<T, Error> {
    fn describe(schemas: &mut SchemaGenerator) -> (StatusCode, Option<Value>) {
        T::describe(schemas)
    }
}

impl<T: JsonSchema> DescribeAnswer for Json<T> {
    fn describe(schemas: &mut SchemaGenerator) -> (StatusCode, Option<Value>) {
        (StatusCode::OK, Some(schemas.subschema_for::<T>().into()))
    }
}

impl<T: JsonSchema> DescribeAnswer for Accepted<T> {
    fn describe(schemas: &mut SchemaGenerator) -> (StatusCode, Option<Value>) {
        (
            StatusCode::ACCEPTED,
            Some(schemas.subschema_for::<T>().into()),
        )
    }
}

impl DescribeAnswer for NoContent {
    fn describe(_: &mut SchemaGenerator) -> (StatusCode, Option<Value>) {
        (StatusCode::NO_CONTENT, None)
    }
}
