//! `vestibule doctor app`: sends requests to the origins of an app, as a browser without a
//! session does, and says what to change at the proxy. It does not see what reaches the app itself.

use std::error::Error;

use super::report::{Finding, Report};
use crate::accounts::access::AppRule;
use crate::app::App;
use crate::cli::{app as app_commands, with_app};
use crate::config::Settings;
use crate::features::administration::apps::app_settings::AppDetails;
use crate::features::administration::apps::manage_app::find_app;
use crate::http::pages::cookies;
use crate::outbound::{OutboundClient, ResponseHead};
use crate::urls;
use crate::values::{Origin, PublicPaths};

/// The requested path. An app need not have it, because a request without a session does not reach
/// the app.
const PATH: &str = "/vestibule-doctor";
/// A path that only forged headers name.
const FORGED_PATH: &str = "/vestibule-doctor/forged";
/// The headers of a browser that opens a page.
const BROWSER: [(&str, &str); 4] = [
    ("Accept", "text/html"),
    ("Sec-Fetch-Site", "none"),
    ("Sec-Fetch-Mode", "navigate"),
    ("Sec-Fetch-Dest", "document"),
];

pub(super) fn check(settings: Settings, id: &str) -> Result<(), Box<dyn Error>> {
    with_app::run(settings, |app| async move {
        let details = find_app(&app, app_commands::known(id)?).await?;
        let details = details.ok_or_else(|| app_commands::unknown(id))?;
        let client = OutboundClient::load();
        let mut report = Report::default();
        report.print("settings", settings_finding(&app, &details))?;
        if details.rule.app.disabled_at.is_none() {
            for origin in &details.origins {
                let rule = &details.rule;
                let origin = AppOrigin {
                    client: &client,
                    app: &app,
                    rule,
                    origin,
                };
                origin.check(&mut report).await?;
            }
        }
        if !app.public_url.is_development() {
            report.print("login site", login_site(&client, &app).await)?;
        }
        report.end()
    })
}

fn settings_finding(app: &App, details: &AppDetails) -> Finding {
    let AppRule {
        app: registered,
        groups,
    } = &details.rule;
    let id = &registered.id;
    if app.settings.edge.trusted_proxies.is_empty() {
        let reason = "VESTIBULE_TRUSTED_PROXIES names no proxy, so every check is rejected";
        return Finding::Wrong(reason.to_owned());
    }
    if details.origins.is_empty() {
        return Finding::Wrong(format!(
            "the app has no origin: `vestibule app set {id} origins=ORIGIN`"
        ));
    }
    if registered.disabled_at.is_some() {
        return Finding::Warning(format!(
            "the app is disabled: `vestibule app set {id} disabled=off`"
        ));
    }
    if groups.is_empty() {
        return Finding::Warning(format!(
            "no account may open the app: `vestibule app allow {id} GROUP`"
        ));
    }
    let groups: Vec<&str> = groups.iter().map(|group| group.0.as_str()).collect();
    Finding::Right(format!("open to {}", groups.join(", ")))
}

/// An app at one of its origins.
struct AppOrigin<'a> {
    client: &'a OutboundClient,
    app: &'a App,
    rule: &'a AppRule,
    origin: &'a Origin,
}

impl AppOrigin<'_> {
    async fn check(&self, report: &mut Report) -> Result<(), Box<dyn Error>> {
        let origin = self.origin;
        let response = match self.client.get(origin, PATH, &BROWSER).await {
            Ok(response) => response,
            Err(error) => {
                let reason = format!("{origin} is out of reach from this machine: {error}");
                return Ok(report.print("login", Finding::Wrong(reason))?);
            }
        };
        let login = format!("{origin}{}", urls::app_host_in(PATH));
        let public_paths = PublicPaths(self.rule.app.public_paths.clone());
        if public_paths.contain(PATH) {
            let reason = format!("{origin} needs no login, because every path is public");
            report.print("login", Finding::Warning(reason))?;
        } else if response.location.as_deref() == Some(login.as_str()) {
            let right = format!("{origin} leads to the login");
            report.print("login", Finding::Right(right))?;
            report.print(
                "headers",
                self.forged_headers(&response, &public_paths).await,
            )?;
        } else {
            report.print("login", Finding::Wrong(no_login(&response, origin)))?;
        }
        Ok(report.print("hand-over", self.handover().await)?)
    }

    /// Compares the response with that to a request with forged headers. A proxy may reject such a
    /// request.
    async fn forged_headers(&self, honest: &ResponseHead, public_paths: &PublicPaths) -> Finding {
        let origin = self.origin;
        let open_path = public_paths.0.split(' ').find(|path| !path.is_empty());
        let path = open_path.unwrap_or(FORGED_PATH);
        let url = format!("{origin}{path}");
        let forged = [
            ("Remote-User", "forged"),
            ("Remote-Email", "forged@example.org"),
            ("X-Vestibule-Assertion", "forged"),
            ("X-Original-URL", url.as_str()),
            ("X-Original-Method", "POST"),
            ("X-Forwarded-Uri", path),
            ("X-Forwarded-Method", "POST"),
        ];
        match self
            .client
            .get(origin, PATH, &[&BROWSER[..], &forged].concat())
            .await
        {
            Ok(response) if response == *honest || response.status == 400 => Finding::Right(
                format!("forged headers do not change the response of {origin}"),
            ),
            Ok(response) => Finding::Wrong(format!(
                "{origin} responds with {} to forged headers: the proxy must not pass the client’s \
                 X-Original-URL, X-Forwarded-Uri or Remote-User on to the check",
                described(&response)
            )),
            Err(error) => Finding::Wrong(format!("{origin}, with forged headers: {error}")),
        }
    }

    /// Begins a hand-over.
    async fn handover(&self) -> Finding {
        let (app, origin) = (&self.app.public_url, self.origin);
        let prefix = format!("{origin}{}/", urls::APP_HOST_PREFIX);
        let enter = urls::absolute(app, &urls::app_enter_page(&self.rule.app.id.0));
        let response = match self
            .client
            .get(origin, &urls::app_host_in(PATH), &BROWSER)
            .await
        {
            Ok(response) => response,
            Err(error) => return Finding::Wrong(format!("{prefix} is out of reach: {error}")),
        };
        let location = response.location.as_deref().unwrap_or_default();
        let is_cookie = |cookie: &String| cookie.contains(cookies::HANDOVER);
        if location.starts_with(&enter) && response.cookies.iter().any(is_cookie) {
            Finding::Right(format!("{prefix} reaches Vestibule"))
        } else if location.starts_with(&enter) {
            Finding::Wrong(format!("the proxy removes the cookie that {prefix} sets"))
        } else if location.starts_with(&prefix) {
            Finding::Wrong(format!(
                "the proxy asks Vestibule about {prefix}, too: it must pass these requests on \
                 without a check"
            ))
        } else {
            Finding::Wrong(format!(
                "{prefix} responds with {}: the proxy must pass it on to Vestibule with the host \
                 {}, and it must lead to {}",
                described(&response),
                origin.host(),
                app
            ))
        }
    }
}

/// Says what is wrong if a page without a session does not lead to the login.
fn no_login(response: &ResponseHead, origin: &Origin) -> String {
    let cause = match response.status {
        200..=299 => {
            "the app is open to everyone: the proxy must ask Vestibule about every request"
        }
        401 => {
            "the check must see Accept and Sec-Fetch-*, and nginx must turn its 401 into a redirect"
        }
        403 => {
            "Vestibule rejects the check, because the proxy is not in VESTIBULE_TRUSTED_PROXIES or \
             reports another origin: see `vestibule doctor`"
        }
        500..=599 => "the proxy gets no valid result of its check from Vestibule",
        _ => "the proxy must ask Vestibule before it responds",
    };
    format!("{origin} responds with {}: {cause}", described(response))
}

fn described(response: &ResponseHead) -> String {
    match &response.location {
        Some(location) => format!("{} to {location}", response.status),
        None => response.status.to_string(),
    }
}

/// Checks that no client can ask for a check. Only the proxies of apps may.
async fn login_site(client: &OutboundClient, app: &App) -> Finding {
    let site = Origin(app.public_url.to_string());
    match client.get(&site, urls::FORWARD_AUTH_CADDY, &[]).await {
        Ok(response) if response.status == 404 => {
            Finding::Right(format!("{site} passes on no checks"))
        }
        Ok(response) => Finding::Warning(format!(
            "{site}{} responds with {}: the proxy of the login must respond with 404 there",
            urls::FORWARD_AUTH,
            described(&response)
        )),
        Err(error) => Finding::Wrong(format!("{site} is out of reach from this machine: {error}")),
    }
}
