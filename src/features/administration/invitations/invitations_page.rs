//! `/admin/invitations`: the invitations and what became of them, and a form to invite.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use serde::Deserialize;

use super::invite::{Outcome, Withdrawal, invite, withdraw};
use super::list_invitations::{InvitationPage, list_invitations};
use crate::accounts::admin_log::AdminActor;
use crate::accounts::groups;
use crate::app::App;
use crate::clock::Timestamp;
use crate::http::error::Error;
use crate::http::fields::Query;
use crate::http::form_errors::FormErrors;
use crate::http::pages::administrator::{
    ActionPrompt, Administrator, AdministratorForm, GrantOutcome,
};
use crate::http::pages::flash::Flash;
use crate::http::pages::frame::Frame;
use crate::http::pages::list_query::{ListQuery, SearchQuery};
use crate::http::pages::page_request::PageRequest;
use crate::http::pages::signed_in_form::TypedForm;
use crate::http::pages::times::{ExactTime, PastTime};
use crate::http::typed::Typed;
use crate::store::groups::Group;
use crate::store::invitations::Invitation;
use crate::texts::administration::{
    ActionRejected, action_title, group_names, not_invited, with_groups,
};
use crate::texts::labels;
use crate::texts::notices::Notice;
use crate::texts::prompts;
use crate::texts::reasons::Reason;
use crate::urls;
use crate::values::{AdminVerb, EmailAddress, GroupName};

/// Largest number of addresses in one form.
const ADDRESSES: usize = 100;

#[derive(Default, Deserialize)]
pub struct InviteForm {
    #[serde(default)]
    addresses: String,
    /// Names of the groups that the accounts join, separated by commas.
    #[serde(default)]
    group: String,
}

impl InviteForm {
    /// Returns true if the checkbox of the group is checked.
    fn has_group(&self, name: &GroupName) -> bool {
        self.group.split(',').any(|chosen| chosen == name.0)
    }
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
    /// Names of the groups that the account joins, separated by commas.
    groups: String,
    inviter: Option<String>,
    sent: PastTime,
    state: StateView,
}

impl InvitationView {
    fn group_names(&self) -> (&'static str, String) {
        group_names(&self.groups)
    }

    fn is_open(&self) -> bool {
        matches!(self.state, StateView::Open { .. })
    }

    fn is_accepted(&self) -> bool {
        matches!(self.state, StateView::Accepted { .. })
    }
}

/// The state of an invitation.
enum StateView {
    Open { until: ExactTime },
    Accepted { at: PastTime },
    Expired { at: PastTime },
}

impl StateView {
    fn new(invitation: &Invitation, now: Timestamp) -> Self {
        match invitation.accepted_at {
            Some(at) => Self::Accepted {
                at: PastTime::new(at, now),
            },
            None if invitation.expires_at > now => Self::Open {
                until: invitation.expires_at.into(),
            },
            None => Self::Expired {
                at: PastTime::new(invitation.expires_at, now),
            },
        }
    }
}

#[derive(Template)]
#[template(path = "administration/invitations.html")]
struct InvitationsPage {
    frame: Frame,
    results: Vec<ResultView>,
    form: InviteForm,
    errors: FormErrors,
    list: ListView,
}

impl InvitationsPage {
    /// Returns the numbers of addresses that were and were not invited.
    fn results_heading(&self) -> String {
        let invited = self.results.iter().filter(|result| result.is_invited);
        let invited = invited.count();
        match self.results.len() - invited {
            0 => format!("{invited} invited"),
            others => format!("{invited} invited, {others} not invited"),
        }
    }
}

struct ListView {
    groups: Vec<Group>,
    invitations: Vec<InvitationView>,
    q: String,
    is_newest: bool,
    older_href: Option<String>,
}

pub async fn show(
    Administrator(signed_in): Administrator,
    Query(search): Query<SearchQuery>,
) -> Result<HttpResponse, Error> {
    let request = &signed_in.request;
    let page = InvitationsPage {
        frame: request.frame(),
        results: Vec::new(),
        form: InviteForm::default(),
        errors: FormErrors::default(),
        list: list(&request.app, search).await?,
    };
    request.page(StatusCode::OK, &page)
}

/// Invites the addresses. The page tells the administrator the result for each.
pub async fn submit(
    AdministratorForm { form, action }: AdministratorForm<InviteForm>,
) -> Result<HttpResponse, Error> {
    let request = &action.signed_in.request;
    let emails = match parse(&form.addresses) {
        Ok(emails) => emails,
        Err(reason) => {
            let mut errors = FormErrors::default();
            errors.add("addresses", reason);
            return render_page(request, Vec::new(), form, errors).await;
        }
    };
    let groups = GroupName::parse_list(&form.group).map_err(|_| Error::BadRequest)?;
    let prompt = ActionPrompt {
        text: prompts::INVITE,
        subject: with_groups(&form.addresses.replace(['\r', '\n'], " "), &form.group),
        always_asks: false,
        page: urls::ADMIN_INVITATIONS.to_owned(),
    };
    let grant = match action.grant(prompt).await? {
        GrantOutcome::Granted(grant) => grant,
        GrantOutcome::Asked(page) => return Ok(page),
    };
    let result = send(request, &grant.by, emails, groups).await;
    grant.finish(request, result)
}

pub async fn submit_withdrawal(
    AdministratorForm { form, action }: AdministratorForm<WithdrawForm>,
) -> Result<HttpResponse, Error> {
    let request = &action.signed_in.request;
    let email = EmailAddress::parse(&form.email).map_err(|_| Error::BadRequest)?;
    let prompt = ActionPrompt {
        text: prompts::WITHDRAW,
        subject: form.email,
        always_asks: false,
        page: urls::ADMIN_INVITATIONS.to_owned(),
    };
    let grant = match action.grant(prompt).await? {
        GrantOutcome::Granted(grant) => grant,
        GrantOutcome::Asked(page) => return Ok(page),
    };
    let result = withdraw_one(request, grant.by.clone(), email).await;
    grant.finish(request, result)
}

async fn withdraw_one(
    request: &PageRequest,
    by: AdminActor,
    email: EmailAddress,
) -> Result<HttpResponse, Error> {
    let notice = match withdraw(&request.app, by, email).await? {
        Withdrawal::Withdrawn => Notice::AdminAction(AdminVerb::InvitationWithdrawn),
        Withdrawal::NotInvited => Notice::ActionRejected(ActionRejected::Gone),
        Withdrawal::NotAllowed => return Err(Error::SessionChanged),
    };
    Ok(request.redirect(urls::ADMIN_INVITATIONS, &Flash::notice(notice)))
}

/// Reads one address per line. Empty lines and repeated addresses are left out.
fn parse(typed: &str) -> Result<Vec<EmailAddress>, Reason> {
    let mut emails: Vec<EmailAddress> = Vec::new();
    for line in typed.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let email = EmailAddress::parse(line).map_err(|_| Reason::not_an_address(line))?;
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

/// Invites one address after another. After an error, the page shows the results so far, and the
/// form has the other addresses.
async fn send(
    request: &PageRequest,
    by: &AdminActor,
    emails: Vec<EmailAddress>,
    groups: Vec<GroupName>,
) -> Result<HttpResponse, Error> {
    let (mut results, mut errors) = (Vec::with_capacity(emails.len()), FormErrors::default());
    let mut rest = emails.into_iter();
    let mut unsent = Vec::new();
    for email in rest.by_ref() {
        match invite_one(&request.app, by, &email, groups.clone()).await {
            Ok(result) => results.push(result),
            Err(error) if results.is_empty() => return Err(error),
            Err(error) => {
                tracing::warn!(%error, "invitation failed");
                errors.add("addresses", Reason::NotAllInvited);
                unsent.push(email);
                break;
            }
        }
    }
    unsent.extend(rest);
    let mut form = InviteForm::default();
    if !unsent.is_empty() {
        let unsent: Vec<&str> = unsent.iter().map(EmailAddress::as_str).collect();
        form.addresses = unsent.join("\n");
        form.group = GroupName::join(&groups).unwrap_or_default();
    }
    render_page(request, results, form, errors).await
}

async fn invite_one(
    app: &App,
    by: &AdminActor,
    email: &EmailAddress,
    groups: Vec<GroupName>,
) -> Result<ResultView, Error> {
    let rejected = match invite(app, by.clone(), email.clone(), groups).await? {
        Outcome::Invited => None,
        Outcome::NotAllowed => return Err(Error::SessionChanged),
        Outcome::HasAccount => Some(not_invited::HAS_ACCOUNT),
        Outcome::AwaitingApproval => Some(not_invited::AWAITING_APPROVAL),
        Outcome::EmailsLimited => Some(not_invited::EMAILS_LIMITED),
        Outcome::InvitationsLimited => Some(not_invited::INVITATIONS_LIMITED),
    };
    Ok(ResultView {
        email: email.as_str().to_owned(),
        text: rejected.unwrap_or(action_title(Some(AdminVerb::Invited))),
        is_invited: rejected.is_none(),
    })
}

async fn render_page(
    request: &PageRequest,
    results: Vec<ResultView>,
    form: InviteForm,
    errors: FormErrors,
) -> Result<HttpResponse, Error> {
    let page = InvitationsPage {
        frame: request.frame(),
        results,
        form,
        errors,
        list: list(&request.app, SearchQuery::default()).await?,
    };
    request.page(page.errors.status(), &page)
}

async fn list(app: &App, search: SearchQuery) -> Result<ListView, Error> {
    let SearchQuery {
        q,
        list: ListQuery { before },
    } = search;
    let (is_newest, now) = (before.is_none(), app.clock.now());
    let InvitationPage {
        invitations,
        inviters,
        older,
    } = list_invitations(app, &q, before).await?;
    let view = |invitation: Invitation| {
        let inviter = invitation.invited_by.as_ref();
        let inviter = inviter.and_then(|id| inviters.iter().find(|(known, _)| known == id));
        InvitationView {
            state: StateView::new(&invitation, now),
            groups: invitation.groups,
            email: invitation.email,
            inviter: inviter.map(|(_, email)| email.clone()),
            sent: PastTime::new(invitation.created_at, now),
        }
    };
    Ok(ListView {
        groups: app.read(groups::offered).await?,
        invitations: invitations.into_iter().map(view).collect(),
        is_newest,
        older_href: older
            .map(|cursor| urls::admin_list(urls::ADMIN_INVITATIONS, &q, &cursor.in_url())),
        q,
    })
}

/// Renders every state of the page with hostile values.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    use crate::http::samples::HOSTILE;
    let hostile = || HOSTILE.to_owned();
    let view = |inviter, state| InvitationView {
        email: hostile(),
        groups: "staff".to_owned(),
        inviter,
        sent: PastTime::sample(),
        state,
    };
    let open = StateView::Open {
        until: Timestamp::from_millis(0).into(),
    };
    let (accepted, expired) = (
        StateView::Accepted {
            at: PastTime::sample(),
        },
        StateView::Expired {
            at: PastTime::sample(),
        },
    );
    let result = |is_invited| ResultView {
        email: hostile(),
        text: "Invitation sent",
        is_invited,
    };
    let page = |results, errors, invitations: Vec<InvitationView>| InvitationsPage {
        frame: Frame::sample_administration(),
        results,
        form: InviteForm {
            addresses: hostile(),
            group: "staff".to_owned(),
        },
        errors,
        list: ListView {
            groups: vec![Group {
                name: GroupName("staff".to_owned()),
                title: hostile(),
                created_at: Timestamp::from_millis(0),
            }],
            q: if invitations.is_empty() {
                hostile()
            } else {
                String::new()
            },
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
            vec![
                view(Some(hostile()), open),
                view(None, accepted),
                view(None, expired),
            ],
        )
        .render(),
        page(Vec::new(), failed, Vec::new()).render(),
    ]
}
