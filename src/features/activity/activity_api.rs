//! `GET /api/v1/me/activity`: the account's activity for API clients.

use schemars::JsonSchema;
use serde::Serialize;

use super::list_activity::list_activity;
use crate::http::api::api_request::ApiUser;
use crate::http::api::json::Json;
use crate::http::api::list::{After, List};
use crate::http::error::Error;
use crate::http::fields::Query;
use crate::store::events::ListedEvent;
use crate::texts::activity;
use crate::values::Event;
use crate::values::display_device;

/// An event of the account.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Event")]
pub struct ActivityItem {
    /// Event id.
    id: String,
    /// Name of the event. It never changes.
    #[schemars(example = &"logged_in")]
    event: String,
    /// The event in words, which may change.
    description: &'static str,
    /// Time of the event.
    #[schemars(extend("format" = "date-time"))]
    at: String,
    /// Device, or `null` if an administrator or the operator acted.
    device: Option<String>,
    /// IP address, or `null` if an administrator or the operator acted.
    address: Option<String>,
    /// Id of the app that the event is about, or `null`.
    app: Option<String>,
}

impl From<ListedEvent> for ActivityItem {
    fn from(event: ListedEvent) -> Self {
        // Events caused by an administrator or the operator are stored without a network address.
        let address = Some(event.client_address).filter(|address| !address.is_empty());
        Self {
            description: activity::title(Event::parse(&event.kind), event.undo_link_id.is_some()),
            at: event.happened_at.iso(),
            device: address.is_some().then(|| display_device(&event.user_agent)),
            id: event.id,
            event: event.kind,
            address,
            app: event.app_id.map(|app| app.0),
        }
    }
}

/// Returns a page of activity, newest first.
pub async fn list(
    api_user: ApiUser,
    Query(after): Query<After>,
) -> Result<Json<List<ActivityItem>>, Error> {
    let activity = list_activity(&api_user.request.app, api_user.id(), after.cursor()?).await?;
    let items = activity
        .events
        .into_iter()
        .map(ActivityItem::from)
        .collect();
    Ok(Json(List {
        items,
        next: activity.older.map(|cursor| cursor.in_url()),
    }))
}
