//! `/admin/people/{id}`: one account, what keeps its user from logging in, and the actions on it.

use std::slice;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Path;
use askama::Template;
use serde::Deserialize;

use super::admin_action::Outcome;
use super::delete_user::delete_user;
use super::end_all_sessions::end_all_sessions;
use super::explain::explain;
use super::find_users::find_user;
use super::groups::group_page::notice_of_member;
use super::groups::members::{add_member, remove_member};
use super::lock_account::{lock_account, unlock_account};
use super::request_factor_recovery::request_factor_recovery;
use super::send_reset::send_reset;
use crate::accounts::admin_log::AdminActor;
use crate::accounts::apps::logins::names_of_session;
use crate::accounts::groups;
use crate::accounts::sessions::policy;
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::{DbError, Tx};
use crate::http::error::Error;
use crate::http::pages::administrator::{
    ActionPrompt, Administrator, AdministratorForm, GrantOutcome,
};
use crate::http::pages::flash::Flash;
use crate::http::pages::frame::Frame;
use crate::http::pages::page_request::PageRequest;
use crate::http::pages::signed_in_form::TypedForm;
use crate::http::pages::times::{ExactTime, PastTime};
use crate::store::app_logins::{self, OpenedApp};
use crate::store::group_members;
use crate::store::groups::Group;
use crate::store::session_lists::{self, ListedSession, Page};
use crate::store::users::User;
use crate::texts::administration::ActionRejected;
use crate::texts::notices::Notice;
use crate::texts::obstacles::Obstacle;
use crate::texts::prompts;
use crate::urls;
use crate::values::{AdminVerb, EmailAddress, GroupName, RowId, UserId, display_device};

/// Number of sessions that the page shows.
const SESSIONS: i64 = 20;

#[derive(Deserialize)]
pub struct PersonForm {
    action: Action,
    /// The name of a group to join or to leave.
    #[serde(default)]
    group: String,
}

/// An action on the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Action {
    Lock,
    Unlock,
    EndSessions,
    SendReset,
    RemoveSecondStep,
    AddToGroup,
    RemoveFromGroup,
    Delete,
}

impl TypedForm for PersonForm {}

impl PersonForm {
    fn group(&self) -> Result<GroupName, Error> {
        GroupName::parse(&self.group).ok_or(Error::BadRequest)
    }
}

struct SessionView {
    device: String,
    address: String,
    last_seen: PastTime,
    /// Names of the apps that the session has opened.
    apps: String,
}

#[derive(Template)]
#[template(path = "administration/person.html")]
struct PersonPage {
    frame: Frame,
    user: User,
    created: PastTime,
    /// `None` for a user without a stored session.
    last_seen: Option<PastTime>,
    locked: Option<PastTime>,
    recovery_ready: Option<ExactTime>,
    /// True if the page is about the administrator's own account.
    is_own: bool,
    obstacles: Vec<String>,
    sessions: Vec<SessionView>,
    /// The groups of the user, and those to join.
    joined: Vec<Group>,
    others: Vec<Group>,
    log_href: String,
}

impl PersonPage {
    /// Returns true if administrators may lock, unlock, log out and delete the account. The
    /// operations decide; the page only leaves out buttons that they would reject.
    fn may_manage(&self) -> bool {
        !self.is_own && !self.user.is_admin
    }
}

impl Action {
    fn verb(self) -> AdminVerb {
        match self {
            Self::Lock => AdminVerb::Locked,
            Self::Unlock => AdminVerb::Unlocked,
            Self::EndSessions => AdminVerb::SessionsEnded,
            Self::SendReset => AdminVerb::ResetSent,
            Self::RemoveSecondStep => AdminVerb::SecondStepRemovalStarted,
            Self::AddToGroup => AdminVerb::MemberAdded,
            Self::RemoveFromGroup => AdminVerb::MemberRemoved,
            Self::Delete => AdminVerb::Deleted,
        }
    }

    fn prompt(self, user: &User, group: &str) -> ActionPrompt {
        let text = match self {
            Self::Lock => prompts::LOCK,
            Self::Unlock => prompts::UNLOCK,
            Self::EndSessions => prompts::END_SESSIONS,
            Self::SendReset => prompts::SEND_RESET,
            Self::RemoveSecondStep => prompts::REMOVE_SECOND_STEP,
            Self::AddToGroup => prompts::ADD_TO_GROUP,
            Self::RemoveFromGroup => prompts::REMOVE_FROM_GROUP,
            Self::Delete => prompts::DELETE_ACCOUNT,
        };
        ActionPrompt {
            text,
            subject: match self {
                Self::AddToGroup | Self::RemoveFromGroup => format!("{}, {group}", user.email),
                _ => user.email.clone(),
            },
            page: urls::admin_person(&user.id.0),
            always_asks: matches!(self, Self::Lock | Self::RemoveSecondStep | Self::Delete),
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
    let read = move |tx: &mut Tx<'_>| {
        let logins = app_logins::of_open_sessions(tx, &id)?;
        let last_seen = session_lists::last_seen(tx, slice::from_ref(&id))?;
        let last_seen = last_seen.into_iter().find_map(|(_, time)| time);
        Ok((
            live_sessions(tx, &id)?,
            logins,
            last_seen,
            groups_of(tx, &id)?,
        ))
    };
    let (sessions, logins, last_seen, (joined, others)) = request.app.read(read).await?;
    let page = PersonPage {
        frame: request.frame(),
        created: PastTime::new(user.created_at, now),
        last_seen: last_seen.map(|time| PastTime::new(time, now)),
        locked: user.locked_at.map(|since| PastTime::new(since, now)),
        recovery_ready: user.recovery_ready_at.map(ExactTime::from),
        is_own: user.id == signed_in.current.user.id,
        obstacles: obstacles(&request.app, &user).await?,
        sessions: sessions
            .iter()
            .map(|session| SessionView::new(session, &logins, now))
            .collect(),
        joined,
        others,
        log_href: urls::admin_list(urls::ADMIN_LOG, &user.id.0, ""),
        user,
    };
    request.page(StatusCode::OK, &page)
}

pub async fn submit(
    AdministratorForm { form, action }: AdministratorForm<PersonForm>,
    id: Path<RowId>,
) -> Result<HttpResponse, Error> {
    let request = &action.signed_in.request;
    let user = find(&request.app, id).await?;
    let prompt = form.action.prompt(&user, &form.group);
    let grant = match action.grant(prompt).await? {
        GrantOutcome::Granted(grant) => grant,
        GrantOutcome::Asked(page) => return Ok(page),
    };
    let result = change(request, grant.by.clone(), &form, &user.id).await;
    grant.finish(request, result)
}

/// Carries out the action, and leads back to the account.
async fn change(
    request: &PageRequest,
    by: AdminActor,
    form: &PersonForm,
    user: &UserId,
) -> Result<HttpResponse, Error> {
    let notice = carry_out(&request.app, by, form, user.clone()).await?;
    let next = if notice == Notice::AdminAction(AdminVerb::Deleted) {
        urls::ADMIN_PEOPLE.to_owned()
    } else {
        urls::admin_person(&user.0)
    };
    Ok(request.redirect(&next, &Flash::notice(notice)))
}

async fn carry_out(
    app: &App,
    by: AdminActor,
    form: &PersonForm,
    id: UserId,
) -> Result<Notice, Error> {
    let verb = form.action.verb();
    let outcome = match form.action {
        Action::Lock => lock_account(app, by, id).await?,
        Action::Unlock => unlock_account(app, by, id).await?,
        Action::EndSessions => end_all_sessions(app, by, id).await?,
        Action::SendReset => send_reset(app, by, id).await?,
        Action::RemoveSecondStep => request_factor_recovery(app, by, id).await?,
        Action::Delete => delete_user(app, by, id).await?,
        Action::AddToGroup => {
            return notice_of_member(add_member(app, by, id, form.group()?).await?, verb);
        }
        Action::RemoveFromGroup => {
            return notice_of_member(remove_member(app, by, id, form.group()?).await?, verb);
        }
    };
    notice(&outcome, verb)
}

fn notice(outcome: &Outcome, verb: AdminVerb) -> Result<Notice, Error> {
    Ok(match outcome {
        Outcome::Changed(_) => Notice::AdminAction(verb),
        Outcome::OwnAccount => Notice::ActionRejected(ActionRejected::OwnAccount),
        Outcome::AdministratorAccount => {
            Notice::ActionRejected(ActionRejected::AdministratorAccount)
        }
        Outcome::NoPassword => Notice::ActionRejected(ActionRejected::NoPassword),
        Outcome::ResetGoesElsewhere => Notice::ActionRejected(ActionRejected::ResetGoesElsewhere),
        Outcome::EmailsLimited => Notice::ActionRejected(ActionRejected::EmailsLimited),
        Outcome::Unknown => return Err(Error::NotFound),
        Outcome::NotAllowed => return Err(Error::SessionChanged),
    })
}

async fn find(app: &App, id: Path<RowId>) -> Result<User, Error> {
    let user = find_user(app, UserId(id.into_inner().0)).await?;
    user.ok_or(Error::NotFound)
}

async fn obstacles(app: &App, user: &User) -> Result<Vec<String>, Error> {
    // A stored address can always be parsed.
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

/// Returns the groups of a user, and the first others by name.
fn groups_of(tx: &mut Tx<'_>, user: &UserId) -> Result<(Vec<Group>, Vec<Group>), DbError> {
    let joined = group_members::groups_of(tx, user)?.into_iter();
    let joined: Vec<Group> = joined.map(|(group, _)| group).collect();
    let mut others = groups::offered(tx)?;
    others.retain(|group| joined.iter().all(|own| own.name != group.name));
    Ok((joined, others))
}

impl SessionView {
    fn new(session: &ListedSession, logins: &[OpenedApp], now: Timestamp) -> Self {
        Self {
            device: display_device(&session.user_agent),
            address: session.client_address.clone(),
            last_seen: PastTime::new(session.last_seen_at, now),
            apps: names_of_session(logins, &session.handle),
        }
    }
}

/// Renders every state of the page with hostile values.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    use crate::http::samples::HOSTILE;
    let hostile = || HOSTILE.to_owned();
    let group = || Group {
        name: GroupName("staff".to_owned()),
        title: hostile(),
        created_at: Timestamp::from_millis(0),
    };
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
            last_seen: flag.then(PastTime::sample),
            locked: flag.then(PastTime::sample),
            recovery_ready: flag.then(|| epoch.into()),
            is_own,
            obstacles: flag.then(hostile).into_iter().collect(),
            sessions: flag
                .then(|| SessionView {
                    device: hostile(),
                    address: hostile(),
                    last_seen: PastTime::sample(),
                    apps: hostile(),
                })
                .into_iter()
                .collect(),
            joined: flag.then(group).into_iter().collect(),
            others: flag.then(group).into_iter().collect(),
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
