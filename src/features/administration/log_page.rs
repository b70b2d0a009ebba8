//! `GET /admin/log`: the actions of administrators and the operator, newest first, and a search for
//! those of one party.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::clock::Timestamp;
use crate::db::{DbError, Tx};
use crate::http::error::Error;
use crate::http::fields::Query;
use crate::http::pages::administrator::Administrator;
use crate::http::pages::frame::Frame;
use crate::http::pages::list_query::SearchQuery;
use crate::http::pages::times::PastTime;
use crate::store::admin_log::{self, AdminLogRow};
use crate::store::users;
use crate::texts::administration::{action_detail, action_title, subject_kind};
use crate::urls;
use crate::values::{AdminVerb, Cursor, EmailAddress, SubjectKind, UserId, cut_page, is_row_id};

const PER_PAGE: usize = 20;

/// An actor or a subject.
#[derive(Clone, Debug, PartialEq, Eq)]
struct PartyView {
    /// Kind of the subject, if no account has the id.
    kind: &'static str,
    text: String,
    /// The log about this party.
    href: String,
}

struct ActionView {
    title: &'static str,
    when: PastTime,
    /// `None` for the operator.
    actor: Option<PartyView>,
    subject: PartyView,
    /// The group or the settings that the action changed, with a label.
    detail: Option<(&'static str, String)>,
}

#[derive(Template)]
#[template(path = "administration/log.html")]
struct LogPage {
    frame: Frame,
    /// The party that the log is about. Empty for all actions.
    about: String,
    actions: Vec<ActionView>,
    is_newest: bool,
    older_href: Option<String>,
}

/// Shows the actions. The search is for the id or the email address of an actor or a subject.
pub async fn show(
    Administrator(signed_in): Administrator,
    Query(query): Query<SearchQuery>,
) -> Result<HttpResponse, Error> {
    let request = &signed_in.request;
    let (is_newest, now) = (query.list.before.is_none(), request.app.clock.now());
    let (typed, before) = (query.q.trim().to_owned(), query.list.before);
    let read = move |tx: &mut Tx<'_>| read(tx, &typed, before.as_ref());
    let LogEntries {
        rows,
        emails,
        older,
    } = request.app.read(read).await?;
    let email_of = |id: &str| {
        let known = emails.iter().find(|(known, _)| known.0 == id);
        known.map(|(_, email)| email.clone())
    };
    let older = older.map(|cursor| cursor.in_url());
    let page = LogPage {
        frame: request.frame(),
        about: email_of(&query.q).unwrap_or_else(|| query.q.clone()),
        actions: rows.iter().map(|row| view(row, &email_of, now)).collect(),
        is_newest,
        older_href: older.map(|older| urls::admin_list(urls::ADMIN_LOG, &query.q, &older)),
    };
    request.page(StatusCode::OK, &page)
}

/// A page of actions.
#[derive(Default)]
struct LogEntries {
    rows: Vec<AdminLogRow>,
    /// The present email addresses of the accounts in it.
    emails: Vec<(UserId, String)>,
    older: Option<Cursor>,
}

/// Reads a page of actions whose actor or subject is what was typed. An unknown one has none.
fn read(tx: &mut Tx<'_>, typed: &str, after: Option<&Cursor>) -> Result<LogEntries, DbError> {
    // Former addresses are unknown, because the log has ids only.
    let about = if let Ok(email) = EmailAddress::parse(typed) {
        users::by_email_key(tx, email.key())?.map(|user| user.id.0)
    } else {
        (typed.is_empty() || is_row_id(typed)).then(|| typed.to_owned())
    };
    let Some(about) = about else {
        return Ok(LogEntries::default());
    };
    let limit = i64::try_from(PER_PAGE + 1).unwrap_or(i64::MAX);
    let mut rows = admin_log::page(tx, &about, after, limit)?;
    let older = cut_page(&mut rows, PER_PAGE, |row| {
        Cursor::new(row.happened_at, &row.id)
    });
    let user: &str = SubjectKind::User.into();
    let users_of = |row: &AdminLogRow| {
        let subject = (row.subject_kind == user).then(|| UserId(row.subject_id.clone()));
        row.actor_id.clone().into_iter().chain(subject)
    };
    let ids: Vec<UserId> = rows.iter().flat_map(users_of).collect();
    let emails = users::emails_of(tx, &ids)?;
    Ok(LogEntries {
        rows,
        emails,
        older,
    })
}

fn view(
    row: &AdminLogRow,
    email_of: &impl Fn(&str) -> Option<String>,
    now: Timestamp,
) -> ActionView {
    let verb = AdminVerb::parse(&row.verb);
    let party = |id: &str, kind| {
        let email = email_of(id);
        PartyView {
            kind: if email.is_some() { "" } else { kind },
            text: email.unwrap_or_else(|| id.to_owned()),
            href: urls::admin_list(urls::ADMIN_LOG, id, ""),
        }
    };
    let kind = verb.map_or("", |verb| subject_kind(verb.subject_kind()));
    ActionView {
        title: action_title(verb),
        when: PastTime::new(row.happened_at, now),
        actor: row
            .actor_id
            .as_ref()
            .map(|id| party(&id.0, subject_kind(SubjectKind::User))),
        subject: party(&row.subject_id, kind),
        detail: row
            .detail
            .as_deref()
            .map(|detail| action_detail(verb, detail)),
    }
}

/// Renders every state of the page with hostile values.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    use crate::http::samples::HOSTILE;
    let party = || PartyView {
        kind: "",
        text: HOSTILE.to_owned(),
        href: urls::admin_list(urls::ADMIN_LOG, HOSTILE, ""),
    };
    let one = |actor| ActionView {
        title: action_title(Some(AdminVerb::Locked)),
        when: PastTime::sample(),
        actor,
        subject: party(),
        detail: Some(("Group", "staff".to_owned())),
    };
    let page = |about: &str, actions, older_href| LogPage {
        frame: Frame::sample_administration(),
        about: about.to_owned(),
        actions,
        is_newest: about.is_empty(),
        older_href,
    };
    let older = Some(urls::admin_list(urls::ADMIN_LOG, "", "0.0"));
    vec![
        page("", Vec::new(), None).render(),
        page("", vec![one(Some(party())), one(None)], older).render(),
        page(HOSTILE, vec![one(None)], None).render(),
    ]
}
