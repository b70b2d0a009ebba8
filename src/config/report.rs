//! The settings as the server understands them, for `vestibule check` and the administration. It
//! shows no secret.

use super::{AfterLogin, DatabaseUrl, PublicUrl, SECRET_FILE, Settings};

/// Returns the label and the value of each setting. `has_filter` is true if the
/// filter of breached passwords could be read.
pub fn report(settings: &Settings, has_filter: bool) -> Vec<(&'static str, String)> {
    let listen = settings.edge.listen;
    let public_url = settings.public_url(listen.port());
    let origin = match (listen.port(), &settings.edge.public_url) {
        (0, None) => "http://localhost, with the port that is picked at start".to_owned(),
        _ => public_url.to_string(),
    };
    let mode = if public_url.is_development() {
        "development"
    } else {
        "production"
    };
    let secret = match (settings.secrets.len(), settings.database.folder()) {
        (0, Some(folder)) => format!("in {}", folder.join(SECRET_FILE).display()),
        (count, _) => format!("{count} from VESTIBULE_SECRET"),
    };
    let database = match &settings.database {
        DatabaseUrl::Sqlite(path) => format!("SQLite, {}", path.display()),
        DatabaseUrl::Postgres(url) => format!("PostgreSQL, {url}"),
    };
    let mail = match &settings.mail.smtp {
        Some(server) => format!("to {server}"),
        None => "shown at /dev/mailbox, not sent".to_owned(),
    };
    let proxies = match &settings.edge.trusted_proxies {
        none if none.is_empty() && public_url.is_development() => "none".to_owned(),
        none if none.is_empty() => {
            "none: behind a proxy, set VESTIBULE_TRUSTED_PROXIES, or every client has the proxy's \
             address"
                .to_owned()
        }
        some => some.to_string(),
    };
    let origins: Vec<&str> = settings
        .edge
        .api_origins
        .iter()
        .map(PublicUrl::as_str)
        .collect();
    let breached = match settings.breached_passwords() {
        Some((path, _)) if has_filter => path.display().to_string(),
        _ => "no filter: only the most common passwords are rejected".to_owned(),
    };
    let after_login = match settings.site.after_login {
        AfterLogin::Dashboard => "dashboard",
        AfterLogin::Home => "home",
    };
    let second_factor: &str = settings.second_factor.into();
    let brand = or_none(settings.brand.as_ref().map(|folder| folder.display()));
    vec![
        ("mode", mode.to_owned()),
        ("listens on", listen.to_string()),
        ("public URL", origin),
        ("database", database),
        ("secret", secret),
        ("mail", mail),
        ("mail from", settings.mail.from.to_string()),
        ("proxies", proxies),
        (
            "API origins",
            if origins.is_empty() {
                "none".to_owned()
            } else {
                origins.join(", ")
            },
        ),
        ("breached", breached),
        (
            "limits",
            if settings.limits { "on" } else { "off" }.to_owned(),
        ),
        ("bcrypt cost", settings.bcrypt_cost.to_string()),
        ("app name", settings.app_name.clone()),
        ("support", or_none(settings.site.support.as_ref())),
        ("home", or_none(settings.site.home.as_ref())),
        ("after login", after_login.to_owned()),
        ("sign-up", settings.site.sign_up.to_string()),
        ("second step", second_factor.to_owned()),
        ("terms", or_none(settings.site.terms.as_ref())),
        ("privacy", or_none(settings.site.privacy.as_ref())),
        ("brand", brand),
        (
            "metrics",
            or_none(
                settings
                    .edge
                    .metrics_listen
                    .map(|at| format!("http://{at}/metrics")),
            ),
        ),
        ("drain", format!("{} s", settings.edge.drain.as_secs())),
        ("log", settings.log.clone()),
    ]
}

fn or_none(value: Option<impl ToString>) -> String {
    value.map_or_else(|| "none".to_owned(), |value| value.to_string())
}
