//! Holes of similar systems that no other file covers. `docs/security.md` lists all of them, with
//! the beginning of each test's name. `tests/conventions.rs` checks that none is missing.

use crate::import::imported;
use crate::support::smtp::{Behaviour, SmtpSink};
use crate::support::{OTHER_PASSWORD, PASSWORD, TestApp, eventually};

const EMAIL: &str = "ada@example.org";

/// CVE-2026-119128: a cookie that the client could compute once let attackers set the first
/// password.
#[test]
fn cve_2026_119128_only_emailed_link_sets_first_password() {
    let app = TestApp::start();
    imported(&app, &format!("email\n{EMAIL}\n"));
    let eve = app.register_and_log_in("eve@example.org", PASSWORD);
    eve.post("/password/forgot", &[("email", EMAIL)])
        .assert_redirect("/password/sent");
    // The attacker has the cookies of a failed login, an own session and own links.
    app.browser()
        .post("/password/forgot", &[("email", "eve@example.org")]);
    let own = app.email_to("eve@example.org").token();
    let flash = eve.cookie("flash").expect("of the form");
    for token in [
        "",
        "none",
        EMAIL,
        &flash,
        &eve.cookie("session").expect("signed in"),
        &eve.cookie("device").expect("known"),
    ] {
        assert_eq!(
            eve.reset_password(token, OTHER_PASSWORD).status,
            410,
            "{token}"
        );
        assert_eq!(
            eve.post("/verify", &[("token", token), ("password", OTHER_PASSWORD)])
                .status,
            410,
            "{token}"
        );
    }
    let fields = [
        ("email", EMAIL),
        ("current_password", ""),
        ("password", OTHER_PASSWORD),
    ];
    assert_eq!(eve.post("/account/password", &fields).status, 422);
    let attacker = app.browser();
    attacker
        .post(
            "/password/reset",
            &[
                ("token", &own),
                ("email", EMAIL),
                ("password", OTHER_PASSWORD),
            ],
        )
        .assert_redirect("/login");
    for password in ["", "none", "foreign", OTHER_PASSWORD, PASSWORD] {
        assert_eq!(
            app.browser().log_in(EMAIL, password).status,
            422,
            "{password:?}"
        );
    }
    let token = app.email_to(EMAIL).token();
    app.browser()
        .reset_password(&token, PASSWORD)
        .assert_redirect("/login");
    app.log_in(EMAIL, PASSWORD);
}

/// CVE-2024-45231: a failing mail server once made the reset form respond differently for known
/// addresses.
#[test]
fn cve_2024_45231_failing_mail_server_reveals_nothing() {
    let sink = SmtpSink::start();
    let smtp = vestibule::config::SmtpUrl::parse(&sink.url());
    let app = TestApp::start();
    app.register(EMAIL, PASSWORD);
    let app = app.restart_with(|settings| {
        settings.mail.smtp = smtp;
        settings.limits = false;
    });
    let forms = [
        ("/password/forgot", vec![]),
        ("/verify/resend", vec![]),
        ("/signup", vec![("password", PASSWORD)]),
    ];
    let responses = |email: &str| -> Vec<_> {
        let ask = |(path, rest): &(&str, Vec<(&str, &str)>)| {
            let fields: Vec<_> = [("email", email)].into_iter().chain(rest.clone()).collect();
            let response = app.browser().post(path, &fields);
            (
                response.status,
                response.header("location").to_owned(),
                response.body.replace(email, "ADDRESS"),
            )
        };
        let responses: Vec<_> = forms.iter().map(ask).collect();
        assert!(
            responses.iter().all(|(status, ..)| *status == 303),
            "{responses:?}"
        );
        responses
    };
    sink.behave_for(EMAIL, Behaviour::RejectPermanently);
    assert_eq!(responses(EMAIL), responses("nobody@example.org"));
    eventually(|| app.home.count("outbox", "given_up_at IS NOT NULL") > 0);
    sink.stop();
    assert_eq!(responses(EMAIL), responses("nobody@example.org"));
}

/// CVE-2021-32637: an odd path was one page to the check and another to the app behind it. Here
/// both see the same.
#[test]
fn cve_2021_32637_no_odd_path_bypasses_the_login() {
    let app = TestApp::start();
    app.register(EMAIL, PASSWORD);
    for path in [
        "/dashboard",
        "//dashboard",
        "/./dashboard",
        "/x/../dashboard",
        "/dashboard/",
        "/dashboard//",
        "/dashboard/.",
        "/%64ashboard",
        "/dash%62oard",
        "/dashboard%20",
        "/dashboard%00",
        "/dashboard%2f",
        "/dashboard;x=y",
        "/dashboard%3f",
        "/DASHBOARD",
        "/dashboard%",
        "/dashboard%zz",
        "/login/../dashboard",
        "/static/../dashboard",
        "/login/..%2fdashboard",
        "/account/%2e%2e/dashboard",
        "/account%2fsessions",
        "/dashboard?x=%ff",
        "/dashboard%c0%af",
    ] {
        let response = app.browser().send("GET", path, &[], "");
        let is_login =
            response.status == 303 && response.header("location").starts_with("/login?next=%2F");
        assert!(
            is_login || matches!(response.status, 400 | 404),
            "{path}: {}",
            response.status
        );
        assert!(!response.body.contains("Hello"), "{path}");
    }
}
