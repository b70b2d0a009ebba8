//! `/admin/invitations`: the open invitations, and a form to invite.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use serde::Deserialize;

use super::invite::{Outcome, Withdrawal, invite, withdraw};
use crate::accounts::admin_log::AdminActor;
use crate::app::App;
use crate::db::{DbError, Tx};
use crate::http::error::Error;
use crate::http::fields::Query;
use crate::http::form_errors::FormErrors;
use crate::http::pages::administrator::{Administrator, AdministratorForm, Question};
use crate::http::pages::flash::Flash;
use crate::http::pages::frame::Frame;
use crate::http::pages::list_query::ListQuery;
use crate::http::pages::page_request::PageRequest;
use crate::http::pages::signed_in_form::TypedForm;
use crate::http::pages::times::{ExactTime, PastTime};
use crate::http::typed::Typed;
use crate::store::invitations::{self, Invitation};
use crate::store::users;
use crate::texts::administration::{ActRejected, not_invited};
use crate::texts::labels;
use crate::texts::notices::Notice;
use crate::texts::reasons::Reason;
use crate::urls;
use crate::values::{AdminVerb, Cursor, EmailAddress, UserId};

const PER_PAGE: usize = 20;
/// Largest number of addresses in one form.
const ADDRESSES: usize = 100;

#[derive(Default, Deserialize)]
pub struct InviteForm {
    #[serde(default)]
    addresses: String,
}

impl TypedForm for InviteForm {
    fn typed(&self) -> Vec<Typed> {
        vec![Typed::new(labels::ADDRESSES, &self.addresses)]
    }
}

#[derive(Deserialize)]
pub struct WithdrawForm {
    email: String,
}

impl TypedForm for WithdrawForm {}

/// The result for one address of the form.
struct ResultView {
    email: String,
    text: &'static str,
    is_invited: bool,
}

struct InvitationView {
    email: String,
    inviter: Option<String>,
    sent: PastTime,
    expires: ExactTime,
}

#[derive(Template)]
#[template(path = "administration/invitations.html")]
struct InvitationsPage {
    frame: Frame,
    results: Vec<ResultView>,
    addresses: String,
    errors: FormErrors,
    list: ListView,
}

struct ListView {
    invitations: Vec<InvitationView>,
    is_newest: bool,
    older_href: Option<String>,
}

pub async fn show(
    Administrator(signed_in): Administrator,
    Query(ListQuery { before }): Query<ListQuery>,
) -> Result<HttpResponse, Error> {
    let request = &signed_in.request;
    let page = InvitationsPage {
        frame: request.frame(),
        results: Vec::new(),
        addresses: String::new(),
        errors: FormErrors::default(),
        list: list(&request.app, before).await?,
    };
    request.page(StatusCode::OK, &page)
}

/// Invites the addresses. The page tells the administrator the result for each.
pub async fn submit(form: AdministratorForm<InviteForm>) -> Result<HttpResponse, Error> {
    let emails = match parse(&form.form.addresses) {
        Ok(emails) => emails,
        Err(reason) => {
            let mut errors = FormErrors::default();
            errors.add("addresses", reason);
            let request = &form.signed_in.request;
            return page(request, Vec::new(), form.form.addresses, errors).await;
        }
    };
    let question = Question {
        title: "Send the invitations",
        subject: form.form.addresses.replace(['\r', '\n'], " "),
        effect: "",
        is_grave: false,
    };
    form.act(question, async |request, by, _| {
        let results = invite_all(&request.app, &by, emails).await?;
        page(request, results, String::new(), FormErrors::default()).await
    })
    .await
}

pub async fn submit_withdrawal(
    form: AdministratorForm<WithdrawForm>,
) -> Result<HttpResponse, Error> {
    let question = Question {
        title: "Withdraw this invitation",
        subject: form.form.email.clone(),
        effect: "Its link no longer works.",
        is_grave: false,
    };
    form.act(question, async |request, by, form| {
        let email = EmailAddress::parse(&form.email).map_err(|_| Error::BadRequest)?;
        let notice = match withdraw(&request.app, by, email).await? {
            Withdrawal::Withdrawn => Notice::Act(AdminVerb::InvitationWithdrawn),
            Withdrawal::NotInvited => Notice::ActRejected(ActRejected::Gone),
            Withdrawal::NotAllowed => return Err(Error::SessionChanged),
        };
        Ok(request.redirect(urls::ADMIN_INVITATIONS, &Flash::notice(notice)))
    })
    .await
}

/// Reads one address per line. Empty lines and repeated addresses are left out.
fn parse(typed: &str) -> Result<Vec<EmailAddress>, Reason> {
    let mut emails: Vec<EmailAddress> = Vec::new();
    for line in typed.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let email = EmailAddress::parse(line)
            .map_err(|_| Reason::NotAnAddress(line.chars().take(100).collect()))?;
        if emails.iter().all(|known| known.key() != email.key()) {
            emails.push(email);
        }
    }
    match emails.len() {
        0 => Err(Reason::NoAddresses),
        1..=ADDRESSES => Ok(emails),
        _ => Err(Reason::TooManyAddresses),
    }
}

async fn invite_all(
    app: &App,
    by: &AdminActor,
    emails: Vec<EmailAddress>,
) -> Result<Vec<ResultView>, Error> {
    let mut results = Vec::with_capacity(emails.len());
    for email in emails {
        let address = email.as_str().to_owned();
        let outcome = invite(app, by.clone(), email).await?;
        let rejected = match outcome {
            Outcome::Invited => None,
            Outcome::NotAllowed => return Err(Error::SessionChanged),
            Outcome::HasAccount => Some(not_invited::HAS_ACCOUNT),
            Outcome::AwaitingApproval => Some(not_invited::AWAITING_APPROVAL),
            Outcome::EmailsLimited => Some(not_invited::EMAILS_LIMITED),
            Outcome::InvitationsLimited => Some(not_invited::INVITATIONS_LIMITED),
        };
        results.push(ResultView {
            email: address,
            text: rejected.unwrap_or("Invitation sent"),
            is_invited: rejected.is_none(),
        });
    }
    Ok(results)
}

async fn page(
    request: &PageRequest,
    results: Vec<ResultView>,
    addresses: String,
    errors: FormErrors,
) -> Result<HttpResponse, Error> {
    let page = InvitationsPage {
        frame: request.frame(),
        results,
        addresses,
        errors,
        list: list(&request.app, None).await?,
    };
    request.page(page.errors.status(), &page)
}

async fn list(app: &App, before: Option<Cursor>) -> Result<ListView, Error> {
    let (is_newest, now) = (before.is_none(), app.clock.now());
    let read = move |tx: &mut Tx<'_>| read(tx, before.as_ref());
    let (open, inviters, older) = app.read(read).await?;
    let view = |invitation: Invitation| {
        let inviter = invitation.invited_by.as_ref();
        let inviter = inviter.and_then(|id| inviters.iter().find(|(known, _)| known == id));
        InvitationView {
            email: invitation.email,
            inviter: inviter.map(|(_, email)| email.clone()),
            sent: PastTime::new(invitation.created_at, now),
            expires: invitation.expires_at.into(),
        }
    };
    Ok(ListView {
        invitations: open.into_iter().map(view).collect(),
        is_newest,
        older_href: older
            .map(|cursor| urls::admin_list(urls::ADMIN_INVITATIONS, "", &cursor.in_url())),
    })
}

type Page = (Vec<Invitation>, Vec<(UserId, String)>, Option<Cursor>);

/// Reads a page of open invitations, and the email addresses of those who invited.
fn read(tx: &mut Tx<'_>, after: Option<&Cursor>) -> Result<Page, DbError> {
    let now = tx.now;
    let limit = i64::try_from(PER_PAGE + 1).unwrap_or(i64::MAX);
    let mut open = invitations::open(tx, after, limit, now)?;
    let older = Cursor::cut(&mut open, PER_PAGE, |last| {
        Cursor::new(last.created_at, &last.id)
    });
    let ids: Vec<UserId> = open
        .iter()
        .filter_map(|one| one.invited_by.clone())
        .collect();
    let inviters = users::emails_of(tx, &ids)?;
    Ok((open, inviters, older))
}

/// Renders every state of the page with hostile values.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    use crate::clock::Timestamp;
    use crate::http::samples::HOSTILE;
    let hostile = || HOSTILE.to_owned();
    let view = |inviter| InvitationView {
        email: hostile(),
        inviter,
        sent: PastTime::sample(),
        expires: Timestamp::from_millis(0).into(),
    };
    let result = |is_invited| ResultView {
        email: hostile(),
        text: "Invitation sent",
        is_invited,
    };
    let page = |results, errors, invitations: Vec<InvitationView>| InvitationsPage {
        frame: Frame::sample_administration(),
        results,
        addresses: hostile(),
        errors,
        list: ListView {
            is_newest: !invitations.is_empty(),
            older_href: invitations
                .first()
                .map(|_| urls::admin_list(urls::ADMIN_INVITATIONS, "", "0.0")),
            invitations,
        },
    };
    let mut failed = FormErrors::default();
    failed.add("addresses", Reason::NotAnAddress(hostile()));
    vec![
        page(Vec::new(), FormErrors::default(), Vec::new()).render(),
        page(
            vec![result(true), result(false)],
            FormErrors::default(),
            vec![view(Some(hostile())), view(None)],
        )
        .render(),
        page(Vec::new(), failed, Vec::new()).render(),
    ]
}
