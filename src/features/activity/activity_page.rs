//! `GET /account/activity`: the account's activity in pages, newest first.

use std::collections::{BTreeMap, HashSet};

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use super::list_activity::list_activity;
use crate::clock::Timestamp;
use crate::http::error::Error;
use crate::http::fields::Query;
use crate::http::pages::current_user::SignedIn;
use crate::http::pages::frame::Frame;
use crate::http::pages::list_query::ListQuery;
use crate::http::pages::times::PastTime;
use crate::store::events::ListedEvent;
use crate::texts::activity;
use crate::urls;
use crate::values::{AppId, Event, display_device};

struct EventView {
    title: &'static str,
    detail: Option<&'static str>,
    /// Name of the app that the event is about.
    app: Option<String>,
    when: PastTime,
    device: String,
    address: String,
    undo_href: Option<String>,
}

#[derive(Template)]
#[template(path = "activity/activity.html")]
struct ActivityPage {
    frame: Frame,
    events: Vec<EventView>,
    is_newest: bool,
    older_href: Option<String>,
}

impl EventView {
    fn new(
        event: &ListedEvent,
        live_undos: &HashSet<String>,
        app_names: &BTreeMap<AppId, String>,
        now: Timestamp,
    ) -> Self {
        let undo = event.undo_link_id.as_ref();
        let (kind, was_mailed) = (Event::parse(&event.kind), undo.is_some());
        Self {
            title: activity::title(kind, was_mailed),
            detail: activity::detail(kind, was_mailed),
            app: event
                .app_id
                .as_ref()
                .map(|id| app_names.get(id).unwrap_or(&id.0).clone()),
            when: PastTime::new(event.happened_at, now),
            device: display_device(&event.user_agent),
            address: event.client_address.clone(),
            undo_href: undo
                .filter(|undo| live_undos.contains(*undo))
                .map(|_| urls::activity_undo(&event.id)),
        }
    }
}

pub async fn show(
    SignedIn { request, current }: SignedIn,
    Query(ListQuery { before }): Query<ListQuery>,
) -> Result<HttpResponse, Error> {
    let (is_newest, now) = (before.is_none(), request.app.clock.now());
    let activity = list_activity(&request.app, current.user.id, before).await?;
    let live_undos = activity.live_undos.into_iter().collect();
    let page = ActivityPage {
        frame: request.frame(),
        events: activity
            .events
            .iter()
            .map(|event| EventView::new(event, &live_undos, &activity.app_names, now))
            .collect(),
        is_newest,
        older_href: activity
            .older
            .map(|cursor| urls::activity_before(&cursor.in_url())),
    };
    request.page(StatusCode::OK, &page)
}

/// Renders every state of the page with hostile input.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    use crate::http::samples::HOSTILE;
    let event = |undo_href| EventView {
        title: "Logged in from a new device",
        detail: Some("We emailed you about it."),
        app: Some(HOSTILE.to_owned()),
        when: PastTime::sample(),
        device: HOSTILE.to_owned(),
        address: HOSTILE.to_owned(),
        undo_href,
    };
    let page = |events, is_newest, older_href| ActivityPage {
        frame: Frame::sample_signed_in(),
        events,
        is_newest,
        older_href,
    };
    vec![
        page(Vec::new(), true, None).render(),
        page(Vec::new(), false, None).render(),
        page(
            vec![event(Some(urls::activity_undo("0"))), event(None)],
            true,
            Some(urls::activity_before("0.0")),
        )
        .render(),
        page(vec![event(None)], false, None).render(),
    ]
}
