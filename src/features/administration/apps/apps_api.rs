//! `/api/v1/apps`: registered apps, for administrators.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::app_change::AppChange;
use super::manage_app::{Outcome, create_app, list_apps};
use crate::http::api::api_request::Administrator;
use crate::http::api::json::{InOrder, Json, NoContent};
use crate::http::api::list::{AFTER_DETAIL, List};
use crate::http::api::openapi::{Parameter, Parameters};
use crate::http::error::Error;
use crate::http::fields::Query;
use crate::http::form_errors::FormErrors;
use crate::store::apps::RegisteredApp;
use crate::texts::apps::SettingError;
use crate::texts::labelled::Labelled;
use crate::texts::problems::ApiError;
use crate::texts::reasons::Reason;
use crate::values::AppId;

/// A registered app.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "App")]
pub struct ListedApp {
    /// Id. It never changes.
    #[schemars(example = &"wiki")]
    id: String,
    /// Name for people.
    #[schemars(example = &"Wiki")]
    name: String,
    /// Page that the dashboard links to, or `null`.
    url: Option<String>,
    /// True if the app is closed to all.
    disabled: bool,
    #[schemars(extend("format" = "date-time"))]
    created_at: String,
}

/// A new app.
#[derive(Deserialize, JsonSchema)]
pub struct NewApp {
    /// 2 to 32 lowercase letters, digits and hyphens, the first a letter.
    #[schemars(regex(pattern = r"^[a-z][a-z0-9-]{1,31}$"), example = &"wiki")]
    id: String,
    /// Name for people.
    #[schemars(length(min = 1, max = 60), example = &"Wiki")]
    name: String,
    /// Origins at which a proxy protects the app.
    #[serde(default)]
    #[schemars(example = &["https://wiki.example.org"])]
    origins: Vec<String>,
}

/// The id after which a page of the list starts.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct AfterId {
    after: String,
}

impl Parameters for AfterId {
    const ALL: &'static [Parameter] = &[Parameter {
        name: "after",
        detail: AFTER_DETAIL,
        example: "wiki",
        pattern: "^[A-Za-z0-9_-]{0,43}$",
    }];
}

impl From<RegisteredApp> for ListedApp {
    fn from(app: RegisteredApp) -> Self {
        Self {
            id: app.id.0,
            name: app.name,
            url: app.url,
            disabled: app.disabled_at.is_some(),
            created_at: app.created_at.iso(),
        }
    }
}

pub async fn list(
    Administrator(api_user): Administrator,
    Query(query): Query<AfterId>,
) -> Result<Json<List<ListedApp>>, Error> {
    if !query.after.is_empty() && AppId::known(&query.after).is_none() {
        return Err(Error::invalid_member("after", Reason::Cursor));
    }
    let page = list_apps(&api_user.request.app, "", &query.after).await?;
    Ok(Json(List {
        items: page.apps.into_iter().map(ListedApp::from).collect(),
        next: page.next,
    }))
}

/// Registers an app.
pub async fn create(
    InOrder(administrator, Json(body)): InOrder<Administrator, Json<NewApp>>,
) -> Result<NoContent, Error> {
    let mut errors = FormErrors::default();
    let id = errors.check("id", AppId::parse(&body.id).ok_or(SettingError::Id));
    let name = errors.check("name", Labelled::App.parse(&body.name));
    let origins = AppChange::parse("origins", &body.origins.join(" "));
    let origins = errors.check("origins", origins);
    let (Some(id), Some(name), Some(origins)) = (id, name, origins) else {
        return Err(Error::Invalid(errors));
    };
    let (app, by) = (&administrator.0.request.app, administrator.actor()?);
    match create_app(app, by, id, name, vec![origins]).await? {
        Outcome::Changed => return Ok(NoContent),
        Outcome::Invalid(setting, error) => errors.add(setting, error),
        Outcome::NotAllowed => return Err(Error::Api(ApiError::InvalidToken)),
        // A new app has no groups yet.
        Outcome::Unchanged | Outcome::Unknown | Outcome::UnknownGroup => {
            return Err(Error::NotFound);
        }
    }
    Err(Error::Invalid(errors))
}
