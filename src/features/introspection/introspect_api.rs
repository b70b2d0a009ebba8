//! `POST /api/v1/introspect`: tells an OAuth client if a token works (RFC 7662).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::introspect::{Active, introspect};
use crate::app::App;
use crate::http::api::json::{InOrder, Json, JsonOrForm};
use crate::http::api::service::Service;
use crate::http::error::Error;
use crate::texts::reasons::Reason;

/// The token to introspect.
#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "IntrospectionRequest")]
pub struct Question {
    /// Access token or API token that the service received.
    #[schemars(length(min = 1), example = &"eyJ…")]
    token: String,
}

/// The state of a token. An inactive token has only `active`.
#[derive(Default, Serialize, JsonSchema)]
pub struct Introspection {
    /// True if the token is valid now: signed by this server, not expired, not revoked.
    active: bool,
    /// Always `Bearer`.
    #[serde(skip_serializing_if = "Option::is_none")]
    token_type: Option<&'static str>,
    /// Account id.
    #[serde(skip_serializing_if = "Option::is_none")]
    sub: Option<String>,
    /// Public URL of this server.
    #[serde(skip_serializing_if = "Option::is_none")]
    iss: Option<String>,
    /// Intended audience of an access token.
    #[serde(skip_serializing_if = "Option::is_none")]
    aud: Option<String>,
    /// OAuth client that asked for the access token.
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<String>,
    /// Session id of an access token.
    #[serde(skip_serializing_if = "Option::is_none")]
    sid: Option<String>,
    /// Id of this access token.
    #[serde(skip_serializing_if = "Option::is_none")]
    jti: Option<String>,
    /// Issue time, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    iat: Option<i64>,
    /// Expiry, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    exp: Option<i64>,
    /// Time of the login, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_time: Option<i64>,
    /// `aal1`, or `aal2` for a login with a second step.
    #[serde(skip_serializing_if = "Option::is_none")]
    acr: Option<String>,
    /// Methods of the login (RFC 8176).
    #[serde(skip_serializing_if = "Option::is_none")]
    amr: Option<Vec<String>>,
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
                auth_time: claims.authentication.auth_time,
                acr: claims.authentication.acr,
                amr: claims.authentication.amr,
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
