//! The `OpenAPI` description of the API. It is generated from the types that the handlers take and
//! return, so it always agrees with them.
//!
//! `described_types` has the descriptions of the types. The module `routes::api` has the table of
//! endpoints.

use std::collections::BTreeMap;

use actix_web::http::{Method, StatusCode};
use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::problem::Problem;
use crate::app::App;
use crate::texts::problems::ApiError;

/// Path of the schemas in the document.
const SCHEMAS: &str = "/components/schemas";

/// Errors that every request can get.
const COMMON_ERRORS: [ApiError; 5] = [
    ApiError::MalformedRequest,
    ApiError::ForbiddenOrigin,
    ApiError::UnsupportedMediaType,
    ApiError::HeadTooLarge,
    ApiError::Unavailable,
];

/// The texts that describe an endpoint.
#[derive(Clone, Copy, Debug)]
pub struct OperationDoc {
    /// The heading that the endpoint is listed under.
    pub tag: &'static str,
    /// The name of the endpoint in generated clients.
    pub id: &'static str,
    pub summary: &'static str,
    pub detail: &'static str,
}

/// The credential that a request needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credential {
    None,
    /// An access token or an API token.
    Bearer,
    /// The id and secret of an OAuth client.
    Client,
}

/// A parameter of the query.
#[derive(Clone, Debug)]
pub struct Parameter {
    pub name: &'static str,
    pub detail: &'static str,
    /// A valid value.
    pub example: &'static str,
    /// A regular expression for valid values. Empty if every value is valid.
    pub pattern: &'static str,
}

/// A type that is built from the query.
pub trait Parameters {
    /// The parameters, all of them optional.
    const ALL: &'static [Parameter];
}

#[derive(Debug)]
pub struct Operation {
    pub method: Method,
    /// The path, with parameter names in braces.
    pub path: &'static str,
    pub doc: OperationDoc,
    pub credential: Credential,
    pub query: &'static [Parameter],
    pub body: Option<Body>,
    /// The status and the schema of a successful response.
    pub answer: (StatusCode, Option<Value>),
    /// Possible errors. One error may be listed more than once.
    pub api_errors: Vec<ApiError>,
}

#[derive(Debug)]
pub struct Body {
    pub schema: Value,
    /// True if the body may also be sent as a form.
    pub or_form: bool,
}

#[derive(Debug)]
pub struct Description {
    /// Endpoints in the order of the route table.
    pub operations: Vec<Operation>,
    /// Schemas of bodies and responses, by name.
    pub schemas: BTreeMap<String, Value>,
}

/// A builder for a [`Description`].
pub struct Writer {
    requests: SchemaGenerator,
    answers: SchemaGenerator,
    operations: Vec<Operation>,
}

/// An extractor that describes the part of the request that it reads.
pub trait DescribeRequest {
    fn describe(operation: &mut Operation, schemas: &mut SchemaGenerator);
}

/// A response that describes itself.
pub trait DescribeAnswer {
    /// Returns the status and the schema of the response.
    fn describe(schemas: &mut SchemaGenerator) -> (StatusCode, Option<Value>);
}

impl Default for Writer {
    fn default() -> Self {
        let mut settings =
            SchemaSettings::draft2020_12().with_transform(RecursiveTransform(drop_default));
        settings.meta_schema = None;
        settings.definitions_path = SCHEMAS.into();
        let answers = settings.clone().for_serialize().into_generator();
        Self {
            requests: settings.for_deserialize().into_generator(),
            answers,
            operations: Vec::new(),
        }
    }
}

/// Removes the default of an optional member. Some generated clients would send a default of
/// `null`, and PATCH clears what is `null`. Others require each member that has a default.
fn drop_default(schema: &mut Schema) {
    schema.remove("default");
}

impl Writer {
    /// Adds an endpoint. `Request` and `Answer` are the types that its handler takes and returns.
    pub fn add<Request: DescribeRequest, Answer: DescribeAnswer>(
        &mut self,
        method: Method,
        path: &'static str,
        doc: OperationDoc,
        api_errors: &[ApiError],
    ) {
        let mut operation = Operation {
            method,
            path,
            doc,
            credential: Credential::None,
            query: &[],
            body: None,
            answer: Answer::describe(&mut self.answers),
            api_errors: COMMON_ERRORS
                .into_iter()
                .chain(api_errors.iter().copied())
                .collect(),
        };
        // Sets the credential, the query and the body.
        Request::describe(&mut operation, &mut self.requests);
        self.operations.push(operation);
    }

    pub fn finish(mut self) -> Description {
        let _ = self.answers.subschema_for::<Problem>();
        let schemas = self
            .requests
            .take_definitions(true)
            .into_iter()
            .chain(self.answers.take_definitions(true));
        Description {
            operations: self.operations,
            schemas: schemas.collect(),
        }
    }
}

impl Description {
    /// Returns the `OpenAPI` 3.1 document. Its server is the public URL.
    pub fn document(&self, app: &App) -> Value {
        let mut paths = Map::new();
        for operation in &self.operations {
            let path = paths.entry(operation.path).or_insert_with(|| json!({}));
            path[operation.method.as_str().to_ascii_lowercase()] = operation.document();
        }
        json!({
            "openapi": "3.1.0",
            "info": {
                "title": format!("{} API", app.settings.app_name),
                "version": "1",
                "description": "Create accounts, get tokens, manage your account, look up public \
                                profiles and administer users. The rules are the same as on the \
                                website. Requests and responses are JSON.",
            },
            "servers": [{"url": app.public_url.as_str()}],
            "paths": paths,
            "components": {
                "schemas": self.schemas,
                "securitySchemes": {
                    "accessToken": {
                        "type": "http",
                        "scheme": "bearer",
                        "description": "An access token or an API token.",
                    },
                    "client": {
                        "type": "http",
                        "scheme": "basic",
                        "description": "The id and secret printed by `vestibule client create`.",
                    },
                },
            },
        })
    }
}

impl Operation {
    /// Adds errors that the endpoint can return.
    pub fn may_fail(&mut self, api_errors: &[ApiError]) {
        self.api_errors.extend(api_errors);
    }

    /// Returns the errors by status, each once.
    pub fn api_errors_by_status(&self) -> BTreeMap<u16, Vec<ApiError>> {
        let mut by_status: BTreeMap<u16, Vec<ApiError>> = BTreeMap::new();
        for api_error in &self.api_errors {
            let alike = by_status.entry(api_error.status().as_u16()).or_default();
            if !alike.contains(api_error) {
                alike.push(*api_error);
            }
        }
        by_status
    }

    fn path_names(&self) -> impl Iterator<Item = &'static str> {
        self.path
            .split('{')
            .skip(1)
            .filter_map(|rest| rest.split('}').next())
    }

    fn document(&self) -> Value {
        let (status, schema) = &self.answer;
        let mut answers = Map::new();
        let mut answer = json!({"description": status.canonical_reason().unwrap_or_default()});
        if let Some(schema) = schema {
            answer["content"] = json!({"application/json": {"schema": schema}});
        }
        answers.insert(status.as_str().to_owned(), answer);
        for (status, api_errors) in self.api_errors_by_status() {
            answers.insert(status.to_string(), rejected(status, &api_errors));
        }
        let in_path = self.path_names().map(|name| {
            json!({
                "name": name,
                "in": "path",
                "required": true,
                "schema": {"type": "string", "minLength": 1},
            })
        });
        let in_query = self.query.iter().map(Parameter::document);
        let mut document = json!({
            "tags": [self.doc.tag],
            "operationId": self.doc.id,
            "summary": self.doc.summary,
            "description": self.doc.detail,
            "parameters": in_path.chain(in_query).collect::<Vec<_>>(),
            "responses": answers,
        });
        if let Some(body) = &self.body {
            let mut content = json!({"application/json": {"schema": body.schema}});
            if body.or_form {
                content["application/x-www-form-urlencoded"] = json!({"schema": body.schema});
            }
            document["requestBody"] = json!({"required": true, "content": content});
        }
        let credential = match self.credential {
            Credential::None => return document,
            Credential::Bearer => "accessToken",
            Credential::Client => "client",
        };
        document["security"] = json!([{credential: []}]);
        document
    }
}

impl Parameter {
    fn document(&self) -> Value {
        let mut schema = json!({"type": "string"});
        if !self.pattern.is_empty() {
            schema["pattern"] = self.pattern.into();
        }
        json!({
            "name": self.name,
            "in": "query",
            "description": self.detail,
            "schema": schema,
            "example": self.example,
        })
    }
}

fn rejected(status: u16, api_errors: &[ApiError]) -> Value {
    let codes: Vec<String> = api_errors
        .iter()
        .map(|api_error| format!("`{}`: {}", api_error.code(), api_error.title()))
        .collect();
    let mut answer = json!({
        "description": codes.join("; "),
        "content": {
            "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}},
        },
    });
    let header = match status {
        401 => "WWW-Authenticate",
        429 | 503 => "Retry-After",
        _ => return answer,
    };
    answer["headers"] = json!({header: {"required": true, "schema": {"type": "string"}}});
    answer
}
