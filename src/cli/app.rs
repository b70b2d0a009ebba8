//! `vestibule app …`: manages registered apps.

use std::error::Error;
use std::io::{self, Write};

use clap::Subcommand;
use serde_json::json;

use super::proxy_config::Proxy;
use super::with_app;
use crate::accounts::admin_log::AdminActor;
use crate::app::App;
use crate::cli::group;
use crate::config::Settings;
use crate::features::administration::apps::app_change::AppChange;
use crate::features::administration::apps::app_settings::{AppDetails, values_of};
use crate::features::administration::apps::manage_app::{
    Outcome, change_app, create_app, create_secret, delete_app, find_app, list_apps, set_access,
};
use crate::texts::apps::SettingError;
use crate::texts::labelled::Labelled;
use crate::values::{AppId, GroupName, Origin};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Register an app, which no user may open yet
    Create {
        /// The id: 2 to 32 lowercase letters, digits and hyphens
        id: String,
        /// The name for people (default: the id)
        #[arg(long, allow_hyphen_values = true)]
        name: Option<String>,
        /// An origin at which a proxy protects the app, such as `https://wiki.example.org`
        #[arg(long)]
        origin: Vec<String>,
        /// The page that the dashboard links to (default: the first origin)
        #[arg(long)]
        url: Option<String>,
    },
    /// List apps: id, name
    List {
        /// Print one JSON object per line
        #[arg(long)]
        json: bool,
    },
    /// Show an app with its settings, origins and groups
    Show {
        #[arg(allow_hyphen_values = true)]
        id: String,
    },
    /// Change settings of an app (`show` lists them)
    Set {
        #[arg(allow_hyphen_values = true)]
        id: String,
        /// SETTING=VALUE; an empty value removes an optional setting
        #[arg(required = true)]
        settings: Vec<String>,
    },
    /// Open an app to groups; `everyone` is every account that is not locked
    Allow {
        #[arg(allow_hyphen_values = true)]
        id: String,
        #[arg(required = true)]
        groups: Vec<String>,
    },
    /// Close an app to groups
    Deny {
        #[arg(allow_hyphen_values = true)]
        id: String,
        #[arg(required = true)]
        groups: Vec<String>,
    },
    /// Create a secret and print it once (the newest two work)
    Secret {
        #[arg(allow_hyphen_values = true)]
        id: String,
    },
    /// Print the configuration of a proxy in front of an app
    Config {
        #[arg(allow_hyphen_values = true)]
        id: String,
        /// The kind of proxy
        proxy: Proxy,
        /// One of the app's origins (default: the first)
        #[arg(long)]
        origin: Option<String>,
        /// The address at which the app itself listens
        #[arg(long, default_value = "127.0.0.1:3000")]
        upstream: String,
    },
    /// Delete an app, which closes it at once
    Delete {
        #[arg(allow_hyphen_values = true)]
        id: String,
        /// Delete it: its settings and secrets are lost
        #[arg(long)]
        yes: bool,
    },
}

pub(super) fn run(settings: Settings, command: Command) -> Result<(), Box<dyn Error>> {
    with_app::run(settings, |app| async move {
        match command {
            Command::Create {
                id,
                name,
                origin,
                url,
            } => create(&app, &id, name, &origin, url).await,
            Command::List { json } => list(&app, json).await,
            Command::Show { id } => show(&app, &id).await,
            Command::Set { id, settings } => set(&app, &id, &settings).await,
            Command::Allow { id, groups } => access(&app, &id, groups, true).await,
            Command::Deny { id, groups } => access(&app, &id, groups, false).await,
            Command::Secret { id } => secret(&app, &id).await,
            Command::Config {
                id,
                proxy,
                origin,
                upstream,
            } => config(&app, &id, proxy, origin, &upstream).await,
            Command::Delete { id, yes } => delete(&app, &id, yes).await,
        }
    })
}

async fn create(
    app: &App,
    id: &str,
    name: Option<String>,
    origins: &[String],
    url: Option<String>,
) -> Result<(), Box<dyn Error>> {
    let new = AppId::parse(id).ok_or_else(|| {
        format!(
            "{id:?} is not an app id: use 2 to 32 lowercase letters, digits and hyphens, beginning \
             with a letter"
        )
    })?;
    let name = Labelled::App.parse(name.as_deref().unwrap_or(id))?;
    let mut changes = vec![AppChange::parse("origins", &origins.join(" "))?];
    if let Some(url) = url {
        changes.push(AppChange::parse("url", &url)?);
    }
    report(
        id,
        create_app(app, AdminActor::Operator, new, name, changes).await?,
    )?;
    writeln!(
        io::stdout(),
        "The app {id} is registered. No user may open it yet: vestibule app allow {id} GROUP"
    )?;
    Ok(())
}

async fn list(app: &App, json: bool) -> Result<(), Box<dyn Error>> {
    let (mut out, mut after) = (io::stdout().lock(), String::new());
    loop {
        let page = list_apps(app, "", &after).await?;
        for app in page.apps {
            let (id, name) = (app.id.0, app.name);
            if json {
                writeln!(out, "{}", json!({ "id": id, "name": name }))?;
            } else {
                writeln!(out, "{id} {name}")?;
            }
        }
        match page.next {
            Some(next) => after = next,
            None => return Ok(()),
        }
    }
}

async fn show(app: &App, id: &str) -> Result<(), Box<dyn Error>> {
    let details = find_app(app, known(id)?)
        .await?
        .ok_or_else(|| unknown(id))?;
    let mut out = io::stdout().lock();
    for (name, value) in lines_of(&details) {
        writeln!(out, "{}", format!("{name} {value}").trim_end())?;
    }
    Ok(())
}

/// Returns the settings of an app in the form that `set` reads, and what else belongs to it.
fn lines_of(details: &AppDetails) -> Vec<(&'static str, String)> {
    let rule = &details.rule;
    let groups: Vec<&str> = rule.groups.iter().map(|group| group.0.as_str()).collect();
    let mut lines = vec![("id", rule.app.id.0.clone())];
    lines.extend(values_of(&rule.app, &details.origins));
    lines.push(("groups", groups.join(" ")));
    lines.push(("secrets", details.secrets.to_string()));
    lines
}

async fn set(app: &App, id: &str, settings: &[String]) -> Result<(), Box<dyn Error>> {
    let parse = |setting: &String| -> Result<AppChange, Box<dyn Error>> {
        let (name, value) = setting
            .split_once('=')
            .ok_or_else(|| format!("{setting:?} is not SETTING=VALUE"))?;
        AppChange::parse(name, value).map_err(|error| format!("{name}: {error}").into())
    };
    let changes = settings.iter().map(parse).collect::<Result<Vec<_>, _>>()?;
    let outcome = change_app(app, AdminActor::Operator, known(id)?, changes, None).await?;
    report(id, outcome)
}

async fn access(
    app: &App,
    id: &str,
    groups: Vec<String>,
    is_open: bool,
) -> Result<(), Box<dyn Error>> {
    let app_id = known(id)?;
    let parse = |name: &String| {
        GroupName::parse_or_everyone(name).ok_or_else(|| {
            format!(
                "{name:?} is not a group name: use `everyone`, or 2 to 32 lowercase letters, \
                 digits and hyphens, beginning with a letter"
            )
        })
    };
    let names = groups.iter().map(parse).collect::<Result<Vec<_>, _>>()?;
    for group in names {
        let by = AdminActor::Operator;
        match set_access(app, by, app_id.clone(), group.clone(), is_open).await? {
            Outcome::UnknownGroup => return Err(group::unknown(&group.0)),
            outcome => report(id, outcome)?,
        }
        let state = if is_open { "open" } else { "closed" };
        writeln!(io::stdout(), "The app {id} is {state} to {group}.")?;
    }
    Ok(())
}

async fn secret(app: &App, id: &str) -> Result<(), Box<dyn Error>> {
    let (outcome, secret) = create_secret(app, AdminActor::Operator, known(id)?).await?;
    report(id, outcome)?;
    writeln!(
        io::stdout(),
        "client_id {id}\nclient_secret {}",
        secret.expose()
    )?;
    Ok(())
}

async fn config(
    app: &App,
    id: &str,
    proxy: Proxy,
    origin: Option<String>,
    upstream: &str,
) -> Result<(), Box<dyn Error>> {
    let details = find_app(app, known(id)?).await?;
    let details = details.ok_or_else(|| unknown(id))?;
    let wanted = origin.as_deref().map(Origin::parse).transpose();
    let wanted = wanted.map_err(SettingError::Origin)?;
    let is_wanted = |origin: &&Origin| wanted.as_ref().is_none_or(|wanted| wanted == *origin);
    let origin = details
        .origins
        .iter()
        .find(is_wanted)
        .ok_or_else(|| match &wanted {
            Some(wanted) => {
                format!("{wanted} is not an origin of {id}: see `vestibule app show {id}`")
            }
            None => format!("the app {id} has no origin: add one with `vestibule app set`"),
        })?;
    let config = proxy.config(app, &details.rule.app.id, origin, upstream);
    Ok(write!(io::stdout(), "{config}")?)
}

async fn delete(app: &App, id: &str, yes: bool) -> Result<(), Box<dyn Error>> {
    if !yes {
        return Err(format!("the app {id} would be deleted: add --yes to delete it").into());
    }
    report(id, delete_app(app, AdminActor::Operator, known(id)?).await?)?;
    Ok(writeln!(io::stdout(), "The app {id} is deleted.")?)
}

pub(super) fn known(id: &str) -> Result<AppId, Box<dyn Error>> {
    AppId::known(id).ok_or_else(|| unknown(id))
}

pub(super) fn unknown(id: &str) -> Box<dyn Error> {
    format!("there is no app {id}").into()
}

/// Returns the error of an outcome other than a change.
fn report(id: &str, outcome: Outcome) -> Result<(), Box<dyn Error>> {
    match outcome {
        Outcome::Changed | Outcome::Unchanged => Ok(()),
        Outcome::Invalid(_, SettingError::IdTaken) => {
            Err(format!("the app {id} already exists").into())
        }
        Outcome::Invalid(_, error) => Err(error.to_string().into()),
        // The operator is always allowed to change apps, and groups are reported by the caller.
        Outcome::Unknown | Outcome::UnknownGroup | Outcome::NotAllowed => Err(unknown(id)),
    }
}
