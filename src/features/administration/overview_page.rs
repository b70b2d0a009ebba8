//! `GET /admin`: what waits for an administrator.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::clock::Timestamp;
use crate::db::{DbError, Tx};
use crate::http::error::Error;
use crate::http::pages::administrator::Administrator;
use crate::http::pages::frame::Frame;
use crate::http::pages::times::PastTime;
use crate::store::{instance, invitations, outbox, pending_signups};

#[derive(Template)]
#[template(path = "administration/overview.html")]
struct OverviewPage {
    frame: Frame,
    state: State,
    oldest_mail: Option<PastTime>,
}

#[derive(Default)]
struct State {
    waiting: i64,
    invitations: i64,
    mails: i64,
    oldest_mail: Option<Timestamp>,
    rejected_mails: i64,
    /// The address of a peer that forwards requests and is not a trusted proxy.
    unknown_proxy: Option<String>,
}

pub async fn show(Administrator(signed_in): Administrator) -> Result<HttpResponse, Error> {
    let request = &signed_in.request;
    let state = request.app.read(read).await?;
    let now = request.app.clock.now();
    let page = OverviewPage {
        frame: request.frame(),
        oldest_mail: state.oldest_mail.map(|oldest| PastTime::new(oldest, now)),
        state,
    };
    request.page(StatusCode::OK, &page)
}

fn read(tx: &mut Tx<'_>) -> Result<State, DbError> {
    let now = tx.now;
    let (mails, oldest_mail) = outbox::count_waiting(tx)?;
    Ok(State {
        waiting: pending_signups::count_confirmed(tx, now)?,
        invitations: invitations::count_open(tx, now)?,
        mails,
        oldest_mail,
        rejected_mails: outbox::delivery_problems(tx)?.sender_rejected,
        unknown_proxy: instance::unknown_proxy(tx)?,
    })
}

/// Renders every state of the page with hostile values.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    use crate::http::samples::HOSTILE;
    let page = |state| OverviewPage {
        frame: Frame::sample_administration(),
        state,
        oldest_mail: Some(PastTime::sample()),
    };
    let busy = State {
        waiting: 1,
        invitations: 2,
        mails: 3,
        rejected_mails: 1,
        unknown_proxy: Some(HOSTILE.to_owned()),
        ..State::default()
    };
    vec![page(State::default()).render(), page(busy).render()]
}
