//! The pages for administrators, below `/admin`.

use std::time::Duration;

use vestibule::config::{Settings, SignUpMode, TrustedProxies};

use crate::edge::routes;
use crate::support::races::{Outcomes, head_starts, let_go_first};
use crate::support::{Browser, OTHER_PASSWORD, PASSWORD, Process, Response, TestApp, at_once};

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
const SAME_ORIGIN: (&str, &str) = ("sec-fetch-site", "same-origin");
const ADMIN: &str = "root@example.org";
const SECOND: &str = "second@example.org";
const EMAIL: &str = "ada@example.org";
pub const WAITING: &str = "/admin/waiting";
pub const INVITATIONS: &str = "/admin/invitations";
const LOG: &str = "/admin/log";
pub const GROUPS: &str = "/admin/groups";
const STAFF: &str = "/admin/groups/staff";

pub fn with_approval(settings: &mut Settings) {
    settings.site.sign_up.mode = SignUpMode::Approval;
}

/// Starts an app with an administrator and a user. Returns the administrator's browser.
pub fn administered() -> (TestApp, Browser) {
    administered_with(|_| {})
}

pub fn administered_with(change: impl Fn(&mut Settings) + Copy) -> (TestApp, Browser) {
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

/// Presses a button on the page of an account, and answers the prompt if there is one.
fn act(admin: &Browser, person: &str, act: &str) -> Response {
    let response = admin.post(person, &[("action", act)]);
    if response.status == 303 {
        return response;
    }
    assert_eq!(response.status, 200, "{}", response.body);
    admin.post(person, &[("action", act), ("confirmed", "on")])
}

/// Signs up and confirms the address.
pub fn sign_up(app: &TestApp, email: &str) {
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

type Request = (
    &'static str,
    &'static str,
    Vec<(&'static str, &'static str)>,
    String,
);

/// Returns requests that a page would answer in different ways if it existed.
fn requests() -> Vec<Request> {
    let same_origin = || vec![SAME_ORIGIN];
    let form = || vec![SAME_ORIGIN, FORM];
    let methods = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"];
    let mut requests: Vec<Request> = methods
        .map(|method| (method, "", same_origin(), String::new()))
        .into();
    requests.extend([
        ("GET", "?q=1&q=2", same_origin(), String::new()),
        ("GET", "?before=%ff", same_origin(), String::new()),
        (
            "POST",
            "",
            form(),
            "form_id=aaaaaaaaaaaaaaaaaaaaaa".to_owned(),
        ),
        ("POST", "", form(), "x=%ff".to_owned()),
        ("POST", "", form(), "x".repeat(60_000)),
        (
            "POST",
            "",
            vec![SAME_ORIGIN, FORM, ("content-encoding", "gzip")],
            "x".to_owned(),
        ),
        (
            "POST",
            "",
            vec![FORM, ("sec-fetch-site", "cross-site")],
            String::new(),
        ),
    ]);
    requests
}

#[test]
fn admin_pages_hide_from_others() {
    let (app, admin) = administered();
    app.command(&["group", "create", "staff"]);
    app.command(&["app", "create", "wiki"]);
    let id = app.user_id(EMAIL);
    let paths: Vec<_> = routes()
        .into_iter()
        .filter(|(path, _)| path.starts_with("/admin"))
        .map(|(path, has_form)| {
            (
                path.replace("apps/{id}", "apps/wiki")
                    .replace("{id}", &id)
                    .replace("{name}", "staff"),
                has_form,
            )
        })
        .collect();
    assert_eq!(paths.len(), 13, "{paths:?}");
    for browser in [app.browser(), app.log_in(EMAIL, PASSWORD)] {
        for (path, _) in &paths {
            for (method, query, headers, body) in requests() {
                let ask =
                    |path: &str| browser.send(method, &format!("{path}{query}"), &headers, &body);
                let (expected, response) = (ask("/admin-nowhere"), ask(path));
                let expected = visible(&expected, "/admin-nowhere");
                let what = format!("{method} {path}{query} {headers:?}");
                assert_eq!(visible(&response, path), expected, "{what}");
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
    assert_eq!(
        admin.post(&person, &[("action", "end_sessions")]).status,
        404
    );
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
fn last_use_and_opened_apps_are_shown() {
    let app = TestApp::start_behind_a_proxy();
    for email in [EMAIL, ADMIN] {
        app.register(email, PASSWORD);
    }
    app.person("new@example.org");
    app.command(&["user", "make-admin", ADMIN]);
    app.open_app("wiki");
    app.opened_wiki(EMAIL);
    let admin = app.log_in(ADMIN, PASSWORD);
    let listed = |email: &str| {
        let found = admin.get(&format!("/admin/people?q={email}"));
        found.text(".facts")
    };
    assert!(listed(EMAIL).contains("Last seen"));
    assert!(listed("new@example.org").contains("No recent session"));
    let page = admin.get(&person(&app, EMAIL));
    assert!(page.text(".pairs").contains("Last seen"), "{}", page.body);
    assert!(page.text(".facts").contains("Apps: Wiki"), "{}", page.body);
    app.command(&["app", "create", "files"]);
    let apps = admin.get("/admin/apps").texts(".rows li");
    assert!(
        apps[0].contains("Open to no group No recent login"),
        "{apps:?}"
    );
    assert!(apps[1].contains("Open to everyone Last login"), "{apps:?}");
    for (path, text) in [
        ("/admin/apps/files", "None recently"),
        ("/admin/apps/wiki", "just now"),
    ] {
        let facts = admin.get(path).texts(".pairs > div");
        assert!(
            facts.last().is_some_and(|fact| fact.ends_with(text)),
            "{facts:?}"
        );
    }
}

#[test]
fn account_is_locked_and_unlocked() {
    let (app, admin) = administered();
    let (person, user) = (person(&app, EMAIL), app.log_in(EMAIL, PASSWORD));
    let page = admin.get(&person);
    page.assert_page(200, EMAIL);
    assert!(page.text("main").contains("Nothing keeps this user"));
    let question = admin.post(&person, &[("action", "lock")]);
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
    app.email_about(EMAIL, "You were logged out – Vestibule");
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
        for what in ["lock", "unlock", "delete"] {
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
    let question = admin.post(&person, &[("action", "end_sessions")]);
    question.assert_page(200, "Log this user out on all devices");
    assert_eq!(question.value("action"), "end_sessions");
    let confirmed = |password| {
        let form = [
            ("action", "end_sessions"),
            ("confirmed", "on"),
            ("current_password", password),
        ];
        admin.post(&person, &form)
    };
    confirmed("some wrong password").assert_page(422, "Error: Log this user out on all devices");
    assert_eq!(app.home.count("admin_log", "verb = 'sessions_ended'"), 0);
    confirmed(PASSWORD).assert_redirect(&person);
    assert!(
        admin
            .get(&person)
            .notice()
            .contains("User logged out on all devices.")
    );
    // The reauthentication counts for the next action.
    act(&admin, &person, "send_reset").assert_redirect(&person);
}

#[test]
fn typed_addresses_survive_logout_in_another_tab() {
    let (app, admin) = administered();
    let form = [("addresses", "eve@example.org\nbob@example.org")];
    admin.post("/logout", &[]).assert_redirect("/login");
    let response = admin.post(INVITATIONS, &form);
    assert_eq!(response.status, 401);
    assert!(response.text("main").contains("eve@example.org"));
    assert_eq!(admin.get(INVITATIONS).status, 404);
    // Without the rights, the device is like any other.
    app.command(&["user", "remove-admin", ADMIN, "--last"]);
    assert_eq!(admin.post(INVITATIONS, &form).status, 404);
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
    decide("eve@example.org", "decline").assert_page(200, "Decline this sign-up");
    let confirmed = [
        ("email", "eve@example.org"),
        ("decision", "decline"),
        ("confirmed", "on"),
    ];
    admin.post(WAITING, &confirmed).assert_redirect(WAITING);
    let page = admin.get(WAITING);
    assert!(page.notice().contains("Sign-up declined."));
    assert!(page.text("main").contains("No sign-ups await approval."));
    app.log_in("bob@example.org", PASSWORD);
    assert_eq!(app.user_ids("eve@example.org").len(), 0);
    decide("eve@example.org", "approve").assert_redirect(WAITING);
    assert!(admin.get(WAITING).notice().contains("no longer exists"));
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
            "Not invited A sign-up with this address awaits approval.",
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
fn administrator_sees_what_became_of_invitations() {
    let (app, admin) = administered();
    for email in ["eve@example.org", "grace@example.org"] {
        admin.post(INVITATIONS, &[("addresses", email)]);
    }
    let token = app.email_to("eve@example.org").token();
    let form = [("token", token.as_str()), ("password", PASSWORD)];
    app.browser().post("/invitation", &form);
    let facts = |admin: &Browser| {
        let page = admin.get(INVITATIONS);
        let mut facts = page.texts("li .facts p:last-child");
        facts.sort();
        (facts, page.texts("li button"))
    };
    let (states, buttons) = facts(&admin);
    assert!(states[0].starts_with("Accepted "), "{states:?}");
    assert!(states[1].starts_with("Expires "), "{states:?}");
    assert_eq!(
        buttons,
        [
            "Send again to grace@example.org",
            "Withdraw the invitation of grace@example.org"
        ]
    );
    // An accepted invitation cannot be withdrawn.
    admin.post(
        "/admin/invitations/withdraw",
        &[("email", "eve@example.org")],
    );
    assert!(admin.get(INVITATIONS).notice().contains("no longer exists"));
    app.advance(Duration::from_hours(7 * 24));
    let admin = app.log_in(ADMIN, PASSWORD);
    let (states, buttons) = facts(&admin);
    assert!(states[1].starts_with("Expired "), "{states:?}");
    assert_eq!(buttons, ["Send again to grace@example.org"]);
    let again = [("addresses", "grace@example.org")];
    admin.post(INVITATIONS, &again);
    assert!(facts(&admin).0[1].starts_with("Expires "));
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
fn log_names_groups_of_invitations_and_approvals() {
    let (app, admin) = administered_with(with_approval);
    app.command(&["group", "create", "staff"]);
    sign_up(&app, "bob@example.org");
    let form = [
        ("email", "bob@example.org"),
        ("decision", "approve"),
        ("group", "staff"),
    ];
    admin.post(WAITING, &form).assert_redirect(WAITING);
    let form = [("addresses", "eve@example.org"), ("group", "staff")];
    admin.post(INVITATIONS, &form);
    for verb in ["approved", "invited"] {
        let row = format!("verb = '{verb}' AND detail = 'staff'");
        assert_eq!(app.home.count("admin_log", &row), 1, "{verb}");
    }
    let log = admin.get(LOG).text("main");
    assert_eq!(log.matches("Group staff").count(), 2, "{log}");
}

#[test]
fn overview_tells_of_lost_emails_and_unknown_proxies() {
    let (app, admin) = administered();
    let overview = |browser: &Browser| browser.get("/admin").text("main");
    assert!(!overview(&admin).contains("Delivery failed recently"));
    app.home
        .sql("INSERT INTO instance (key, value) VALUES ('unknown_proxy', '192.0.2.7')");
    app.browser()
        .post("/password/forgot", &[("email", EMAIL)])
        .assert_redirect("/password/sent");
    // The same happens after a mail server has rejected the recipients.
    app.home.sql(
        "UPDATE outbox SET sent_at = NULL, given_up_at = 1, next_attempt_at = 1, sealed = NULL",
    );
    let text = overview(&admin);
    let lost = app.home.count("outbox", "TRUE");
    let lost = format!("None is waiting Delivery failed recently: {lost}.");
    assert!(text.contains(&lost), "{text}");
    assert!(text.contains("192.0.2.7 forwards requests"), "{text}");
    let app = app.restart_with(|settings| {
        settings.edge.trusted_proxies = TrustedProxies::parse("192.0.2.7").expect("an address");
    });
    let text = overview(&app.log_in(ADMIN, PASSWORD));
    assert!(!text.contains("192.0.2.7"), "{text}");
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
    assert_eq!(
        titles,
        [
            "User logged out on all devices",
            "Administrator rights granted"
        ]
    );
    let text = page.text("main");
    assert!(text.contains(&format!("On {EMAIL} By {ADMIN}")), "{text}");
    assert!(
        text.contains(&format!("On {ADMIN} By the operator")),
        "{text}"
    );
    let of_other_spelling = EMAIL.to_uppercase();
    for (party, shown) in [
        (&app.user_id(EMAIL)[..], EMAIL),
        (EMAIL, EMAIL),
        (&of_other_spelling, &of_other_spelling),
    ] {
        let about = admin.get(&format!("{LOG}?q={party}"));
        assert_eq!(about.texts(".rows h2").len(), 1, "{party}");
        assert_eq!(about.value("q"), shown);
    }
    for unknown in ["nobody@example.org", "nothing", "%22%3E%20%2F"] {
        let about = admin.get(&format!("{LOG}?q={unknown}"));
        assert!(
            about.text("main").contains("No actions found for"),
            "{unknown}"
        );
    }
    // No row has an address in clear, and a deleted account leaves its id.
    act(&admin, &person, "delete");
    let rows = app.home.rows().into_iter();
    let acts: Vec<_> = rows.filter(|row| row.starts_with("admin_log\t")).collect();
    assert!(acts.len() == 3 && acts.iter().all(|row| !row.contains('@')));
    assert_eq!(admin.get(LOG).texts(".rows h2")[0], "Account deleted");
    assert!(admin.get(LOG).text("main").contains("On deleted account "));
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
fn twofauth_331_last_administrator_stays() {
    let (app, admin) = administered();
    let form = [("current_password", PASSWORD)];
    let rejected = admin.post("/account/delete", &form);
    rejected.assert_page(409, "Error: Delete your account");
    assert_eq!(admin.get("/admin").status, 200, "the session lives on");
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
                let form = [
                    ("email", &email[..]),
                    ("decision", decision),
                    ("confirmed", "on"),
                ];
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

#[test]
fn error_after_the_password_keeps_the_session() {
    let (app, admin) = administered();
    let person = person(&app, EMAIL);
    app.advance(Duration::from_mins(11));
    let form = [
        ("action", "add_to_group"),
        ("group", "no name"),
        ("confirmed", "on"),
        ("current_password", PASSWORD),
    ];
    admin.post(&person, &form).assert_redirect(&person);
    let page = admin.get(&person);
    page.assert_page(200, EMAIL);
    assert!(page.notice().contains("Something went wrong."));
}

#[test]
fn undo_delays_reset_link_sent_by_administrator() {
    let (app, admin) = administered();
    let user = app.log_in(EMAIL, PASSWORD);
    let new = "eve@example.org";
    let token = app.request_address(&user, new).token();
    user.post("/account/email/confirm", &[("token", &token)]);
    let undo = app.email_about(EMAIL, "Your email address was changed – Vestibule");
    app.register(EMAIL, OTHER_PASSWORD);
    app.browser()
        .post("/undo", &[("token", &undo.undo_token())]);
    let before = app.emails_to(new).len();
    let person = person(&app, new);
    act(&admin, &person, "send_reset").assert_redirect(&person);
    assert!(admin.get(&person).notice().contains("No email was sent."));
    assert_eq!(app.emails_to(new).len(), before);
    app.advance(Duration::from_hours(24));
    let admin = app.log_in(ADMIN, PASSWORD);
    act(&admin, &person, "send_reset").assert_redirect(&person);
    app.email_about(new, "Reset your password – Vestibule");
}

#[test]
fn groups_are_created_filled_and_deleted() {
    let (app, admin) = administered();
    let created = admin.post(
        GROUPS,
        &[("name", "staff"), ("title", "Staff <b>Turin</b>")],
    );
    created.assert_redirect(STAFF);
    admin.get(STAFF).assert_page(200, "Staff <b>Turin</b>");
    let again = admin.post(GROUPS, &[("name", "staff"), ("title", "Other")]);
    again.assert_error(422, "A group has this name already");
    for name in ["everyone", "Staff", "s", "a,b"] {
        let page = admin.post(GROUPS, &[("name", name), ("title", "T")]);
        assert_eq!((page.status, page.value("name").as_str()), (422, name));
    }
    for (fields, message) in [
        ([("action", "rename"), ("title", " ")], "Enter a title"),
        (
            [("action", "add"), ("email", " ")],
            "Enter the user’s email address",
        ),
        (
            [("action", "add"), ("email", "ada")],
            "This isn’t an email address: ada",
        ),
    ] {
        admin.post(STAFF, &fields).assert_error(422, message);
    }
    let add = [("action", "add"), ("email", EMAIL)];
    admin.post(STAFF, &add).assert_redirect(STAFF);
    assert!(admin.get(STAFF).text("main").contains(EMAIL));
    let told = app.email_about(EMAIL, "Added to a group – Vestibule");
    assert!(told.text.contains("Staff <b>Turin</b>"), "{}", told.text);
    admin.post(STAFF, &add).assert_redirect(STAFF);
    assert!(admin.get(STAFF).notice().contains("already in the group"));
    let nowhere = [("action", "add"), ("email", "nowhere@example.org")];
    admin.post(STAFF, &nowhere).assert_redirect(STAFF);
    assert!(
        admin
            .get(STAFF)
            .notice()
            .contains("no account has this email")
    );
    let rename = [("action", "rename"), ("title", "Everyone in Turin")];
    admin.post(STAFF, &rename).assert_redirect(STAFF);
    let id = app.user_id(EMAIL);
    let remove = [("action", "remove"), ("id", &id[..])];
    admin.post(STAFF, &remove).assert_redirect(STAFF);
    app.email_about(EMAIL, "Removed from a group – Vestibule");
    assert_eq!(app.home.count("group_members", "TRUE"), 0);
    let user = app.log_in(EMAIL, PASSWORD);
    let activity = user.get("/account/activity").text("main");
    assert!(activity.contains("Added to a group"), "{activity}");
    let delete = [("action", "delete"), ("confirmed", "on")];
    admin.post(STAFF, &delete).assert_redirect(GROUPS);
    assert_eq!(admin.get(STAFF).status, 404);
    let log = admin.get(LOG).text("main");
    for text in [
        "Group created",
        "Group staff",
        "Title of a group changed",
        "Group deleted",
    ] {
        assert!(log.contains(text), "{log}");
    }
}

#[test]
fn groups_of_a_person_are_changed_and_exported() {
    let (app, admin) = administered();
    app.command(&["group", "create", "staff", "Staff"]);
    let person = person(&app, EMAIL);
    let add = [("action", "add_to_group"), ("group", "staff")];
    admin.post(&person, &add).assert_redirect(&person);
    assert!(admin.get(&person).text("main").contains("Staff"));
    let user = app.log_in(EMAIL, PASSWORD);
    let export = user.post("/account/export", &[]).json();
    assert_eq!(export["groups"][0]["name"], "staff");
    let remove = [("action", "remove_from_group"), ("group", "staff")];
    admin.post(&person, &remove).assert_redirect(&person);
    assert_eq!(app.home.count("group_members", "TRUE"), 0);
    admin.post(&person, &add).assert_redirect(&person);
    user.post("/account/delete", &[("current_password", PASSWORD)]);
    assert_eq!(app.home.count("group_members", "TRUE"), 0);
}

#[test]
fn new_accounts_join_their_assigned_groups() {
    let (app, admin) = administered_with(with_approval);
    app.command(&["group", "create", "staff"]);
    app.command(&["group", "create", "guests"]);
    let groups_of = |email: &str| {
        let query = format!(
            "SELECT group_name AS line FROM group_members WHERE user_id = '{}'",
            app.user_id(email)
        );
        app.home.lines(&query)
    };
    sign_up(&app, "bob@example.org");
    let approve = [
        ("email", "bob@example.org"),
        ("decision", "approve"),
        ("group", "staff"),
    ];
    admin.post(WAITING, &approve).assert_redirect(WAITING);
    assert_eq!(groups_of("bob@example.org"), ["staff"]);
    // By the link of the invitation, and by a sign-up of the invited address.
    let invited = ["eve@example.org", "kim@example.org"];
    admin.post(
        INVITATIONS,
        &[("addresses", &invited.join("\n")), ("group", "staff")],
    );
    let token = app.email_to(invited[0]).token();
    let form = [("token", token.as_str()), ("password", PASSWORD)];
    app.browser().post("/invitation", &form);
    app.browser().sign_up(invited[1], PASSWORD);
    let token = app.email_to(invited[1]).token();
    let form = [("token", token.as_str()), ("password", PASSWORD)];
    app.browser().post("/verify", &form);
    for email in invited {
        assert_eq!(groups_of(email), ["staff"], "{email}");
    }
    // A group that was deleted meanwhile is left out.
    app.command(&["invite", "zoe@example.org", "--group", "staff,guests"]);
    app.command(&["group", "delete", "guests", "--yes"]);
    let token = app.email_to("zoe@example.org").token();
    let form = [("token", token.as_str()), ("password", PASSWORD)];
    app.browser().post("/invitation", &form);
    assert_eq!(groups_of("zoe@example.org"), ["staff"]);
}

#[test]
fn prompts_name_the_chosen_groups() {
    let (app, admin) = administered_with(with_approval);
    for group in ["staff", "guests"] {
        app.command(&["group", "create", group]);
    }
    sign_up(&app, "bob@example.org");
    app.advance(Duration::from_mins(11));
    let approve = [
        ("email", "bob@example.org"),
        ("decision", "approve"),
        ("group", "staff"),
        ("group", "guests"),
    ];
    let invite = [
        ("addresses", "eve@example.org\nzoe@example.org"),
        ("group", "staff"),
    ];
    for (page, form, subject) in [
        (
            WAITING,
            &approve[..],
            "bob@example.org (Groups: staff, guests)",
        ),
        (
            INVITATIONS,
            &invite[..],
            "eve@example.org zoe@example.org (Group: staff)",
        ),
    ] {
        let prompt = admin.post(page, form).text("main");
        assert!(prompt.contains(subject), "{prompt}");
    }
}

#[test]
fn groups_are_managed_by_the_api() {
    let (app, _) = administered();
    let program = app.program_with(&app.tokens(ADMIN, PASSWORD).access);
    let body = serde_json::json!({"name": "staff", "title": "Staff"});
    assert_eq!(program.post("/api/v1/groups", &body).status, 204);
    let listed = program.get("/api/v1/groups").json();
    assert_eq!(listed["items"][0]["name"], "staff");
    let member = format!("/api/v1/groups/staff/members/{}", app.user_id(EMAIL));
    for _ in 0..2 {
        assert_eq!(program.send("PUT", &member, &[], "").status, 204);
    }
    assert_eq!(app.home.count("group_members", "TRUE"), 1);
    assert_eq!(program.send("DELETE", &member, &[], "").status, 204);
    assert_eq!(app.home.count("group_members", "TRUE"), 0);
    let user = app.program_with(&app.tokens(EMAIL, PASSWORD).access);
    user.get("/api/v1/groups")
        .assert_problem(403, "administrators_only");
    user.send("PUT", &member, &[], "")
        .assert_problem(403, "administrators_only");
    let browser = app.log_in(ADMIN, PASSWORD);
    let token = app.program_with(&browser.create_token("x"));
    token
        .send("PUT", &member, &[], "")
        .assert_problem(403, "session_needed");
    let unknown = member.replace("staff", "nowhere");
    program
        .send("PUT", &unknown, &[], "")
        .assert_problem(404, "not_found");
}

#[test]
fn account_is_in_at_most_100_groups() {
    let (app, _) = administered();
    app.home.sql(
        "WITH RECURSIVE n(i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n WHERE i < 110) \
         INSERT INTO groups SELECT 'group-' || i, 'Group', 0 FROM n",
    );
    app.home.sql(&format!(
        "INSERT INTO group_members (user_id, group_name, since) \
         SELECT '{}', name, 0 FROM groups WHERE name < 'group-99' AND name <> 'group-10'",
        app.user_id(EMAIL)
    ));
    let before = app.home.count("group_members", "TRUE");
    for number in before..100 {
        let group = format!("extra-{number}");
        app.command(&["group", "create", &group]);
        app.command(&["group", "add", &group, EMAIL]);
    }
    assert_eq!(app.home.count("group_members", "TRUE"), 100);
    let more = Process::output(&app.home, &["group", "add", "group-10", EMAIL], &[]);
    assert!(!more.status.success());
    let said = String::from_utf8_lossy(&more.stdout);
    assert!(said.contains("at most 100 groups"), "{said}");
}

#[test]
fn invitations_are_sent_by_the_api() {
    let (app, admin) = administered();
    let program = app.program_with(&app.tokens(ADMIN, PASSWORD).access);
    let invite = |email: &str| {
        let body = serde_json::json!({"email": email, "groups": ["staff"]});
        program.post("/api/v1/invitations", &body)
    };
    app.command(&["group", "create", "staff"]);
    assert_eq!(invite("eve@example.org").status, 204);
    let listed = program.get("/api/v1/invitations").json();
    assert_eq!(listed["items"][0]["email"], "eve@example.org");
    assert_eq!(listed["items"][0]["groups"], serde_json::json!(["staff"]));
    assert_eq!(listed["items"][0]["accepted_at"], serde_json::Value::Null);
    invite(EMAIL).assert_problem(409, "has_account");
    invite("no address").assert_problem(422, "invalid");
    for _ in 0..2 {
        assert_eq!(invite("eve@example.org").status, 204);
    }
    invite("eve@example.org").assert_problem(429, "too_many_invitations");
    // Sending it again on the page keeps the groups.
    let page = admin.get(INVITATIONS);
    assert!(page.text("main").contains("Group staff"), "{}", page.body);
    let user = app.program_with(&app.tokens(EMAIL, PASSWORD).access);
    user.get("/api/v1/invitations")
        .assert_problem(403, "administrators_only");
}

#[test]
fn invitation_sent_again_keeps_its_groups() {
    let (app, admin) = administered();
    for group in ["guests", "staff"] {
        app.command(&["group", "create", group]);
    }
    app.command(&["invite", "eve@example.org", "--group", "staff,guests"]);
    let page = admin.get(INVITATIONS);
    let hidden = page
        .attribute("li input[name=group]", "value")
        .expect("a field");
    let form = [("addresses", "eve@example.org"), ("group", &hidden[..])];
    admin
        .post(INVITATIONS, &form)
        .assert_page(200, "Invitations");
    let token = app.email_to("eve@example.org").token();
    let form = [("token", token.as_str()), ("password", PASSWORD)];
    app.browser().post("/invitation", &form);
    assert_eq!(app.home.count("group_members", "TRUE"), 2);
    let verbs = app.home.column("admin_log", "verb");
    assert!(verbs.contains(&"invitation_resent".to_owned()), "{verbs:?}");
}
