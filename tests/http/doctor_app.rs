//! Tests of `vestibule doctor app`: a correct proxy, and each mistake.

use std::process::Output;

use vestibule::config::PublicUrl;

use crate::support::proxy::{Mistake, TestProxy};
use crate::support::{Process, TestApp, behind_a_proxy};

const TRUSTED: (&str, &str) = ("VESTIBULE_TRUSTED_PROXIES", "127.0.0.1");

/// An app behind a proxy, registered as `wiki` and open to `everyone`.
struct Site {
    app: TestApp,
    proxy: TestProxy,
}

impl Site {
    fn start(mistake: Mistake) -> Self {
        let proxy = TestProxy::bind();
        let public_url = proxy.origin("login");
        let app = TestApp::start_now(|settings| {
            behind_a_proxy(settings);
            settings.edge.public_url = PublicUrl::parse(&public_url);
        });
        proxy.serve(&app.base, mistake);
        app.command(&["app", "create", "wiki", "--origin", &proxy.origin("wiki")]);
        app.command(&["app", "allow", "wiki", "everyone"]);
        Self { app, proxy }
    }

    /// Runs `vestibule doctor app wiki` with the settings of the server, and with these.
    fn output(&self, settings: &[(&str, &str)]) -> Output {
        let (public_url, authority) = (self.proxy.origin("login"), self.proxy.authority());
        let own = [
            ("VESTIBULE_PUBLIC_URL", public_url.as_str()),
            ("VESTIBULE_SMTP_URL", "smtp://127.0.0.1:9"),
            ("VESTIBULE_MAIL_FROM", "no-reply@example.org"),
            ("SSL_CERT_FILE", authority.to_str().expect("UTF-8")),
            TRUSTED,
        ];
        Process::output(
            &self.app.home,
            &["doctor", "app", "wiki"],
            &[&own[..], settings].concat(),
        )
    }

    /// Returns the report, without the port of the proxy.
    #[track_caller]
    fn report(&self, status: i32) -> String {
        self.report_with(status, &[])
    }

    #[track_caller]
    fn report_with(&self, status: i32, settings: &[(&str, &str)]) -> String {
        let output = self.output(settings);
        assert_eq!(output.status.code(), Some(status), "{output:?}");
        let port = self.proxy.origin("").replace("https://.localhost", "");
        let report = String::from_utf8(output.stdout).expect("UTF-8");
        report
            .replace(&port, "")
            .replace(&port.replace(':', "%3A"), "")
    }
}

#[track_caller]
fn assert_has(report: &str, line: &str) {
    assert!(report.contains(line), "{report}");
}

#[test]
fn every_check_of_a_correct_proxy_is_ok() {
    let site = Site::start(Mistake::None);
    assert_eq!(
        site.report(0),
        "\
ok    settings      open to everyone
ok    login         https://wiki.localhost leads to the login
ok    headers       forged headers open nothing at https://wiki.localhost
ok    hand-over     https://wiki.localhost/.vestibule/in reaches Vestibule
ok    login site    https://login.localhost rejects checks of clients
"
    );
    assert_eq!(site.app.events("app_opened"), 0);
    assert!(!site.app.command(&["doctor"]).contains("a proxy asked"));
}

#[test]
fn each_mistake_of_a_proxy_has_its_line() {
    let wiki = "https://wiki.localhost";
    for (mistake, line) in [
        (
            Mistake::NoCheck,
            format!("WRONG login         {wiki} responds with 404: the app or the proxy responds"),
        ),
        (
            Mistake::StatusAlone,
            format!(
                "WRONG login         {wiki} responds with 401: the app responds without a check"
            ),
        ),
        (
            Mistake::RedirectsFirst,
            format!("WRONG login         {wiki} responds with 301 to /start: the proxy must ask"),
        ),
        (
            Mistake::WrongPath,
            format!("WRONG login         {wiki} responds with 500: the proxy gets no valid result"),
        ),
        (
            Mistake::TrustsClient,
            format!(
                "WRONG headers       {wiki} responds with 303 to \
                 {wiki}/.vestibule/in?to=%2Fvestibule%2Ddoctor%2Fforged to forged headers"
            ),
        ),
        (
            Mistake::TrustsClientsHost,
            format!("WRONG headers       {wiki} responds with 403 to forged headers"),
        ),
        (
            Mistake::AsksAboutAnother,
            format!(
                "WRONG login         {wiki} responds with 303 to https://first.localhost/.vestibule\
                 /in?to=%2Fvestibule%2Ddoctor: the proxy asks Vestibule about an origin"
            ),
        ),
        (
            Mistake::ChecksOwnPaths,
            format!("WRONG hand-over     the proxy asks Vestibule about {wiki}/.vestibule/in, too"),
        ),
        (
            Mistake::NoOwnPaths,
            format!(
                "WRONG hand-over     {wiki}/.vestibule/in responds with 404: the proxy must pass"
            ),
        ),
        (
            Mistake::NoCookies,
            format!("WRONG hand-over     the proxy removes or changes the cookie that {wiki}"),
        ),
    ] {
        let site = Site::start(mistake);
        if mistake == Mistake::AsksAboutAnother {
            let origins = ["wiki", "first"]
                .map(|name| site.proxy.origin(name))
                .join(" ");
            let origins = format!("origins={origins}");
            site.app.command(&["app", "set", "wiki", &origins]);
        }
        let report = site.report(1);
        assert!(report.contains(&line), "{mistake:?}: {report}");
        // A forged host also reaches the paths of Vestibule.
        let expected = usize::from(mistake == Mistake::TrustsClientsHost) + 1;
        assert_eq!(
            report.matches("WRONG").count(),
            expected,
            "{mistake:?}: {report}"
        );
    }
    let report = Site::start(Mistake::PassesOnChecks).report(0);
    let line = "warn  login site    https://login.localhost/forward-auth/caddy responds with 403";
    assert_has(&report, line);
    let report = Site::start(Mistake::NoLogin).report(1);
    let line = "WRONG login site    https://login.localhost/login responds with 502";
    assert_has(&report, line);
}

/// A proxy that believes the client about the path opens everything, if a path is public.
#[test]
fn proxy_that_trusts_forged_path_is_reported() {
    let site = Site::start(Mistake::TrustsClient);
    site.app
        .command(&["app", "set", "wiki", "public_paths=/assets/"]);
    let report = site.report(1);
    assert_has(
        &report,
        "WRONG headers       https://wiki.localhost responds with 200",
    );
    let correct = Site::start(Mistake::None);
    correct
        .app
        .command(&["app", "set", "wiki", "public_paths=/assets/"]);
    assert!(correct.report(0).contains("ok    headers"));
}

#[test]
fn settings_of_the_app_are_checked_first() {
    let site = Site::start(Mistake::None);
    let report = site.report_with(1, &[("VESTIBULE_TRUSTED_PROXIES", "")]);
    assert!(
        report.starts_with("WRONG settings      VESTIBULE_TRUSTED_PROXIES names no proxy"),
        "{report}"
    );
    site.app.command(&["app", "set", "wiki", "public_paths=/"]);
    let report = site.report(0);
    assert_has(
        &report,
        "warn  login         https://wiki.localhost/vestibule-doctor is public",
    );
    assert_has(&report, "ok    hand-over");
    site.app.command(&["app", "deny", "wiki", "everyone"]);
    assert!(
        site.report(0)
            .starts_with("warn  settings      the app is open to no group")
    );
    site.app.command(&["app", "set", "wiki", "disabled=on"]);
    let report = site.report(0);
    assert!(
        report.starts_with("warn  settings      the app is disabled"),
        "{report}"
    );
    assert!(!report.contains("login         "), "{report}");
    site.app
        .command(&["app", "set", "wiki", "disabled=off", "origins="]);
    assert!(
        site.report(1)
            .starts_with("WRONG settings      the app has no origin")
    );
    let unknown = site.app.run(&["doctor", "app", "notes"]);
    assert_eq!(unknown.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("there is no app notes"));
}

#[test]
fn unverified_certificate_or_closed_port_is_reported() {
    let site = Site::start(Mistake::None);
    let other = TestProxy::bind().authority();
    let other = [("SSL_CERT_FILE", other.to_str().expect("UTF-8"))];
    let report = site.report_with(1, &other);
    let line = "WRONG login         https://wiki.localhost gives no valid response: ";
    assert!(
        report.contains(line) && report.contains("certificate"),
        "{report}"
    );
    let line = "WRONG login site    https://login.localhost gives no valid response: ";
    assert_has(&report, line);
    let report = site.report_with(1, &[("SSL_CERT_FILE", "/dev/null")]);
    assert_has(&report, "this system has no trusted certificates");
    site.app
        .command(&["app", "set", "wiki", "origins=https://wiki.localhost:1"]);
    let report = site.report(1);
    assert_has(&report, "https://wiki.localhost:1 gives no valid response");
    assert!(!report.contains("hand-over"), "{report}");
}
