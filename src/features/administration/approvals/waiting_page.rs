//! `/admin/waiting`: the sign-ups that await approval, the oldest first.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use serde::Deserialize;

use super::decide::{Decision, Outcome, decide};
use crate::accounts::admin_log::AdminActor;
use crate::accounts::groups;
use crate::clock::Timestamp;
use crate::db::{DbError, Tx};
use crate::features::administration::search::{occurs_in, parse_query, search};
use crate::http::error::Error;
use crate::http::fields::Query;
use crate::http::pages::administrator::{
    ActionPrompt, Administrator, AdministratorForm, GrantOutcome,
};
use crate::http::pages::flash::Flash;
use crate::http::pages::frame::Frame;
use crate::http::pages::list_query::SearchQuery;
use crate::http::pages::page_request::PageRequest;
use crate::http::pages::signed_in_form::TypedForm;
use crate::http::pages::times::{ExactTime, PastTime};
use crate::store::groups::Group;
use crate::store::pending_signups::{self, PendingSignup};
use crate::texts::administration::{ActionRejected, with_groups};
use crate::texts::notices::Notice;
use crate::texts::prompts;
use crate::urls;
use crate::values::{AdminVerb, Cursor, EmailAddress, GroupName};

const PER_PAGE: usize = 20;

#[derive(Deserialize)]
pub struct DecisionForm {
    email: String,
    decision: Choice,
    /// Names of the groups that the account joins, separated by commas.
    #[serde(default)]
    group: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Choice {
    Approve,
    Decline,
}

impl TypedForm for DecisionForm {}

impl Choice {
    fn verb(self) -> AdminVerb {
        match self {
            Self::Approve => AdminVerb::Approved,
            Self::Decline => AdminVerb::Declined,
        }
    }
}

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
    groups: Vec<Group>,
    /// The search text. It is empty if all rows are shown.
    q: String,
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
    Query(SearchQuery { q, list }): Query<SearchQuery>,
) -> Result<HttpResponse, Error> {
    let request = &signed_in.request;
    let (is_first, now) = (list.before.is_none(), request.app.clock.now());
    let query = parse_query(&q);
    let read = move |tx: &mut Tx<'_>| read(tx, query.as_deref(), list.before);
    let ApprovalPage {
        signups,
        groups,
        next,
    } = request.app.read(read).await?;
    let page = WaitingPage {
        frame: request.frame(),
        waiting: signups
            .into_iter()
            .map(|signup| WaitingView::new(signup, now))
            .collect(),
        groups,
        is_first,
        next_href: next.map(|cursor| urls::admin_list(urls::ADMIN_WAITING, &q, &cursor.in_url())),
        q,
    };
    request.page(StatusCode::OK, &page)
}

/// A page of sign-ups that await approval.
struct ApprovalPage {
    signups: Vec<PendingSignup>,
    /// The groups that a new account can join.
    groups: Vec<Group>,
    next: Option<Cursor>,
}

/// Reads a page of sign-ups that await approval, and the groups to choose from. `None` is a query
/// that no row can match.
fn read(
    tx: &mut Tx<'_>,
    query: Option<&str>,
    after: Option<Cursor>,
) -> Result<ApprovalPage, DbError> {
    let now = tx.now;
    let (signups, next) = match query {
        Some(query) => search(
            after,
            PER_PAGE,
            |after, limit| Ok(pending_signups::awaiting_approval(tx, after, limit, now)?),
            // Only confirmed sign-ups await approval.
            |row| Cursor::new(row.confirmed_at.unwrap_or(now), &row.id),
            |row| occurs_in(query, [&row.email_key, &row.email]),
        )?,
        None => (Vec::new(), None),
    };
    Ok(ApprovalPage {
        signups,
        groups: groups::offered(tx)?,
        next,
    })
}

pub async fn submit(
    AdministratorForm { form, action }: AdministratorForm<DecisionForm>,
) -> Result<HttpResponse, Error> {
    let request = &action.signed_in.request;
    let email = EmailAddress::parse(&form.email).map_err(|_| Error::BadRequest)?;
    let decision = match form.decision {
        Choice::Approve => {
            let groups = GroupName::parse_list(&form.group).map_err(|_| Error::BadRequest)?;
            Decision::Approve(groups)
        }
        Choice::Decline => Decision::Decline,
    };
    let prompt = prompt(&form);
    let grant = match action.grant(prompt).await? {
        GrantOutcome::Granted(grant) => grant,
        GrantOutcome::Asked(page) => return Ok(page),
    };
    let verb = form.decision.verb();
    let result = settle(request, grant.by.clone(), email, (decision, verb)).await;
    grant.finish(request, result)
}

/// Decides, and leads back to the list.
async fn settle(
    request: &PageRequest,
    by: AdminActor,
    email: EmailAddress,
    (decision, verb): (Decision, AdminVerb),
) -> Result<HttpResponse, Error> {
    let notice = match decide(&request.app, by, email, decision).await? {
        Outcome::Decided => Notice::AdminAction(verb),
        Outcome::NotAwaitingApproval => Notice::ActionRejected(ActionRejected::Gone),
        Outcome::NotAllowed => return Err(Error::SessionChanged),
    };
    Ok(request.redirect(urls::ADMIN_WAITING, &Flash::notice(notice)))
}

fn prompt(form: &DecisionForm) -> ActionPrompt {
    let text = match form.decision {
        Choice::Approve => prompts::APPROVE,
        Choice::Decline => prompts::DECLINE,
    };
    ActionPrompt {
        text,
        subject: with_groups(&form.email, &form.group),
        always_asks: form.decision == Choice::Decline,
        page: urls::ADMIN_WAITING.to_owned(),
    }
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
    let group = || Group {
        name: GroupName("staff".to_owned()),
        title: HOSTILE.to_owned(),
        created_at: Timestamp::from_millis(0),
    };
    let page = |waiting, is_first, next_href| WaitingPage {
        frame: Frame::sample_administration(),
        groups: if is_first { vec![group()] } else { Vec::new() },
        waiting,
        q: if is_first {
            String::new()
        } else {
            HOSTILE.to_owned()
        },
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
