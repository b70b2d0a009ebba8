//! `vestibule doctor app`: sends requests to the origins of an app, as a browser without a session
//! does, and says what to change at the proxy. It does not see what reaches the app itself.

use std::error::Error;

use super::report::{Finding, Report};
use crate::accounts::access::AppRule;
use crate::app::App;
use crate::cli::{app as app_commands, with_app};
use crate::config::Settings;
use crate::features::administration::apps::app_settings::AppDetails;
use crate::features::administration::apps::manage_app::find_app;
use crate::http::pages::cookies;
use crate::outbound::{OutboundClient, OutboundError, ResponseHead};
use crate::urls;
use crate::values::{Origin, PublicPaths};

/// The requested path. An app need not have it, because a request without a session does not reach
/// the app.
const PATH: &str = "/vestibule-doctor";
/// A path that only forged headers name.
const FORGED_PATH: &str = "/vestibule-doctor/forged";
/// A host that only forged headers name. It is malformed, so that a check with it is rejected and
/// leaves nothing in the database.
const FORGED_HOST: [(&str, &str); 1] = [("X-Forwarded-Host", "forged/")];
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
                let origin = AppOrigin {
                    client: &client,
                    app: &app,
                    rule: &details.rule,
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
            "the app has no origin: run `vestibule app set {id} origins=ORIGIN`"
        ));
    }
    if registered.disabled_at.is_some() {
        return Finding::Warning(format!(
            "the app is disabled: run `vestibule app set {id} disabled=off`"
        ));
    }
    if groups.is_empty() {
        return Finding::Warning(format!(
            "the app is open to no group: run `vestibule app allow {id} GROUP`"
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
                let reason = format!("{origin} gives no valid response: {error}");
                return Ok(report.print("login", Finding::Wrong(reason))?);
            }
        };
        let public_paths = PublicPaths(self.rule.app.public_paths.clone());
        let login = format!("{origin}{}", urls::app_host_in(PATH));
        if public_paths.contain(PATH) {
            let reason = format!("{origin}{PATH} is public, so no login was expected there");
            report.print("login", Finding::Warning(reason))?;
        } else if response.location.as_deref() == Some(login.as_str()) {
            let right = format!("{origin} leads to the login");
            report.print("login", Finding::Right(right))?;
            let headers = self.forged_headers(&response, &public_paths).await;
            report.print("headers", headers)?;
        } else {
            report.print("login", Finding::Wrong(no_login(&response, origin)))?;
        }
        Ok(report.print("hand-over", self.handover().await)?)
    }

    /// Compares the response with those to requests with forged headers.
    async fn forged_headers(&self, honest: &ResponseHead, public_paths: &PublicPaths) -> Finding {
        let origin = self.origin;
        let open_path = public_paths.0.split(' ').find(|path| !path.is_empty());
        let path = open_path.unwrap_or(FORGED_PATH);
        let url = format!("{origin}{path}");
        let request = [
            ("X-Original-URL", url.as_str()),
            ("X-Original-Method", "POST"),
            ("X-Forwarded-Uri", path),
            ("X-Forwarded-Method", "POST"),
        ];
        let is_same = |response: &ResponseHead| {
            (response.status, &response.location) == (honest.status, &honest.location)
        };
        for forged in [&request[..], &FORGED_HOST] {
            if let Err(finding) = self.send_forged(PATH, forged, is_same).await {
                return finding;
            }
        }
        Finding::Right(format!("forged headers open nothing at {origin}"))
    }

    /// Sends a request with forged headers. Returns the finding if they change the response. A
    /// proxy may reject the request.
    async fn send_forged(
        &self,
        path: &str,
        forged: &[(&str, &str)],
        is_same: impl Fn(&ResponseHead) -> bool,
    ) -> Result<(), Finding> {
        let origin = self.origin;
        let headers = [&BROWSER[..], forged].concat();
        match self.client.get(origin, path, &headers).await {
            Ok(response) if is_same(&response) || response.status == 400 => Ok(()),
            Ok(response) => Err(Finding::Wrong(format!(
                "{origin} responds with {} to forged headers: the proxy must not pass on the \
                 client’s X-Original-… and X-Forwarded-… (or a firewall rejects them)",
                described(&response)
            ))),
            Err(error) => Err(Finding::Wrong(format!("{origin}, forged headers: {error}"))),
        }
    }

    /// Begins a hand-over.
    async fn handover(&self) -> Finding {
        let (origin, path) = (self.origin, urls::app_host_in(PATH));
        let begin = format!("{origin}{}", urls::APP_HOST_IN);
        let response = match self.client.get(origin, &path, &BROWSER).await {
            Ok(response) => response,
            Err(error) => return Finding::Wrong(format!("{begin} gives no response: {error}")),
        };
        if !self.begins_handover(&response) {
            return Finding::Wrong(self.no_handover(&response, &begin));
        }
        if !response
            .cookies
            .iter()
            .any(|cookie| is_kept(cookie, origin))
        {
            let reason = format!("the proxy removes or changes the cookie that {begin} sets");
            return Finding::Wrong(reason);
        }
        let is_same = |response: &ResponseHead| self.begins_handover(response);
        match self.send_forged(&path, &FORGED_HOST, is_same).await {
            Ok(()) => Finding::Right(format!("{begin} reaches Vestibule")),
            Err(finding) => finding,
        }
    }

    /// Says what is wrong if a hand-over does not begin.
    fn no_handover(&self, response: &ResponseHead, begin: &str) -> String {
        let location = response.location.as_deref().unwrap_or_default();
        if location.starts_with(begin) {
            return format!(
                "the proxy asks Vestibule about {begin}, too: it must pass these requests on \
                 without a check"
            );
        }
        format!(
            "{begin} responds with {}: the proxy must pass it on to Vestibule with the host {}, \
             and Vestibule then redirects to {}",
            described(response),
            self.origin.host(),
            self.app.public_url
        )
    }

    /// Returns true for the redirect from the app's host to the public site. Its challenge differs
    /// each time.
    fn begins_handover(&self, response: &ResponseHead) -> bool {
        let (id, origin) = (&self.rule.app.id.0, self.origin.as_str());
        let enter = urls::absolute(&self.app.public_url, &urls::app_enter(id, origin, "", ""));
        let until_challenge = enter.trim_end_matches("&to=");
        let location = response.location.as_ref();
        location.is_some_and(|location| location.starts_with(until_challenge))
    }
}

/// Returns true if a browser keeps the cookie of a hand-over.
fn is_kept(cookie: &str, origin: &Origin) -> bool {
    let mut parts = cookie.split("; ");
    let is_named = parts
        .next()
        .is_some_and(|pair| pair.starts_with(&cookies::name_at(origin, cookies::HANDOVER)));
    let attributes: Vec<&str> = parts.collect();
    is_named
        && attributes.contains(&"Path=/")
        && (attributes.contains(&"Secure") || !origin.is_https())
}

/// Says what is wrong if a page without a session does not lead to the login.
fn no_login(response: &ResponseHead, origin: &Origin) -> String {
    let is_at_login = |location: &String| location.contains(urls::APP_HOST_IN);
    let cause = match response.status {
        _ if response.location.as_ref().is_some_and(is_at_login) => {
            "the proxy asks Vestibule about an origin or path that was not requested"
        }
        200..=299 => {
            "the app itself responds, so it is open to everyone: the proxy must ask Vestibule \
             about every request"
        }
        404 => {
            "the app or the proxy responds without a check: the proxy must ask Vestibule about \
             every request"
        }
        401 => {
            "the app responds without a check, or the check does not see Accept and Sec-Fetch-*, \
             or nginx does not turn the 401 of the check into a redirect"
        }
        403 => {
            "Vestibule rejects the check (see `vestibule doctor`, and `rejecting check` in the \
             log), or the app responds without one"
        }
        500..=599 => {
            "the proxy gets no valid result of its check from Vestibule, or it does not ask and \
             the app is down"
        }
        _ => "the proxy must ask Vestibule before anything else responds",
    };
    format!("{origin} responds with {}: {cause}", described(response))
}

fn described(response: &ResponseHead) -> String {
    match &response.location {
        Some(location) => format!("{} to {location}", response.status),
        None => response.status.to_string(),
    }
}

/// Checks that the public site has the login, and that no client can ask for a check there. Only
/// the proxies of apps may.
async fn login_site(client: &OutboundClient, app: &App) -> Finding {
    let site = Origin(app.public_url.to_string());
    let no_response =
        |error: OutboundError| Finding::Wrong(format!("{site} gives no valid response: {error}"));
    let login = match client.get(&site, urls::LOG_IN, &BROWSER).await {
        Ok(login) => login,
        Err(error) => return no_response(error),
    };
    if login.status != 200 {
        let (path, what) = (urls::LOG_IN, described(&login));
        return Finding::Wrong(format!("{site}{path} responds with {what}"));
    }
    let check = match client.get(&site, urls::FORWARD_AUTH_CADDY, &BROWSER).await {
        Ok(check) => check,
        Err(error) => return no_response(error),
    };
    if check.status != 404 {
        let (path, what) = (urls::FORWARD_AUTH_CADDY, described(&check));
        return Finding::Warning(format!(
            "{site}{path} responds with {what}: the proxy of the login must respond with 404 there"
        ));
    }
    Finding::Right(format!("{site} rejects checks of clients"))
}
