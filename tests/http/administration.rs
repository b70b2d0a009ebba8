//! The pages for administrators, below `/admin`.

use std::time::Duration;

use vestibule::config::{Settings, SignUpMode};

use crate::edge::routes;
use crate::support::races::{Outcomes, head_starts, let_go_first};
use crate::support::{Browser, OTHER_PASSWORD, PASSWORD, Process, Response, TestApp, at_once};

const SAME_ORIGIN: (&str, &str) = ("sec-fetch-site", "same-origin");
const ADMIN: &str = "root@example.org";
const SECOND: &str = "second@example.org";
const EMAIL: &str = "ada@example.org";
const WAITING: &str = "/admin/waiting";
const INVITATIONS: &str = "/admin/invitations";
const LOG: &str = "/admin/log";

fn with_approval(settings: &mut Settings) {
    settings.site.sign_up.mode = SignUpMode::Approval;
}

/// Starts an app with an administrator and a user. Returns the administrator's browser.
fn administered() -> (TestApp, Browser) {
    administered_with(|_| {})
}

fn administered_with(change: impl Fn(&mut Settings) + Copy) -> (TestApp, Browser) {
    let app = TestApp::start_now(|_| {});
    app.register(EMAIL, PASSWORD);
    app.register(ADMIN, PASSWORD);
    app.command(&["user", "make-admin", ADMIN]);
    let app = app.restart_with(change);
    let browser = app.log_in(ADMIN, PASSWORD);
    (app, browser)
}

fn person(app: &TestApp, email: &str) -> String {
    format!("/admin/people/{}", app.user_id(email))
}

/// Presses a button on the page of an account. Confirms it if the page in between asks for that.
fn act(admin: &Browser, person: &str, act: &str) -> Response {
    let response = admin.post(person, &[("act", act)]);
    if response.status == 303 {
        return response;
    }
    assert_eq!(response.status, 200, "{}", response.body);
    admin.post(person, &[("act", act), ("confirmed", "on")])
}

/// Signs up and confirms the address.
fn sign_up(app: &TestApp, email: &str) {
    let browser = app.browser();
    let form = [("email", email), ("password", PASSWORD), ("name", "Bob")];
    browser.post("/signup", &form);
    let token = app.email_to(email).token();
    let confirmed = browser.post("/verify", &[("token", &token)]);
    confirmed.assert_page(200, "Waiting for approval");
}

/// Returns a response without its path and without the id of the request.
fn visible(response: &Response, path: &str) -> (u16, String) {
    let id = response.header("x-request-id").to_owned();
    let body = response.body_without_id().replace(path, "PATH");
    (response.status, body.replace(&id, "ID"))
}

#[test]
fn admin_pages_hide_from_others() {
    let (app, admin) = administered();
    let id = app.user_id(EMAIL);
    let paths: Vec<_> = routes()
        .into_iter()
        .filter(|(path, _)| path.starts_with("/admin"))
        .map(|(path, has_form)| (path.replace("{id}", &id), has_form))
        .collect();
    assert!(paths.len() >= 8, "{paths:?}");
    for browser in [app.browser(), app.log_in(EMAIL, PASSWORD)] {
        for (path, _) in &paths {
            for method in ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"] {
                let ask = |path: &str| browser.send(method, path, &[SAME_ORIGIN], "");
                let expected = ask("/admin-nowhere");
                let response = ask(path);
                assert_eq!(response.status, 404, "{method} {path}");
                let expected = visible(&expected, "/admin-nowhere");
                assert_eq!(visible(&response, path), expected, "{method} {path}");
            }
        }
        assert!(!browser.get("/account").body.contains("/admin"));
    }
    for (path, has_form) in &paths {
        let response = admin.get(path);
        let is_form_only = *has_form && path.ends_with("/withdraw");
        assert_eq!(
            response.status,
            if is_form_only { 404 } else { 200 },
            "{path}"
        );
    }
    assert!(admin.get("/account").body.contains("href=\"/admin\""));
}

#[test]
fn lost_rights_count_on_the_next_request() {
    let (app, admin) = administered();
    app.command(&["user", "remove-admin", ADMIN, "--last"]);
    let person = person(&app, EMAIL);
    assert_eq!(admin.get(&person).status, 404);
    assert_eq!(admin.post(&person, &[("act", "end_sessions")]).status, 404);
}

#[test]
fn people_are_listed_and_found() {
    let (app, admin) = administered();
    for number in 0..25 {
        app.person(&format!("p{number}@example.net"));
    }
    let newest = admin.get("/admin/people");
    newest.assert_page(200, "People");
    assert_eq!(newest.texts(".rows li").len(), 20);
    let older = newest.attribute("nav a.button", "href").expect("a link");
    assert_eq!(admin.get(&older).texts(".rows li").len(), 7);
    let found = admin.get("/admin/people?q=ada%40example.org");
    assert_eq!(found.texts(".rows h2"), [EMAIL]);
    let nothing = admin.get("/admin/people?q=nowhere");
    assert!(nothing.text("main").contains("No results"));
}

#[test]
fn account_is_locked_and_unlocked() {
    let (app, admin) = administered();
    let (person, user) = (person(&app, EMAIL), app.log_in(EMAIL, PASSWORD));
    let page = admin.get(&person);
    page.assert_page(200, EMAIL);
    assert!(page.text("main").contains("Nothing keeps this user"));
    let question = admin.post(&person, &[("act", "lock")]);
    question.assert_page(200, "Lock this account");
    assert_eq!(user.get("/dashboard").status, 200);
    act(&admin, &person, "lock").assert_redirect(&person);
    let page = admin.get(&person);
    assert!(page.notice().contains("Account locked."));
    assert!(page.text("main").contains("The account has been locked"));
    assert_eq!(user.get("/dashboard").status, 303);
    app.email_about(EMAIL, "Your account was locked – Vestibule");
    act(&admin, &person, "unlock").assert_redirect(&person);
    app.log_in(EMAIL, PASSWORD);
}

#[test]
fn other_acts_on_an_account_take_effect() {
    let (app, admin) = administered();
    let (person, user) = (person(&app, EMAIL), app.log_in(EMAIL, PASSWORD));
    assert_eq!(admin.get(&person).texts("main h3").len(), 1, "one session");
    act(&admin, &person, "end_sessions").assert_redirect(&person);
    assert_eq!(user.get("/dashboard").status, 303);
    act(&admin, &person, "send_reset").assert_redirect(&person);
    let token = app.email_to(EMAIL).token();
    app.browser().reset_password(&token, OTHER_PASSWORD);
    act(&admin, &person, "delete").assert_redirect("/admin/people");
    assert!(
        admin
            .get("/admin/people")
            .notice()
            .contains("Account deleted.")
    );
    assert_eq!(app.user_ids(EMAIL).len(), 0);
    assert_eq!(admin.get(&person).status, 404);
    let acts = app
        .home
        .lines("SELECT verb AS line FROM admin_log ORDER BY happened_at, id");
    for verb in ["sessions_ended", "reset_sent", "deleted"] {
        assert!(acts.contains(&verb.to_owned()), "{acts:?}");
    }
}

#[test]
fn removal_of_a_lost_second_step_is_started() {
    let (app, admin) = administered();
    app.with_second_step("bob@example.org");
    let person = person(&app, "bob@example.org");
    act(&admin, &person, "remove_second_step").assert_redirect(&person);
    let page = admin.get(&person).text("main");
    assert!(page.contains("Its removal was requested"), "{page}");
    let email = app.email_to("bob@example.org");
    assert!(email.text.contains("administrator"), "{}", email.text);
}

#[test]
fn administrators_are_safe_from_each_other() {
    let (app, admin) = administered();
    app.register(SECOND, PASSWORD);
    app.command(&["user", "make-admin", SECOND]);
    for (email, text) in [
        (ADMIN, "You can’t do this to your own account."),
        (SECOND, "This account is an administrator’s."),
    ] {
        let person = person(&app, email);
        let shown = admin.get(&person).text("main");
        assert!(!shown.contains("Delete this account"), "{shown}");
        for what in ["lock", "delete"] {
            act(&admin, &person, what).assert_redirect(&person);
            let notice = admin.get(&person).notice();
            assert!(notice.contains(text), "{what} {email}: {notice}");
        }
    }
    assert_eq!(app.home.count("users", "locked_at IS NULL"), 3);
}

#[test]
fn act_asks_for_the_password_after_ten_minutes() {
    let (app, admin) = administered();
    let person = person(&app, EMAIL);
    app.advance(Duration::from_mins(11));
    let question = admin.post(&person, &[("act", "end_sessions")]);
    question.assert_page(200, "Log out on all devices");
    assert_eq!(question.value("act"), "end_sessions");
    let confirmed = |password| {
        let form = [
            ("act", "end_sessions"),
            ("confirmed", "on"),
            ("current_password", password),
        ];
        admin.post(&person, &form)
    };
    confirmed("some wrong password").assert_page(422, "Error: Log out on all devices");
    assert_eq!(app.home.count("admin_log", "verb = 'sessions_ended'"), 0);
    confirmed(PASSWORD).assert_redirect(&person);
    assert!(
        admin
            .get(&person)
            .notice()
            .contains("Logged out on all devices.")
    );
    // The reauthentication counts for the next act.
    act(&admin, &person, "unlock").assert_redirect(&person);
}

#[test]
fn typed_addresses_outlive_the_session() {
    let (app, admin) = administered();
    app.command(&["user", "end-sessions", ADMIN]);
    let form = [("addresses", "eve@example.org\nbob@example.org")];
    let response = admin.post(INVITATIONS, &form);
    assert_eq!(response.status, 401);
    assert!(response.text("main").contains("eve@example.org"));
    assert_eq!(app.home.count("invitations", "TRUE"), 0);
    let empty = app.browser().post(INVITATIONS, &form);
    assert_eq!(empty.status, 404);
}

#[test]
fn sign_ups_are_approved_and_declined() {
    let (app, admin) = administered_with(with_approval);
    sign_up(&app, "bob@example.org");
    app.advance(Duration::from_secs(1));
    sign_up(&app, "eve@example.org");
    assert!(admin.get("/admin").text("main").contains("Sign-ups: 2"));
    let page = admin.get(WAITING);
    assert_eq!(
        page.texts(".rows h2"),
        ["bob@example.org", "eve@example.org"]
    );
    let decide =
        |email: &str, decision| admin.post(WAITING, &[("email", email), ("decision", decision)]);
    decide("bob@example.org", "approve").assert_redirect(WAITING);
    assert!(admin.get(WAITING).notice().contains("Sign-up approved."));
    decide("eve@example.org", "decline").assert_redirect(WAITING);
    let page = admin.get(WAITING);
    assert!(page.notice().contains("Sign-up declined."));
    assert!(page.text("main").contains("No sign-ups are waiting."));
    app.log_in("bob@example.org", PASSWORD);
    assert_eq!(app.user_ids("eve@example.org").len(), 0);
    decide("eve@example.org", "approve").assert_redirect(WAITING);
    assert!(admin.get(WAITING).notice().contains("no longer there"));
}

#[test]
fn administrator_invites_and_withdraws() {
    let (app, admin) = administered_with(with_approval);
    sign_up(&app, "bob@example.org");
    let addresses = format!("eve@example.org\n\n {EMAIL}\r\nbob@example.org\nEVE@example.org");
    let page = admin.post(INVITATIONS, &[("addresses", &addresses)]);
    page.assert_page(200, "Invitations");
    assert_eq!(
        page.texts(".results p"),
        [
            "Invitation sent",
            "Not invited This address already has an account.",
            "Not invited A sign-up with this address waits for approval.",
        ]
    );
    let email = app.email_about("eve@example.org", "You’re invited – Vestibule");
    assert!(email.text.contains(ADMIN), "{}", email.text);
    let list = admin.get(INVITATIONS).text("main");
    assert!(list.contains("eve@example.org"), "{list}");
    assert!(list.contains(&format!("by {ADMIN}")), "{list}");
    let form = [("email", "eve@example.org")];
    admin
        .post("/admin/invitations/withdraw", &form)
        .assert_redirect(INVITATIONS);
    let page = admin.get(INVITATIONS);
    assert!(page.notice().contains("Invitation withdrawn."));
    let link = format!("/invitation?token={}", email.token());
    assert_eq!(app.browser().get(&link).status, 410);
}

#[test]
fn wrong_line_keeps_what_was_typed() {
    let (_app, admin) = administered();
    for (addresses, text) in [
        (
            "eve@example.org\nno address",
            "This isn’t an email address: no address",
        ),
        ("", "Enter at least one email address"),
    ] {
        let page = admin.post(INVITATIONS, &[("addresses", addresses)]);
        page.assert_error(422, text);
        assert_eq!(page.text("textarea"), addresses.replace('\n', " "));
    }
    let many: Vec<_> = (0..101)
        .map(|number| format!("p{number}@example.org"))
        .collect();
    let page = admin.post(INVITATIONS, &[("addresses", &many.join("\n"))]);
    page.assert_error(422, "Enter at most 100 email addresses");
}

#[test]
fn log_tells_acts_of_administrators_and_the_operator() {
    let (app, admin) = administered();
    let (person, second) = (person(&app, EMAIL), Duration::from_secs(1));
    app.log_in(EMAIL, PASSWORD);
    app.advance(second);
    act(&admin, &person, "end_sessions");
    app.advance(second);
    let page = admin.get(LOG);
    let titles = page.texts(".rows h2");
    assert_eq!(titles, ["Logged out on all devices", "Administrator made"]);
    let text = page.text("main");
    assert!(text.contains(&format!("On {EMAIL} By {ADMIN}")), "{text}");
    assert!(
        text.contains(&format!("On {ADMIN} By the operator")),
        "{text}"
    );
    let about = admin.get(&format!("{LOG}?q={}", app.user_id(EMAIL)));
    assert_eq!(about.texts(".rows h2").len(), 1);
    // No row has an address in clear, and a deleted account leaves its id.
    act(&admin, &person, "delete");
    let rows = app.home.rows().into_iter();
    let acts: Vec<_> = rows.filter(|row| row.starts_with("admin_log\t")).collect();
    assert!(acts.len() == 3 && acts.iter().all(|row| !row.contains('@')));
    assert_eq!(admin.get(LOG).texts(".rows h2")[0], "Account deleted");
}

#[test]
fn settings_are_those_of_check_without_secrets() {
    let (app, admin) = administered();
    let page = admin.get("/admin/settings");
    page.assert_page(200, "Settings");
    let checked = app.command(&["check"]);
    for label in ["public URL", "sign-up", "second step", "proxies"] {
        assert!(checked.contains(label), "{checked}");
        assert!(page.text("dl").contains(label), "{}", page.body);
    }
}

#[test]
fn last_administrator_stays() {
    let (app, admin) = administered();
    let form = [("current_password", PASSWORD)];
    let rejected = admin.post("/account/delete", &form);
    rejected.assert_page(409, "Error: Delete your account");
    assert!(
        rejected
            .text("main")
            .contains("You’re the last administrator.")
    );
    let command = ["user", "remove-admin", ADMIN];
    let refused = Process::output(&app.home, &command, &[]);
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(
        said.contains("is the last administrator: add --last"),
        "{said}"
    );
    app.register(SECOND, PASSWORD);
    app.command(&["user", "make-admin", SECOND]);
    for email in [ADMIN, SECOND] {
        let told = app.email_about(email, "New administrator – Vestibule");
        assert!(told.text.contains(SECOND), "{}", told.text);
    }
    app.command(&command);
    app.command(&["user", "remove-admin", SECOND, "--last"]);
    assert_eq!(app.home.count("users", "is_admin"), 0);
}

#[test]
fn two_administrators_cannot_both_leave() {
    let app = TestApp::start_with(|settings| {
        settings.limits = false;
        settings.edge.workers = Some(4);
    });
    let mut outcomes = Outcomes::of(&[(303, 409), (409, 303)]);
    while let Some(round) = outcomes.next_round() {
        let (one_waits, other_waits) = head_starts(round);
        let leave = |name: &str, requests_before: usize| {
            let email = format!("{name}{round}@example.org");
            let browser = app.register_and_log_in(&email, PASSWORD);
            app.command(&["user", "make-admin", &email]);
            Box::new(move || {
                let_go_first(&browser, requests_before);
                let form = [("current_password", PASSWORD)];
                browser.post("/account/delete", &form).status
            }) as Box<dyn FnOnce() -> u16 + Send>
        };
        let both = vec![leave("one", one_waits), leave("other", other_waits)];
        let statuses = at_once(both);
        outcomes.record((statuses[0], statuses[1]));
        assert_eq!(app.home.count("users", "is_admin"), 1);
        app.home.sql("UPDATE users SET is_admin = FALSE");
    }
}

#[test]
fn approval_and_decline_at_once_decide_once() {
    let app = TestApp::start_with(|settings| {
        with_approval(settings);
        settings.limits = false;
        settings.edge.workers = Some(4);
        settings.site.sign_up.domains =
            vec![vestibule::values::EmailDomain::parse("example.net").expect("a domain")];
    });
    let admin = "root@example.net";
    app.register(admin, PASSWORD);
    app.command(&["user", "make-admin", admin]);
    let browsers = [app.log_in(admin, PASSWORD), app.log_in(admin, PASSWORD)];
    let mut outcomes = Outcomes::of(&[1, 0]);
    while let Some(round) = outcomes.next_round() {
        let email = format!("p{round}@example.org");
        sign_up(&app, &email);
        let (one_waits, other_waits) = head_starts(round);
        let decide = |browser: &Browser, decision: &'static str, requests_before: usize| {
            let (browser, email) = (app.with_session_of(browser), email.clone());
            Box::new(move || {
                let_go_first(&browser, requests_before);
                let form = [("email", &email[..]), ("decision", decision)];
                browser.post(WAITING, &form).status
            }) as Box<dyn FnOnce() -> u16 + Send>
        };
        let statuses = at_once(vec![
            decide(&browsers[0], "approve", one_waits),
            decide(&browsers[1], "decline", other_waits),
        ]);
        assert_eq!(statuses, [303, 303]);
        assert_eq!(app.home.count("pending_signups", "TRUE"), 0);
        outcomes.record(app.user_ids(&email).len());
    }
}
