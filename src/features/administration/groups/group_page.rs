//! `/admin/groups/{name}`: one group, its members, and the actions on it.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use serde::Deserialize;

use super::manage_group::{self, delete_group, rename_group};
use super::members::{self, add_member, remove_member};
use crate::accounts::admin_log::AdminActor;
use crate::app::App;
use crate::clock::Timestamp;
use crate::db::{DbError, Tx};
use crate::features::administration::find_users::find_by_address;
use crate::http::error::Error;
use crate::http::fields::Query;
use crate::http::form_errors::FormErrors;
use crate::http::pages::administrator::{
    ActionPrompt, Administrator, AdministratorForm, GrantOutcome,
};
use crate::http::pages::flash::Flash;
use crate::http::pages::frame::Frame;
use crate::http::pages::list_query::ListQuery;
use crate::http::pages::page_request::PageRequest;
use crate::http::pages::signed_in_form::TypedForm;
use crate::http::pages::times::PastTime;
use crate::http::typed::Typed;
use crate::store::groups::{self, Group};
use crate::store::{app_groups, group_members};
use crate::texts::administration::ActionRejected;
use crate::texts::labelled::Labelled;
use crate::texts::labels;
use crate::texts::notices::Notice;
use crate::texts::prompts;
use crate::texts::reasons::Reason;
use crate::urls;
use crate::values::{
    AdminVerb, AppId, Cursor, EmailAddress, EmailAddressError, GroupName, Label, UserId, cut_page,
};

const PER_PAGE: usize = 20;

#[derive(Deserialize)]
pub struct GroupForm {
    action: Action,
    /// The email address of the member.
    #[serde(default)]
    email: String,
    /// The id of a member to remove.
    #[serde(default)]
    id: String,
    #[serde(default)]
    title: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Action {
    Add,
    Remove,
    Rename,
    Delete,
}

impl TypedForm for GroupForm {
    fn typed(&self) -> Vec<Typed> {
        vec![
            Typed::new(labels::MEMBER, &self.email),
            Typed::new(labels::GROUP_TITLE, &self.title),
        ]
    }
}

impl GroupForm {
    /// Returns the prompt, with the user or the title that the action is about.
    fn prompt(&self, group: &GroupName) -> ActionPrompt {
        let detail = match self.action {
            Action::Add | Action::Remove => &self.email,
            Action::Rename => &self.title,
            Action::Delete => "",
        };
        self.action.prompt(group, detail)
    }
}

/// An action with its values parsed.
enum Change {
    Add(EmailAddress),
    Remove(UserId),
    Rename(Label),
    Delete,
}

struct MemberView {
    id: String,
    href: String,
    email: String,
    since: PastTime,
}

#[derive(Template)]
#[template(path = "administration/group.html")]
struct GroupPage {
    frame: Frame,
    name: String,
    group_title: String,
    /// The ids and names of the apps that the group may open.
    apps: Vec<(AppId, String)>,
    members: Vec<MemberView>,
    count: i64,
    is_newest: bool,
    older_href: Option<String>,
    email: String,
    title: String,
    errors: FormErrors,
}

/// A group with a page of its members.
struct GroupWithMembers {
    group: Group,
    apps: Vec<(AppId, String)>,
    members: Vec<(UserId, String, Timestamp)>,
    count: i64,
    older: Option<Cursor>,
}

pub async fn show(
    Administrator(signed_in): Administrator,
    name: Path<String>,
    Query(ListQuery { before }): Query<ListQuery>,
) -> Result<HttpResponse, Error> {
    let name = GroupName::parse(&name).ok_or(Error::NotFound)?;
    render_page(
        &signed_in.request,
        name,
        before,
        None,
        FormErrors::default(),
    )
    .await
}

pub async fn submit(
    AdministratorForm { form, action }: AdministratorForm<GroupForm>,
    name: Path<String>,
) -> Result<HttpResponse, Error> {
    let request = &action.signed_in.request;
    let name = GroupName::parse(&name).ok_or(Error::NotFound)?;
    let change = match parse(&form) {
        Ok(change) => change,
        Err(errors) => return render_page(request, name, None, Some(form), errors).await,
    };
    let grant = match action.grant(form.prompt(&name)).await? {
        GrantOutcome::Granted(grant) => grant,
        GrantOutcome::Asked(page) => return Ok(page),
    };
    let result = carry_out(&request.app, grant.by.clone(), change, &name).await;
    let response = result.map(|notice| {
        let next = if notice == Notice::AdminAction(AdminVerb::GroupDeleted) {
            urls::ADMIN_GROUPS.to_owned()
        } else {
            urls::admin_group(&name.0)
        };
        request.redirect(&next, &Flash::notice(notice))
    });
    grant.finish(request, response)
}

fn parse(form: &GroupForm) -> Result<Change, FormErrors> {
    let mut errors = FormErrors::default();
    let change = match form.action {
        Action::Add => errors
            .check("email", parse_member(&form.email))
            .map(Change::Add),
        Action::Remove => Some(Change::Remove(UserId(form.id.clone()))),
        Action::Rename => errors
            .check("title", Labelled::Group.parse(&form.title))
            .map(Change::Rename),
        Action::Delete => Some(Change::Delete),
    };
    change.ok_or(errors)
}

fn parse_member(typed: &str) -> Result<EmailAddress, Reason> {
    EmailAddress::parse(typed).map_err(|error| match error {
        EmailAddressError::Empty => Reason::NoMember,
        _ => Reason::not_an_address(typed),
    })
}

impl Action {
    fn prompt(self, group: &GroupName, detail: &str) -> ActionPrompt {
        let text = match self {
            Self::Add => prompts::ADD_TO_GROUP,
            Self::Remove => prompts::REMOVE_FROM_GROUP,
            Self::Rename => prompts::RENAME_GROUP,
            Self::Delete => prompts::DELETE_GROUP,
        };
        ActionPrompt {
            text,
            subject: if detail.is_empty() {
                group.0.clone()
            } else {
                format!("{group}, {detail}")
            },
            page: urls::admin_group(&group.0),
            always_asks: self == Self::Delete,
        }
    }
}

async fn carry_out(
    app: &App,
    by: AdminActor,
    change: Change,
    group: &GroupName,
) -> Result<Notice, Error> {
    let group = group.clone();
    match change {
        Change::Add(email) => match find_by_address(app, &email).await? {
            Some(user) => {
                let outcome = add_member(app, by, user.id, group).await?;
                notice_of_member(outcome, AdminVerb::MemberAdded)
            }
            None => Ok(Notice::ActionRejected(ActionRejected::NoAccount)),
        },
        Change::Remove(id) => {
            let outcome = remove_member(app, by, id, group).await?;
            notice_of_member(outcome, AdminVerb::MemberRemoved)
        }
        Change::Rename(title) => {
            let outcome = rename_group(app, by, group, title).await?;
            notice_of_group(outcome, AdminVerb::GroupRenamed)
        }
        Change::Delete => {
            let outcome = delete_group(app, by, group).await?;
            notice_of_group(outcome, AdminVerb::GroupDeleted)
        }
    }
}

fn notice_of_group(outcome: manage_group::Outcome, verb: AdminVerb) -> Result<Notice, Error> {
    use manage_group::Outcome;
    match outcome {
        Outcome::Changed => Ok(Notice::AdminAction(verb)),
        Outcome::InUse(app) => Ok(Notice::GroupInUse { app }),
        Outcome::NameTaken | Outcome::Unknown => Err(Error::NotFound),
        Outcome::NotAllowed => Err(Error::SessionChanged),
    }
}

/// Returns the notice after a change of members. The page of the person shows it, too.
pub(in crate::features::administration) fn notice_of_member(
    outcome: members::Outcome,
    verb: AdminVerb,
) -> Result<Notice, Error> {
    use members::Outcome;
    Ok(match outcome {
        Outcome::Changed => Notice::AdminAction(verb),
        Outcome::AlreadyMember => Notice::ActionRejected(ActionRejected::AlreadyMember),
        Outcome::TooMany => Notice::ActionRejected(ActionRejected::TooManyGroups),
        Outcome::NoMember | Outcome::UnknownGroup | Outcome::UnknownUser => {
            Notice::ActionRejected(ActionRejected::Gone)
        }
        Outcome::NotAllowed => return Err(Error::SessionChanged),
    })
}

async fn render_page(
    request: &PageRequest,
    name: GroupName,
    before: Option<Cursor>,
    form: Option<GroupForm>,
    errors: FormErrors,
) -> Result<HttpResponse, Error> {
    let (is_newest, now) = (before.is_none(), request.app.clock.now());
    let find = move |tx: &mut Tx<'_>| find(tx, &name, before.as_ref());
    let found = request.app.read(find).await?.ok_or(Error::NotFound)?;
    let view = |(id, email, since): (UserId, String, Timestamp)| MemberView {
        href: urls::admin_person(&id.0),
        id: id.0,
        email,
        since: PastTime::new(since, now),
    };
    let group = found.group;
    let path = urls::admin_group(&group.name.0);
    let older = found.older.map(|cursor| cursor.in_url());
    let (email, title) = form
        .map(|form| (form.email, form.title))
        .unwrap_or_default();
    let page = GroupPage {
        frame: request.frame(),
        apps: found.apps,
        members: found.members.into_iter().map(view).collect(),
        count: found.count,
        is_newest,
        older_href: older.map(|older| urls::admin_list(&path, "", &older)),
        email,
        title: if errors.of("title").is_some() {
            title
        } else {
            group.title.clone()
        },
        name: group.name.0,
        group_title: group.title,
        errors,
    };
    request.page(page.errors.status(), &page)
}

fn find(
    tx: &mut Tx<'_>,
    name: &GroupName,
    after: Option<&Cursor>,
) -> Result<Option<GroupWithMembers>, DbError> {
    let Some(group) = groups::by_name(tx, name)? else {
        return Ok(None);
    };
    let limit = i64::try_from(PER_PAGE + 1).unwrap_or(i64::MAX);
    let mut members = group_members::page(tx, name, after, limit)?;
    let older = cut_page(&mut members, PER_PAGE, |(id, _, since)| {
        Cursor::new(*since, &id.0)
    });
    Ok(Some(GroupWithMembers {
        count: group_members::count(tx, name)?,
        apps: app_groups::apps_of(tx, name)?,
        group,
        members,
        older,
    }))
}

/// Renders every state of the page with hostile values.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    use crate::http::samples::HOSTILE;
    let hostile = || HOSTILE.to_owned();
    let member = || MemberView {
        id: "0".to_owned(),
        href: urls::admin_person("0"),
        email: hostile(),
        since: PastTime::sample(),
    };
    let page = |members: Vec<MemberView>, errors| GroupPage {
        frame: Frame::sample_administration(),
        name: "staff".to_owned(),
        group_title: hostile(),
        count: 21,
        is_newest: !members.is_empty(),
        older_href: members
            .first()
            .map(|_| urls::admin_list(&urls::admin_group("staff"), "", "0.0")),
        apps: members
            .iter()
            .map(|_| (AppId("wiki".to_owned()), hostile()))
            .collect(),
        members,
        email: hostile(),
        title: hostile(),
        errors,
    };
    vec![
        page(Vec::new(), FormErrors::default()).render(),
        page(vec![member()], FormErrors::sample(&["email", "title"])).render(),
    ]
}
