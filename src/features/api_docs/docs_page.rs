//! `GET /api/docs`: the API documentation for people.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use askama::Template;
use serde_json::Value;

use crate::http::api::openapi::{Credential, Description, Operation};
use crate::http::error::Error;
use crate::http::pages::current_user::Anyone;
use crate::http::pages::frame::Frame;
use crate::texts::problems::ApiError;

struct Section {
    tag: &'static str,
    endpoints: Vec<Endpoint>,
}

struct Endpoint {
    id: &'static str,
    method: String,
    path: &'static str,
    summary: &'static str,
    detail: &'static str,
    credential: Credential,
    query: Vec<Member>,
    body: Vec<Member>,
    status: String,
    answer: Vec<Member>,
    api_errors: Vec<(u16, &'static str)>,
}

/// A member of a JSON object, or a query parameter.
struct Member {
    name: String,
    kind: String,
    is_required: bool,
    detail: String,
}

#[derive(Template)]
#[template(path = "api_docs/docs.html")]
struct DocsPage {
    frame: Frame,
    public_url: String,
    sections: Vec<Section>,
    api_errors: &'static [ApiError],
}

pub async fn show(
    Anyone { request, .. }: Anyone,
    description: Data<Description>,
) -> Result<HttpResponse, Error> {
    let page = DocsPage {
        frame: request.frame(),
        public_url: request.app.public_url.to_string(),
        sections: sections(&description),
        api_errors: ApiError::ALL,
    };
    request.page(StatusCode::OK, &page)
}

fn sections(description: &Description) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    for operation in &description.operations {
        let endpoint = Endpoint::new(operation, description);
        match sections
            .iter_mut()
            .find(|section| section.tag == operation.doc.tag)
        {
            Some(section) => section.endpoints.push(endpoint),
            None => sections.push(Section {
                tag: operation.doc.tag,
                endpoints: vec![endpoint],
            }),
        }
    }
    sections
}

impl Endpoint {
    fn new(operation: &Operation, description: &Description) -> Self {
        let (status, answer) = &operation.answer;
        let query = operation.query.iter().map(|parameter| Member {
            name: parameter.name.to_owned(),
            kind: "string".to_owned(),
            is_required: false,
            detail: parameter.detail.to_owned(),
        });
        let api_errors = operation.api_errors_by_status().into_iter();
        Self {
            id: operation.doc.id,
            method: operation.method.to_string(),
            path: operation.path,
            summary: operation.doc.summary,
            detail: operation.doc.detail,
            credential: operation.credential,
            query: query.collect(),
            body: operation
                .body
                .as_ref()
                .map_or_else(Vec::new, |body| members(&body.schema, description)),
            status: status.to_string(),
            answer: answer
                .as_ref()
                .map_or_else(Vec::new, |schema| members(schema, description)),
            api_errors: api_errors
                .flat_map(|(status, alike)| {
                    alike
                        .into_iter()
                        .map(move |api_error| (status, api_error.code()))
                })
                .collect(),
        }
    }
}

/// Returns the members of an object's schema. Members of list items are named `list[].member`.
fn members(schema: &Value, description: &Description) -> Vec<Member> {
    let schema = resolved(schema, description);
    let required = |name: &str| {
        schema["required"]
            .as_array()
            .is_some_and(|names| names.iter().any(|it| it == name))
    };
    let properties = schema["properties"].as_object().into_iter().flatten();
    properties
        .flat_map(|(name, value)| {
            let member = Member {
                name: name.clone(),
                kind: kind(value, description),
                is_required: required(name),
                detail: value["description"].as_str().unwrap_or_default().to_owned(),
            };
            // `items` is empty unless the member is a list of objects.
            let items = members(&value["items"], description).into_iter();
            let items = items.map(|item| Member {
                name: format!("{name}[].{}", item.name),
                ..item
            });
            std::iter::once(member).chain(items.collect::<Vec<_>>())
        })
        .collect()
}

fn resolved<'a>(schema: &'a Value, description: &'a Description) -> &'a Value {
    let name = schema["$ref"]
        .as_str()
        .and_then(|reference| reference.rsplit('/').next());
    name.and_then(|name| description.schemas.get(name))
        .unwrap_or(schema)
}

/// Returns the JSON type of a value, such as `string or null`.
fn kind(schema: &Value, description: &Description) -> String {
    let name = |name: &str| match name {
        "integer" => "number".to_owned(),
        json_type => json_type.to_owned(),
    };
    let schema = resolved(schema, description);
    match &schema["type"] {
        Value::String(one) => name(one),
        Value::Array(some) => {
            let names: Vec<_> = some.iter().filter_map(Value::as_str).map(name).collect();
            names.join(" or ")
        }
        _ => "object".to_owned(),
    }
}

/// Renders the page of an API that uses every element, with hostile text.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    use crate::http::samples::HOSTILE;
    let member = |is_required| Member {
        name: HOSTILE.to_owned(),
        kind: HOSTILE.to_owned(),
        is_required,
        detail: HOSTILE.to_owned(),
    };
    let endpoint = |credential| Endpoint {
        id: "id",
        method: "GET".to_owned(),
        path: "/api/v1/{id}",
        summary: HOSTILE,
        detail: HOSTILE,
        credential,
        query: vec![member(false)],
        body: vec![member(true), member(false)],
        status: "200 OK".to_owned(),
        answer: vec![member(true)],
        api_errors: vec![(422, "invalid")],
    };
    let credentials = [Credential::None, Credential::Bearer, Credential::Client];
    let sections = vec![Section {
        tag: HOSTILE,
        endpoints: credentials.map(endpoint).into(),
    }];
    let page = DocsPage {
        frame: Frame::sample(),
        public_url: HOSTILE.to_owned(),
        sections,
        api_errors: ApiError::ALL,
    };
    vec![page.render()]
}
