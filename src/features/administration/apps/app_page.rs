//! `/admin/apps/{id}`: one app, its settings and groups, and the actions on it.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use serde::Deserialize;

use super::app_change::{AppChange, SETTINGS, is_switch};
use super::app_settings::{AppDetails, values_of, version_of};
use super::manage_app::{Outcome, change_app, create_secret, delete_app, details, set_access};
use crate::accounts::admin_log::AdminActor;
use crate::accounts::groups::offered;
use crate::db::Tx;
use crate::http::error::Error;
use crate::http::form_errors::FormErrors;
use crate::http::pages::administrator::{
    ActionPrompt, Administrator, AdministratorForm, GrantOutcome,
};
use crate::http::pages::current_user::SignedIn;
use crate::http::pages::flash::{Flash, SecretKind};
use crate::http::pages::frame::Frame;
use crate::http::pages::page_request::PageRequest;
use crate::http::pages::signed_in_form::TypedForm;
use crate::http::pages::times::PastTime;
use crate::http::typed::Typed;
use crate::store::groups::Group;
use crate::texts::administration::ActionRejected;
use crate::texts::apps::SettingError;
use crate::texts::notices::Notice;
use crate::texts::prompts;
use crate::urls;
use crate::values::{AdminVerb, AppId, GroupName};

#[derive(Deserialize)]
pub struct AppForm {
    action: Action,
    #[serde(default)]
    group: String,
    /// The version of the settings that the page showed.
    #[serde(default)]
    shown: String,
    /// The settings by name. A switch that is off is missing.
    #[serde(flatten)]
    settings: BTreeMap<String, String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Action {
    Save,
    Allow,
    Deny,
    CreateSecret,
    Delete,
}

impl TypedForm for AppForm {
    fn typed(&self) -> Vec<Typed> {
        let typed = |(name, label)| Some(Typed::new(label, self.settings.get(name)?));
        let texts = SETTINGS.into_iter().filter(|(name, _)| !is_switch(name));
        texts.filter_map(typed).collect()
    }
}

/// An action with its values parsed.
enum Change {
    Save(Vec<AppChange>),
    Access(GroupName, bool),
    CreateSecret,
    Delete,
}

#[derive(Template)]
#[template(path = "administration/app.html")]
struct AppPage {
    frame: Frame,
    id: String,
    app_name: String,
    /// The values of all settings, by name.
    values: BTreeMap<String, String>,
    groups: Vec<GroupName>,
    /// Groups that the app may be opened to.
    others: Vec<(String, String)>,
    /// The version of the settings that the form is about.
    shown: String,
    secrets: i64,
    last_login: Option<PastTime>,
    new_secret: Option<String>,
    errors: FormErrors,
}

impl AppPage {
    fn value(&self, name: &str) -> &str {
        self.values.get(name).map_or("", String::as_str)
    }

    fn is_on(&self, name: &str) -> bool {
        self.value(name) == "on"
    }
}

pub async fn show(
    Administrator(mut signed_in): Administrator,
    id: Path<String>,
) -> Result<HttpResponse, Error> {
    let handle = &signed_in.current.session.handle;
    let secret = signed_in.request.take_secret(SecretKind::AppSecret, handle);
    render_page(&signed_in.request, &id, None, secret, FormErrors::default()).await
}

pub async fn submit(
    AdministratorForm { form, action }: AdministratorForm<AppForm>,
    id: Path<String>,
) -> Result<HttpResponse, Error> {
    let request = &action.signed_in.request;
    let id = AppId::known(&id).ok_or(Error::NotFound)?;
    let change = match parse(&form) {
        Ok(change) => change,
        Err(errors) => return render_page(request, &id.0, Some(form), None, errors).await,
    };
    let grant = match action.grant(form.prompt(&id)).await? {
        GrantOutcome::Granted(grant) => grant,
        GrantOutcome::Asked(page) => return Ok(page),
    };
    let result = carry_out(&action.signed_in, grant.by.clone(), change, (id, form)).await;
    grant.finish(request, result)
}

fn parse(form: &AppForm) -> Result<Change, FormErrors> {
    Ok(match form.action {
        Action::Save => Change::Save(parse_settings(form)?),
        Action::Allow | Action::Deny => {
            let group = GroupName::parse_or_everyone(&form.group).ok_or(SettingError::Group);
            let mut errors = FormErrors::default();
            let group = errors.check("group", group);
            let is_open = form.action == Action::Allow;
            group
                .map(|group| Change::Access(group, is_open))
                .ok_or(errors)?
        }
        Action::CreateSecret => Change::CreateSecret,
        Action::Delete => Change::Delete,
    })
}

fn parse_settings(form: &AppForm) -> Result<Vec<AppChange>, FormErrors> {
    let mut errors = FormErrors::default();
    let mut changes = Vec::new();
    for (name, _) in SETTINGS {
        let missing = if is_switch(name) { "off" } else { "" };
        let value = form.settings.get(name).map_or(missing, String::as_str);
        changes.extend(errors.check(name, AppChange::parse(name, value)));
    }
    if errors.is_empty() {
        Ok(changes)
    } else {
        Err(errors)
    }
}

impl AppForm {
    fn prompt(&self, id: &AppId) -> ActionPrompt {
        let text = match self.action {
            Action::Save => prompts::SAVE_APP,
            Action::Allow => prompts::OPEN_APP_TO_GROUP,
            Action::Deny => prompts::CLOSE_APP_TO_GROUP,
            Action::CreateSecret => prompts::CREATE_SECRET,
            Action::Delete => prompts::DELETE_APP,
        };
        let subject = match self.action {
            Action::Allow | Action::Deny => format!("{id}, {}", self.group),
            Action::Save | Action::CreateSecret | Action::Delete => id.0.clone(),
        };
        ActionPrompt {
            text,
            subject,
            page: urls::admin_app(&id.0),
            always_asks: self.action == Action::Delete,
        }
    }
}

async fn carry_out(
    signed_in: &SignedIn,
    by: AdminActor,
    change: Change,
    (id, mut form): (AppId, AppForm),
) -> Result<HttpResponse, Error> {
    let (request, app) = (&signed_in.request, &signed_in.request.app);
    let href = urls::admin_app(&id.0);
    let (outcome, verb) = match change {
        Change::Save(changes) => {
            let shown = Some(form.shown.clone());
            let outcome = change_app(app, by, id.clone(), changes, shown).await?;
            (outcome, AdminVerb::AppChanged)
        }
        Change::Access(group, is_open) => {
            let outcome = set_access(app, by, id.clone(), group, is_open).await?;
            (outcome, AdminVerb::AppChanged)
        }
        Change::CreateSecret => {
            let (outcome, secret) = create_secret(app, by, id.clone()).await?;
            if outcome == Outcome::Changed {
                let session = &signed_in.current.session.handle;
                let flash = Flash::notice(Notice::AdminAction(AdminVerb::AppSecretCreated));
                let flash = flash.with_secret(app, SecretKind::AppSecret, secret.expose(), session);
                return Ok(request.redirect(&href, &flash));
            }
            (outcome, AdminVerb::AppSecretCreated)
        }
        Change::Delete => (
            delete_app(app, by, id.clone()).await?,
            AdminVerb::AppDeleted,
        ),
    };
    let mut errors = FormErrors::default();
    match outcome {
        Outcome::Changed | Outcome::Unchanged => {
            let next = match verb {
                AdminVerb::AppDeleted => urls::ADMIN_APPS,
                _ => &href,
            };
            return Ok(request.redirect(next, &Flash::notice(Notice::AdminAction(verb))));
        }
        Outcome::Invalid(setting, error @ SettingError::ChangedMeanwhile) => {
            form.shown.clear();
            errors.add_to_form(setting, error.into());
        }
        Outcome::Invalid(setting, error) => errors.add(setting, error),
        Outcome::UnknownGroup => {
            let gone = Notice::ActionRejected(ActionRejected::Gone);
            return Ok(request.redirect(&href, &Flash::notice(gone)));
        }
        Outcome::Unknown => return Err(Error::NotFound),
        Outcome::NotAllowed => return Err(Error::SessionChanged),
    }
    render_page(request, &id.0, Some(form), None, errors).await
}

async fn render_page(
    request: &PageRequest,
    id: &str,
    form: Option<AppForm>,
    new_secret: Option<String>,
    errors: FormErrors,
) -> Result<HttpResponse, Error> {
    let id = AppId::known(id).ok_or(Error::NotFound)?;
    let find = move |tx: &mut Tx<'_>| Ok((details(tx, &id)?, offered(tx)?));
    let (details, groups) = request.app.read(find).await?;
    let details = details.ok_or(Error::NotFound)?;
    let others = others(&details, groups);
    let AppDetails { rule, secrets, .. } = &details;
    let now = request.app.clock.now();
    // After a mistake, the form keeps what was typed.
    let typed = form.filter(|form| form.action == Action::Save);
    let present = values_of(&rule.app, &details.origins);
    let version = version_of(&present);
    let (values, shown) = match typed {
        Some(form) => (form.settings, form.shown),
        None => (present.into_iter().map(in_lines).collect(), String::new()),
    };
    let shown = if shown.is_empty() { version } else { shown };
    let page = AppPage {
        frame: request.frame(),
        id: rule.app.id.0.clone(),
        app_name: rule.app.name.clone(),
        values,
        groups: rule.groups.clone(),
        others,
        shown,
        secrets: *secrets,
        last_login: details.last_login.map(|time| PastTime::new(time, now)),
        new_secret,
        errors,
    };
    request.page(page.errors.status(), &page)
}

/// Puts each entry of a list on a line of its own.
fn in_lines((name, value): (&str, String)) -> (String, String) {
    let value = match name {
        "origins" | "public_paths" | "cross_origins" => value.replace(' ', "\n"),
        _ => value,
    };
    (name.to_owned(), value)
}

/// Returns name and title of the groups that the app is not open to.
fn others(details: &AppDetails, groups: Vec<Group>) -> Vec<(String, String)> {
    let everyone = (GroupName::everyone(), "Everyone".to_owned());
    let offered = groups.into_iter().map(|group| (group.name, group.title));
    std::iter::once(everyone)
        .chain(offered)
        .filter(|(name, _)| !details.rule.groups.contains(name))
        .map(|(name, title)| (name.0, title))
        .collect()
}

/// Renders every state of the page with hostile values.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    use crate::http::samples::HOSTILE;
    let page =
        |values: &[(&str, &str)], groups: &[&str], new_secret: Option<String>, errors| AppPage {
            frame: Frame::sample_administration(),
            id: "wiki".to_owned(),
            app_name: HOSTILE.to_owned(),
            values: values
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            groups: groups
                .iter()
                .map(|&name| GroupName(name.to_owned()))
                .collect(),
            others: vec![("staff".to_owned(), HOSTILE.to_owned())],
            shown: HOSTILE.to_owned(),
            secrets: 1,
            last_login: new_secret.as_ref().map(|_| PastTime::sample()),
            new_secret,
            errors,
        };
    let names: Vec<&str> = SETTINGS.iter().map(|(name, _)| *name).collect();
    let all: Vec<(&str, &str)> = names.iter().map(|name| (*name, HOSTILE)).collect();
    let on = [
        ("needs", "second_step"),
        ("username", "id"),
        ("assertion", "on"),
        ("disabled", "on"),
    ];
    let secret = Some("vsc_".to_owned());
    vec![
        page(&on, &[], None, FormErrors::default()).render(),
        page(&on, &["everyone", "staff"], secret, FormErrors::default()).render(),
        page(
            &all,
            &[],
            None,
            FormErrors::sample(&["name", "origins", "group"]),
        )
        .render(),
    ]
}
