//! `GET /api/v1/me/sessions` and `DELETE /api/v1/me/sessions/{id}`: the user's sessions for API
//! clients.

use actix_web::web::Path;
use schemars::JsonSchema;
use serde::Serialize;

use super::end_session::{Outcome, end_session};
use super::list_sessions::list_sessions;
use crate::http::api::api_request::ApiUser;
use crate::http::api::json::{Json, NoContent};
use crate::http::api::list::{After, List};
use crate::http::error::Error;
use crate::http::fields::Query;
use crate::store::session_lists::ListedSession;
use crate::values::{RowId, display_device};

/// A session of the account.
#[derive(Serialize, JsonSchema)]
pub struct Session {
    /// Session id. It grants no access.
    id: String,
    /// Browser and system, or app.
    device: String,
    /// The `User-Agent` that the device sent.
    user_agent: String,
    /// IP address at login.
    address: String,
    /// Time of login.
    #[schemars(extend("format" = "date-time"))]
    created_at: String,
    /// Time of the last request, to the minute.
    #[schemars(extend("format" = "date-time"))]
    last_seen_at: String,
    /// Latest end of the session.
    #[schemars(extend("format" = "date-time"))]
    expires_at: String,
    /// True for a session that lasts 30 days idle and 180 days in all, instead of 24 hours and 7
    /// days.
    remember: bool,
    /// True for a session of an app.
    api: bool,
    /// True for the session that sends this request.
    current: bool,
}

impl Session {
    fn new(session: ListedSession, current: Option<&str>) -> Self {
        Self {
            device: display_device(&session.user_agent),
            user_agent: session.user_agent,
            address: session.client_address,
            created_at: session.created_at.iso(),
            last_seen_at: session.last_seen_at.iso(),
            expires_at: session.expires_at.iso(),
            remember: session.remember,
            api: session.refresh_generation.is_some(),
            current: current == Some(&session.handle),
            id: session.handle,
        }
    }
}

/// Lists the live sessions, with the current one first.
pub async fn list(
    api_user: ApiUser,
    Query(after): Query<After>,
) -> Result<Json<List<Session>>, Error> {
    let actor = api_user.actor();
    let listed =
        list_sessions(&api_user.request.app, actor.user, actor.by, after.cursor()?).await?;
    let current = api_user.session().map(|session| session.handle.as_str());
    let items = listed
        .sessions
        .into_iter()
        .map(|session| Session::new(session, current))
        .collect();
    Ok(Json(List {
        items,
        next: listed.earlier.map(|cursor| cursor.in_url()),
    }))
}

/// Ends a session. The current session must have had a login or reauthentication recently.
pub async fn end(api_user: ApiUser, id: Path<RowId>) -> Result<NoContent, Error> {
    match end_session(
        &api_user.request.app,
        api_user.actor(),
        api_user.reauthentication()?,
        id.into_inner().0,
    )
    .await?
    {
        Outcome::Ended { .. } | Outcome::LoggedOut => Ok(NoContent),
        Outcome::Unknown => Err(Error::NotFound),
        Outcome::SessionEnded => Err(Error::SessionChanged),
    }
}
