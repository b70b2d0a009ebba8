//! `/admin/people/{id}`: one account, what keeps its user from logging in, and the acts on it.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Path;
use askama::Template;
use serde::Deserialize;

use super::admin_action::Outcome;
use super::delete_user::delete_user;
use super::end_all_sessions::end_all_sessions;
use super::explain::{Obstacle, explain};
use super::find_users::find_user;
use super::lock_account::{lock_account, unlock_account};
use super::request_factor_recovery::request_factor_recovery;
use super::send_reset::send_reset;
use crate::accounts::admin_log::AdminActor;
use crate::accounts::sessions::policy;
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::{DbError, Tx};
use crate::http::error::Error;
use crate::http::pages::administrator::{Administrator, AdministratorForm, Question};
use crate::http::pages::flash::Flash;
use crate::http::pages::frame::Frame;
use crate::http::pages::page_request::PageRequest;
use crate::http::pages::signed_in_form::TypedForm;
use crate::http::pages::times::{ExactTime, PastTime};
use crate::store::session_lists::{self, ListedSession, Page};
use crate::store::users::User;
use crate::texts::administration::ActRejected;
use crate::texts::notices::Notice;
use crate::urls;
use crate::values::{AdminVerb, EmailAddress, RowId, UserId, display_device};

/// Number of sessions that the page shows.
const SESSIONS: i64 = 20;

#[derive(Deserialize)]
pub struct PersonForm {
    act: Act,
}

/// An act on the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Act {
    Lock,
    Unlock,
    EndSessions,
    SendReset,
    RemoveSecondStep,
    Delete,
}

impl TypedForm for PersonForm {}

struct SessionView {
    device: String,
    address: String,
    last_seen: PastTime,
}

#[derive(Template)]
#[template(path = "administration/person.html")]
struct PersonPage {
    frame: Frame,
    user: User,
    created: PastTime,
    locked: Option<PastTime>,
    recovery_ready: Option<ExactTime>,
    /// True if the page is about the administrator's own account.
    is_own: bool,
    obstacles: Vec<String>,
    sessions: Vec<SessionView>,
    log_href: String,
}

impl PersonPage {
    /// Returns true if an administrator may lock or delete the account.
    fn may_be_locked(&self) -> bool {
        !self.is_own && !self.user.is_admin
    }
}

impl Act {
    fn verb(self) -> AdminVerb {
        match self {
            Self::Lock => AdminVerb::Locked,
            Self::Unlock => AdminVerb::Unlocked,
            Self::EndSessions => AdminVerb::SessionsEnded,
            Self::SendReset => AdminVerb::ResetSent,
            Self::RemoveSecondStep => AdminVerb::SecondStepRemovalStarted,
            Self::Delete => AdminVerb::Deleted,
        }
    }

    fn question(self, subject: String) -> Question {
        let (title, effect) = match self {
            Self::Lock => (
                "Lock this account",
                "Its user is logged out on all devices and can’t log in. Nothing is deleted.",
            ),
            Self::Unlock => ("Unlock this account", "Its user can log in again."),
            Self::EndSessions => (
                "Log out on all devices",
                "Its user can log in again at once.",
            ),
            Self::SendReset => (
                "Send a reset link",
                "Its user can set a new password with the link for 1 hour.",
            ),
            Self::RemoveSecondStep => (
                "Start removing the second step",
                "Its user gets an email and can stop the removal for 24 hours. Then a link removes \
                 the second step.",
            ),
            Self::Delete => (
                "Delete this account",
                "This deletes everything about it at once and can’t be undone.",
            ),
        };
        Question {
            title,
            subject,
            effect,
            is_grave: matches!(self, Self::Lock | Self::RemoveSecondStep | Self::Delete),
        }
    }
}

pub async fn show(
    Administrator(signed_in): Administrator,
    id: Path<RowId>,
) -> Result<HttpResponse, Error> {
    let (request, now) = (&signed_in.request, signed_in.request.app.clock.now());
    let user = find(&request.app, id).await?;
    let id = user.id.clone();
    let sessions = move |tx: &mut Tx<'_>| live_sessions(tx, &id);
    let sessions = request.app.read(sessions).await?;
    let page = PersonPage {
        frame: request.frame(),
        created: PastTime::new(user.created_at, now),
        locked: user.locked_at.map(|since| PastTime::new(since, now)),
        recovery_ready: user.recovery_ready_at.map(ExactTime::from),
        is_own: user.id == signed_in.current.user.id,
        obstacles: obstacles(&request.app, &user).await?,
        sessions: sessions
            .iter()
            .map(|session| SessionView::new(session, now))
            .collect(),
        log_href: urls::admin_list(urls::ADMIN_LOG, &user.id.0, ""),
        user,
    };
    request.page(StatusCode::OK, &page)
}

pub async fn submit(
    form: AdministratorForm<PersonForm>,
    id: Path<RowId>,
) -> Result<HttpResponse, Error> {
    let user = find(&form.signed_in.request.app, id).await?;
    let question = form.form.act.question(user.email);
    form.act(question, async |request, by, form| {
        let outcome = carry_out(&request.app, by, form.act, user.id.clone()).await?;
        respond(request, form.act.verb(), &user.id, &outcome)
    })
    .await
}

async fn carry_out(app: &App, by: AdminActor, act: Act, id: UserId) -> Result<Outcome, Error> {
    Ok(match act {
        Act::Lock => lock_account(app, by, id).await?,
        Act::Unlock => unlock_account(app, by, id).await?,
        Act::EndSessions => end_all_sessions(app, by, id).await?,
        Act::SendReset => send_reset(app, by, id).await?,
        Act::RemoveSecondStep => request_factor_recovery(app, by, id).await?,
        Act::Delete => delete_user(app, by, id).await?,
    })
}

fn respond(
    request: &PageRequest,
    verb: AdminVerb,
    id: &UserId,
    outcome: &Outcome,
) -> Result<HttpResponse, Error> {
    let notice = match outcome {
        Outcome::Changed(_) => Notice::Act(verb),
        Outcome::OwnAccount => Notice::ActRejected(ActRejected::OwnAccount),
        Outcome::AdministratorAccount => Notice::ActRejected(ActRejected::AdministratorAccount),
        Outcome::NoPassword => Notice::ActRejected(ActRejected::NoPassword),
        Outcome::EmailsLimited => Notice::ActRejected(ActRejected::EmailsLimited),
        Outcome::Unknown => return Err(Error::NotFound),
        Outcome::NotAllowed | Outcome::SessionNeeded => return Err(Error::SessionChanged),
    };
    let is_gone = notice == Notice::Act(AdminVerb::Deleted);
    let next = if is_gone {
        urls::ADMIN_PEOPLE.to_owned()
    } else {
        urls::admin_person(&id.0)
    };
    Ok(request.redirect(&next, &Flash::notice(notice)))
}

async fn find(app: &App, id: Path<RowId>) -> Result<User, Error> {
    let user = find_user(app, UserId(id.into_inner().0)).await?;
    user.ok_or(Error::NotFound)
}

async fn obstacles(app: &App, user: &User) -> Result<Vec<String>, Error> {
    // A stored address can always be parsed. Nothing is known about any other one.
    let Ok(email) = EmailAddress::parse(&user.email) else {
        return Ok(Vec::new());
    };
    let obstacles = explain(app, email).await?;
    Ok(obstacles.iter().map(Obstacle::message).collect())
}

fn live_sessions(tx: &mut Tx<'_>, user: &UserId) -> Result<Vec<ListedSession>, DbError> {
    let (live_at, page) = (
        policy::live_at(tx.now),
        Page {
            after: None,
            limit: SESSIONS,
        },
    );
    Ok(session_lists::live_ones(tx, user, None, live_at, page)?)
}

impl SessionView {
    fn new(session: &ListedSession, now: Timestamp) -> Self {
        Self {
            device: display_device(&session.user_agent),
            address: session.client_address.clone(),
            last_seen: PastTime::new(session.last_seen_at, now),
        }
    }
}

/// Renders every state of the page with hostile values.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    use crate::http::samples::HOSTILE;
    let hostile = || HOSTILE.to_owned();
    let page = |is_own, flag: bool| {
        let (id, epoch) = (UserId("0".to_owned()), Timestamp::from_millis(0));
        let user = User {
            is_admin: is_own,
            locked_at: flag.then_some(epoch),
            factor_since: flag.then_some(epoch),
            handle: flag.then(hostile),
            ..User::new(id, HOSTILE, flag.then_some(HOSTILE), epoch)
        };
        PersonPage {
            frame: Frame::sample_administration(),
            created: PastTime::sample(),
            locked: flag.then(PastTime::sample),
            recovery_ready: flag.then(|| epoch.into()),
            is_own,
            obstacles: flag.then(hostile).into_iter().collect(),
            sessions: flag
                .then(|| SessionView {
                    device: hostile(),
                    address: hostile(),
                    last_seen: PastTime::sample(),
                })
                .into_iter()
                .collect(),
            log_href: urls::admin_list(urls::ADMIN_LOG, "0", ""),
            user,
        }
    };
    vec![
        page(false, false).render(),
        page(false, true).render(),
        page(true, false).render(),
    ]
}
