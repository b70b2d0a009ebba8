//! `/admin/apps`: the registered apps by id, and a form to register one.

use actix_web::HttpResponse;
use askama::Template;
use serde::Deserialize;

use super::app_change::AppChange;
use super::manage_app::{AppList, AppUsage, Outcome, create_app, find_usage, list_apps};
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
use crate::http::pages::times::PastTime;
use crate::http::typed::Typed;
use crate::store::apps::RegisteredApp;
use crate::texts::apps::SettingError;
use crate::texts::labelled::Labelled;
use crate::texts::labels;
use crate::texts::notices::Notice;
use crate::texts::prompts;
use crate::urls;
use crate::values::{AdminVerb, AppId, GroupName, Label};

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct CreateForm {
    id: String,
    name: String,
    origins: String,
}

impl TypedForm for CreateForm {
    fn typed(&self) -> Vec<Typed> {
        vec![
            Typed::new(labels::APP_ID, &self.id),
            Typed::new(labels::APP_NAME, &self.name),
            Typed::new(labels::ORIGINS, &self.origins),
        ]
    }
}

struct AppView {
    href: String,
    id: String,
    name: String,
    is_disabled: bool,
    groups: Vec<GroupName>,
    last_login: Option<PastTime>,
}

#[derive(Template)]
#[template(path = "administration/apps.html")]
struct AppsPage {
    frame: Frame,
    apps: Vec<AppView>,
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
    let id = errors.check("id", AppId::parse(&form.id).ok_or(SettingError::Id));
    let name = errors.check("name", Labelled::App.parse(&form.name));
    let origins = errors.check("origins", AppChange::parse("origins", &form.origins));
    let (Some(id), Some(name), Some(origins)) = (id, name, origins) else {
        return render_page(request, NameSearchQuery::default(), form, errors).await;
    };
    let prompt = ActionPrompt {
        text: prompts::REGISTER_APP,
        subject: id.0.clone(),
        always_asks: false,
        page: urls::ADMIN_APPS.to_owned(),
    };
    let grant = match action.grant(prompt).await? {
        GrantOutcome::Granted(grant) => grant,
        GrantOutcome::Asked(page) => return Ok(page),
    };
    let result = create(request, grant.by.clone(), (id, name, origins), form).await;
    grant.finish(request, result)
}

/// Registers the app, and leads to its page.
async fn create(
    request: &PageRequest,
    by: AdminActor,
    (id, name, origins): (AppId, Label, AppChange),
    form: CreateForm,
) -> Result<HttpResponse, Error> {
    let mut errors = FormErrors::default();
    match create_app(&request.app, by, id.clone(), name, vec![origins]).await? {
        Outcome::Changed => {
            let flash = Flash::notice(Notice::AdminAction(AdminVerb::AppCreated));
            return Ok(request.redirect(&urls::admin_app(&id.0), &flash));
        }
        Outcome::Invalid(setting, error) => errors.add(setting, error),
        Outcome::NotAllowed => return Err(Error::SessionChanged),
        // A new app has no groups yet.
        Outcome::Unchanged | Outcome::Unknown | Outcome::UnknownGroup => {
            return Err(Error::NotFound);
        }
    }
    render_page(request, NameSearchQuery::default(), form, errors).await
}

async fn render_page(
    request: &PageRequest,
    query: NameSearchQuery,
    form: CreateForm,
    errors: FormErrors,
) -> Result<HttpResponse, Error> {
    let AppList { apps, next } = list_apps(&request.app, &query.q, &query.before).await?;
    let usages = find_usage(&request.app, &apps).await?;
    let now = request.app.clock.now();
    let view = |(app, usage): (RegisteredApp, AppUsage)| AppView {
        href: urls::admin_app(&app.id.0),
        id: app.id.0,
        name: app.name,
        is_disabled: app.disabled_at.is_some(),
        groups: usage.groups,
        last_login: usage.last_login.map(|time| PastTime::new(time, now)),
    };
    let page = AppsPage {
        frame: request.frame(),
        apps: apps.into_iter().zip(usages).map(view).collect(),
        is_first: query.before.is_empty(),
        next_href: next.map(|id| urls::admin_list(urls::ADMIN_APPS, &query.q, &id)),
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
    let app = |is_disabled| AppView {
        href: urls::admin_app("wiki"),
        id: "wiki".to_owned(),
        name: HOSTILE.to_owned(),
        is_disabled,
        groups: if is_disabled {
            Vec::new()
        } else {
            vec![GroupName::everyone(), GroupName("staff".to_owned())]
        },
        last_login: (!is_disabled).then(PastTime::sample),
    };
    let page = |apps: Vec<AppView>, errors| AppsPage {
        frame: Frame::sample_administration(),
        is_first: !apps.is_empty(),
        q: if apps.is_empty() {
            HOSTILE.to_owned()
        } else {
            String::new()
        },
        next_href: apps
            .first()
            .map(|_| urls::admin_list(urls::ADMIN_APPS, "", "wiki")),
        apps,
        form: CreateForm {
            id: HOSTILE.to_owned(),
            name: HOSTILE.to_owned(),
            origins: HOSTILE.to_owned(),
        },
        errors,
    };
    vec![
        page(Vec::new(), FormErrors::default()).render(),
        page(
            vec![app(false), app(true)],
            FormErrors::sample(&["id", "name", "origins"]),
        )
        .render(),
    ]
}
