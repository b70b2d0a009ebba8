//! `/admin/waiting`: the sign-ups that await approval, the oldest first.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use serde::Deserialize;

use super::decide::{Decision, Outcome, decide};
use crate::clock::Timestamp;
use crate::db::{DbError, Tx};
use crate::http::error::Error;
use crate::http::fields::Query;
use crate::http::pages::administrator::{Administrator, AdministratorForm, Question};
use crate::http::pages::flash::Flash;
use crate::http::pages::frame::Frame;
use crate::http::pages::list_query::ListQuery;
use crate::http::pages::signed_in_form::TypedForm;
use crate::http::pages::times::{ExactTime, PastTime};
use crate::store::pending_signups::{self, PendingSignup};
use crate::texts::administration::ActRejected;
use crate::texts::notices::Notice;
use crate::urls;
use crate::values::{AdminVerb, Cursor, EmailAddress};

const PER_PAGE: usize = 20;

#[derive(Deserialize)]
pub struct DecisionForm {
    email: String,
    decision: Decision,
}

impl TypedForm for DecisionForm {}

struct WaitingView {
    email: String,
    name: Option<String>,
    confirmed: PastTime,
    expires: ExactTime,
}

#[derive(Template)]
#[template(path = "administration/waiting.html")]
struct WaitingPage {
    frame: Frame,
    waiting: Vec<WaitingView>,
    is_first: bool,
    next_href: Option<String>,
}

impl WaitingView {
    fn new(signup: PendingSignup, now: Timestamp) -> Self {
        Self {
            email: signup.email,
            name: signup.name,
            confirmed: PastTime::new(signup.confirmed_at.unwrap_or(now), now),
            expires: signup.expires_at.into(),
        }
    }
}

pub async fn show(
    Administrator(signed_in): Administrator,
    Query(ListQuery { before }): Query<ListQuery>,
) -> Result<HttpResponse, Error> {
    let request = &signed_in.request;
    let (is_first, now) = (before.is_none(), request.app.clock.now());
    let read = move |tx: &mut Tx<'_>| read(tx, before.as_ref());
    let (waiting, next) = request.app.read(read).await?;
    let page = WaitingPage {
        frame: request.frame(),
        waiting: waiting
            .into_iter()
            .map(|signup| WaitingView::new(signup, now))
            .collect(),
        is_first,
        next_href: next.map(|cursor| urls::admin_list(urls::ADMIN_WAITING, "", &cursor.in_url())),
    };
    request.page(StatusCode::OK, &page)
}

fn read(
    tx: &mut Tx<'_>,
    after: Option<&Cursor>,
) -> Result<(Vec<PendingSignup>, Option<Cursor>), DbError> {
    let now = tx.now;
    let limit = i64::try_from(PER_PAGE + 1).unwrap_or(i64::MAX);
    let mut waiting = pending_signups::confirmed(tx, after, limit, now)?;
    let next = Cursor::cut(&mut waiting, PER_PAGE, |signup| {
        Cursor::new(signup.confirmed_at.unwrap_or(now), &signup.id)
    });
    Ok((waiting, next))
}

pub async fn submit(form: AdministratorForm<DecisionForm>) -> Result<HttpResponse, Error> {
    let decision = form.form.decision;
    let question = Question {
        title: match decision {
            Decision::Approve => "Approve this sign-up",
            Decision::Decline => "Decline this sign-up",
        },
        subject: form.form.email.clone(),
        effect: match decision {
            Decision::Approve => "This creates the account. Its user gets an email.",
            Decision::Decline => "This deletes the sign-up. Its user gets an email.",
        },
        is_grave: false,
    };
    form.act(question, async |request, by, form| {
        let email = EmailAddress::parse(&form.email).map_err(|_| Error::BadRequest)?;
        let notice = match decide(&request.app, by, email, decision).await? {
            Outcome::Decided => Notice::Act(match decision {
                Decision::Approve => AdminVerb::Approved,
                Decision::Decline => AdminVerb::Declined,
            }),
            Outcome::NotWaiting => Notice::ActRejected(ActRejected::Gone),
            Outcome::NotAllowed => return Err(Error::SessionChanged),
        };
        Ok(request.redirect(urls::ADMIN_WAITING, &Flash::notice(notice)))
    })
    .await
}

/// Renders every state of the page with hostile values.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    use crate::http::samples::HOSTILE;
    let view = |name: Option<&str>| WaitingView {
        email: HOSTILE.to_owned(),
        name: name.map(str::to_owned),
        confirmed: PastTime::sample(),
        expires: Timestamp::from_millis(0).into(),
    };
    let page = |waiting, is_first, next_href| WaitingPage {
        frame: Frame::sample_administration(),
        waiting,
        is_first,
        next_href,
    };
    let next = Some(urls::admin_list(urls::ADMIN_WAITING, "", "0.0"));
    vec![
        page(Vec::new(), true, None).render(),
        page(vec![view(Some(HOSTILE)), view(None)], true, next).render(),
        page(Vec::new(), false, None).render(),
    ]
}
