//! `GET /admin`: the work for an administrator.

use std::net::IpAddr;
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::accounts::apps as registered;
use crate::clock::Timestamp;
use crate::db::{DbError, Tx};
use crate::http::error::Error;
use crate::http::pages::administrator::Administrator;
use crate::http::pages::frame::Frame;
use crate::http::pages::times::PastTime;
use crate::store::outbox::{self, DeliveryProblems};
use crate::store::{admin_log, apps, instance, invitations, pending_signups};
use crate::values::{AdminVerb, AppId};

/// Largest number of apps that the page names.
const NAMED_APPS: i64 = 10;
/// Period in which an action counts as recent.
const RECENT: Duration = Duration::from_hours(30 * 24);

#[derive(Template)]
#[template(path = "administration/overview.html")]
struct OverviewPage {
    frame: Frame,
    state: Overview,
    oldest_queued: Option<PastTime>,
    /// The peer, unless it has become a trusted proxy since.
    unknown_proxy: Option<IpAddr>,
}

#[derive(Default)]
struct Overview {
    waiting: i64,
    invitations: i64,
    queued_emails: i64,
    oldest_queued: Option<Timestamp>,
    email_problems: DeliveryProblems,
    /// The stored address of a peer that forwarded a request and was not a trusted proxy then.
    unknown_proxy: Option<String>,
    /// An origin for which a proxy asked, and which no app has.
    unknown_origin: Option<String>,
    /// Apps that no user may open.
    apps_without_groups: Vec<(AppId, String)>,
    /// Number of secrets of apps that were created lately.
    new_secrets: i64,
    /// Number of times that an administrator added themselves to a group lately.
    self_added: i64,
}

pub async fn show(Administrator(signed_in): Administrator) -> Result<HttpResponse, Error> {
    let request = &signed_in.request;
    let mut state = request.app.read(read).await?;
    let now = request.app.clock.now();
    let page = OverviewPage {
        frame: request.frame(),
        oldest_queued: state.oldest_queued.map(|oldest| PastTime::new(oldest, now)),
        unknown_proxy: request.app.still_unknown_proxy(state.unknown_proxy.take()),
        state,
    };
    request.page(StatusCode::OK, &page)
}

fn read(tx: &mut Tx<'_>) -> Result<Overview, DbError> {
    let now = tx.now;
    let (queued_emails, oldest_queued) = outbox::count_waiting(tx)?;
    Ok(Overview {
        waiting: pending_signups::count_awaiting_approval(tx, now)?,
        invitations: invitations::count_open(tx, now)?,
        queued_emails,
        oldest_queued,
        email_problems: outbox::delivery_problems(tx)?,
        unknown_proxy: instance::unknown_proxy(tx)?,
        unknown_origin: registered::unknown_origin(tx)?,
        apps_without_groups: apps::without_groups(tx, NAMED_APPS)?,
        new_secrets: admin_log::count_of(tx, AdminVerb::AppSecretCreated.name(), now - RECENT)?,
        self_added: admin_log::count_on_self(tx, AdminVerb::MemberAdded.name(), now - RECENT)?,
    })
}

/// Renders every state of the page with hostile values.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    use crate::http::samples::HOSTILE;
    let page = |state, unknown_proxy| OverviewPage {
        frame: Frame::sample_administration(),
        state,
        unknown_proxy,
        oldest_queued: Some(PastTime::sample()),
    };
    let busy = Overview {
        waiting: 1,
        invitations: 2,
        queued_emails: 3,
        email_problems: DeliveryProblems {
            sender_rejected: 1,
            outcome_unknown: 2,
            given_up: 3,
        },
        unknown_origin: Some(HOSTILE.to_owned()),
        apps_without_groups: vec![(AppId("wiki".to_owned()), HOSTILE.to_owned())],
        new_secrets: 1,
        self_added: 2,
        ..Overview::default()
    };
    let peer = Some(IpAddr::from([192, 0, 2, 1]));
    vec![
        page(Overview::default(), None).render(),
        page(busy, peer).render(),
    ]
}
