//! `POST /api/v1/introspect`: tells an OAuth client if a token works (RFC 7662).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::introspect::{Active, introspect};
use crate::app::App;
use crate::http::api::json::{InOrder, Json, JsonOrForm};
use crate::http::api::service::Service;
use crate::http::error::Error;
use crate::texts::reasons::Reason;

/// What is asked.
#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "IntrospectionRequest")]
pub struct Question {
    /// The access token or personal access token that the service was sent.
    #[schemars(length(min = 1), example = &"eyJ…")]
    token: String,
}

/// The answer. Of a token that is no good, nothing but that is said.
#[derive(Default, Serialize, JsonSchema)]
pub struct Introspection {
    /// Whether the token is good now: signed by Vestibule, not past its end, not revoked.
    active: bool,
    /// `Bearer`.
    #[serde(skip_serializing_if = "Option::is_none")]
    token_type: Option<&'static str>,
    /// The person's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    sub: Option<String>,
    /// The public URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    iss: Option<String>,
    /// For whom an access token is: the public URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    aud: Option<String>,
    /// Who asked for an access token.
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<String>,
    /// The session of an access token.
    #[serde(skip_serializing_if = "Option::is_none")]
    sid: Option<String>,
    /// Of this access token alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    jti: Option<String>,
    /// When it was made, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    iat: Option<i64>,
    /// When it ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    exp: Option<i64>,
}

impl Introspection {
    fn of(app: &App, active: Active) -> Self {
        let common = Self {
            active: true,
            token_type: Some("Bearer"),
            ..Self::default()
        };
        match active {
            Active::Access(claims) => Self {
                sub: Some(claims.sub),
                iss: Some(claims.iss),
                aud: Some(claims.aud),
                client_id: Some(claims.client_id),
                sid: Some(claims.sid),
                jti: Some(claims.jti),
                iat: Some(claims.iat),
                exp: Some(claims.exp),
                ..common
            },
            Active::Personal {
                user,
                created_at,
                expires_at,
            } => Self {
                sub: Some(user),
                iss: Some(app.public_url.to_string()),
                iat: Some(created_at.seconds()),
                exp: Some(expires_at.seconds()),
                ..common
            },
        }
    }
}

pub async fn submit(
    InOrder(service, JsonOrForm(question)): InOrder<Service, JsonOrForm<Question>>,
) -> Result<Json<Introspection>, Error> {
    if question.token.is_empty() {
        return Err(Error::invalid_member("token", Reason::MissingMember));
    }
    let active = introspect(&service.request.app, &question.token).await?;
    Ok(Json(active.map_or_else(Introspection::default, |active| {
        Introspection::of(&service.request.app, active)
    })))
}
