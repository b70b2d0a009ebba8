//! `/admin/groups`: the groups by name, and a form to create one.

use actix_web::HttpResponse;
use askama::Template;
use serde::Deserialize;

use super::manage_group::{GroupPage, Outcome, create_group, list_groups};
use crate::accounts::admin_log::AdminActor;
use crate::http::error::Error;
use crate::http::fields::Query;
use crate::http::form_errors::FormErrors;
use crate::http::pages::administrator::{
    ActionPrompt, Administrator, AdministratorForm, GrantOutcome,
};
use crate::http::pages::flash::Flash;
use crate::http::pages::frame::Frame;
use crate::http::pages::list_query::NameSearchQuery;
use crate::http::pages::page_request::PageRequest;
use crate::http::pages::signed_in_form::TypedForm;
use crate::http::typed::Typed;
use crate::store::groups::Group;
use crate::texts::labelled::Labelled;
use crate::texts::labels;
use crate::texts::notices::Notice;
use crate::texts::prompts;
use crate::texts::reasons::Reason;
use crate::urls;
use crate::values::{AdminVerb, GroupName, Label};

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct CreateForm {
    name: String,
    title: String,
}

impl TypedForm for CreateForm {
    fn typed(&self) -> Vec<Typed> {
        vec![
            Typed::new(labels::GROUP_NAME, &self.name),
            Typed::new(labels::GROUP_TITLE, &self.title),
        ]
    }
}

struct GroupView {
    href: String,
    name: String,
    title: String,
}

#[derive(Template)]
#[template(path = "administration/groups.html")]
struct GroupsPage {
    frame: Frame,
    groups: Vec<GroupView>,
    is_first: bool,
    next_href: Option<String>,
    /// The search text. It is empty if all rows are shown.
    q: String,
    form: CreateForm,
    errors: FormErrors,
}

pub async fn show(
    Administrator(signed_in): Administrator,
    Query(query): Query<NameSearchQuery>,
) -> Result<HttpResponse, Error> {
    let (form, errors) = (CreateForm::default(), FormErrors::default());
    render_page(&signed_in.request, query, form, errors).await
}

pub async fn submit(
    AdministratorForm { form, action }: AdministratorForm<CreateForm>,
) -> Result<HttpResponse, Error> {
    let (request, mut errors) = (&action.signed_in.request, FormErrors::default());
    let name = GroupName::parse(&form.name);
    if name.is_none() {
        errors.add("name", Reason::GroupName);
    }
    let title = errors.check("title", Labelled::Group.parse(&form.title));
    let (Some(name), Some(title)) = (name, title) else {
        return render_page(request, NameSearchQuery::default(), form, errors).await;
    };
    let prompt = ActionPrompt {
        text: prompts::CREATE_GROUP,
        subject: name.0.clone(),
        always_asks: false,
        page: urls::ADMIN_GROUPS.to_owned(),
    };
    let grant = match action.grant(prompt).await? {
        GrantOutcome::Granted(grant) => grant,
        GrantOutcome::Asked(page) => return Ok(page),
    };
    let result = create(request, grant.by.clone(), (name, title), form).await;
    grant.finish(request, result)
}

/// Creates the group, and leads to its page.
async fn create(
    request: &PageRequest,
    by: AdminActor,
    (name, title): (GroupName, Label),
    form: CreateForm,
) -> Result<HttpResponse, Error> {
    match create_group(&request.app, by, name.clone(), title).await? {
        Outcome::Changed => {
            let flash = Flash::notice(Notice::AdminAction(AdminVerb::GroupCreated));
            Ok(request.redirect(&urls::admin_group(&name.0), &flash))
        }
        Outcome::NameTaken => {
            let mut errors = FormErrors::default();
            errors.add("name", Reason::GroupNameTaken);
            render_page(request, NameSearchQuery::default(), form, errors).await
        }
        // A new group is in use nowhere.
        Outcome::Unknown | Outcome::InUse(_) => Err(Error::NotFound),
        Outcome::NotAllowed => Err(Error::SessionChanged),
    }
}

async fn render_page(
    request: &PageRequest,
    query: NameSearchQuery,
    form: CreateForm,
    errors: FormErrors,
) -> Result<HttpResponse, Error> {
    let GroupPage { groups, next } = list_groups(&request.app, &query.q, &query.before).await?;
    let view = |group: Group| GroupView {
        href: urls::admin_group(&group.name.0),
        name: group.name.0,
        title: group.title,
    };
    let page = GroupsPage {
        frame: request.frame(),
        groups: groups.into_iter().map(view).collect(),
        is_first: query.before.is_empty(),
        next_href: next.map(|name| urls::admin_list(urls::ADMIN_GROUPS, &query.q, &name)),
        q: query.q,
        form,
        errors,
    };
    request.page(page.errors.status(), &page)
}

/// Renders every state of the page with hostile values.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    use crate::http::samples::HOSTILE;
    let group = || GroupView {
        href: urls::admin_group("staff"),
        name: "staff".to_owned(),
        title: HOSTILE.to_owned(),
    };
    let page = |groups: Vec<GroupView>, errors| GroupsPage {
        frame: Frame::sample_administration(),
        is_first: !groups.is_empty(),
        q: if groups.is_empty() {
            HOSTILE.to_owned()
        } else {
            String::new()
        },
        next_href: groups
            .first()
            .map(|_| urls::admin_list(urls::ADMIN_GROUPS, "", "staff")),
        groups,
        form: CreateForm {
            name: HOSTILE.to_owned(),
            title: HOSTILE.to_owned(),
        },
        errors,
    };
    vec![
        page(Vec::new(), FormErrors::default()).render(),
        page(vec![group()], FormErrors::sample(&["name", "title"])).render(),
    ]
}
