//! Sign-ups that an administrator must approve: `VESTIBULE_SIGN_UP=approval`.

use std::time::Duration;

use serde_json::json;
use vestibule::config::{Settings, SignUpMode};
use vestibule::values::EmailDomain;

use crate::support::{OTHER_PASSWORD, PASSWORD, Process, Response, TestApp, eventually};

const EMAIL: &str = "ada@example.org";
const ADMIN: &str = "root@example.org";
const WAITING: &str = "Waiting for approval";
const WAITING_EMAIL: &str = "Waiting for approval – Vestibule";
const READY: &str = "Your account is ready – Vestibule";
const DECLINED: &str = "Your account wasn’t approved – Vestibule";
const NEWS: &str = "Sign-ups await approval – Vestibule";
const DAY: Duration = Duration::from_hours(24);

fn with_approval(settings: &mut Settings) {
    settings.site.sign_up.mode = SignUpMode::Approval;
}

fn app() -> TestApp {
    TestApp::start_now(with_approval)
}

/// Signs up and confirms the address. Returns the response to the confirmation.
fn sign_up(app: &TestApp, email: &str) -> Response {
    let browser = app.browser();
    let form = [("email", email), ("password", PASSWORD), ("name", "Ada")];
    browser
        .post("/signup", &form)
        .assert_redirect("/signup/sent");
    let token = app.email_to(email).token();
    browser.post("/verify", &[("token", &token)])
}

#[test]
fn confirmed_sign_up_awaits_approval() {
    let app = app();
    let page = app.browser().get("/signup");
    assert!(
        page.text("main")
            .contains("An administrator must approve new accounts.")
    );
    let confirmed = sign_up(&app, EMAIL);
    confirmed.assert_page(200, WAITING);
    assert!(confirmed.text("main").contains(EMAIL));
    app.email_about(EMAIL, WAITING_EMAIL);
    assert_eq!(app.user_ids(EMAIL).len(), 0);
    let login = app.browser().log_in(EMAIL, PASSWORD);
    login.assert_page(403, WAITING);
    assert_eq!(login.header("set-cookie"), "");
    let credentials = json!({"email": EMAIL, "password": PASSWORD});
    let rejected = app.program().post("/api/v1/token", &credentials);
    rejected.assert_problem(403, "awaiting_approval");
    assert_eq!(app.browser().log_in(EMAIL, OTHER_PASSWORD).status, 422);
}

#[test]
fn approval_creates_the_account() {
    let app = app();
    sign_up(&app, EMAIL);
    let said = app.command(&["user", "approve", EMAIL]);
    assert_eq!(said, format!("{EMAIL} has an account now.\n"));
    app.email_about(EMAIL, READY);
    let browser = app.log_in(EMAIL, PASSWORD);
    assert!(browser.get("/dashboard").text("h1").contains("Ada"));
    let activity = browser.get("/account/activity").text("main");
    assert!(activity.contains("Account created just now"), "{activity}");
    assert_eq!(app.home.count("pending_signups", "TRUE"), 0);
    let acts = app.home.lines("SELECT verb AS line FROM admin_log");
    assert_eq!(acts, ["approved"]);
}

#[test]
fn declined_sign_up_is_deleted() {
    let app = app();
    sign_up(&app, EMAIL);
    let said = app.command(&["user", "decline", EMAIL]);
    assert_eq!(said, format!("{EMAIL} is declined.\n"));
    app.email_about(EMAIL, DECLINED);
    assert_eq!(app.browser().log_in(EMAIL, PASSWORD).status, 422);
    assert_eq!(app.home.count("pending_signups", "TRUE"), 0);
    assert_eq!(app.home.count("users", "TRUE"), 0);
    sign_up(&app, EMAIL).assert_page(200, WAITING);
}

#[test]
fn used_confirmation_link_says_that_approval_is_awaited() {
    let app = app();
    let browser = app.browser();
    browser.sign_up(EMAIL, PASSWORD);
    let token = app.email_to(EMAIL).token();
    for _ in 0..2 {
        let confirmed = browser.post("/verify", &[("token", &token)]);
        confirmed.assert_page(200, WAITING);
        browser
            .get(&format!("/verify?token={token}"))
            .assert_page(200, WAITING);
        let form = json!({"token": token});
        let rejected = app.program().post("/api/v1/verify", &form);
        rejected.assert_problem(403, "awaiting_approval");
    }
    assert_eq!(app.home.count("pending_signups", "TRUE"), 1);
    let wrong = browser.log_in(EMAIL, OTHER_PASSWORD);
    let forms = wrong.attributes("form", "action");
    assert!(!forms.contains(&"/verify/resend".to_owned()), "{forms:?}");
}

#[test]
fn listed_domain_and_invitation_need_no_approval() {
    let app = TestApp::start_now(|settings| {
        with_approval(settings);
        let listed = EmailDomain::parse("example.org").expect("a domain");
        settings.site.sign_up.domains = vec![listed];
    });
    let page = app.browser().get("/signup").text("main");
    let rule = "Accounts with an email address at example.org don’t need approval.";
    assert!(page.contains(rule), "{page}");
    sign_up(&app, EMAIL).assert_redirect("/dashboard");
    sign_up(&app, "eve@example.com").assert_page(200, WAITING);
    let invited = "bob@example.com";
    app.command(&["invite", invited]);
    let browser = app.browser();
    browser.sign_up(invited, PASSWORD);
    let token = app.email_to(invited).token();
    let form = [("token", token.as_str()), ("password", OTHER_PASSWORD)];
    browser.post("/verify", &form).assert_redirect("/dashboard");
}

#[test]
fn second_sign_up_changes_nothing() {
    let app = app();
    sign_up(&app, EMAIL);
    let before = app.home.column("pending_signups", "password_hash");
    app.browser()
        .sign_up(EMAIL, OTHER_PASSWORD)
        .assert_redirect("/signup/sent");
    assert_eq!(app.home.column("pending_signups", "password_hash"), before);
    assert_eq!(app.email_to(EMAIL).subject, WAITING_EMAIL);
    app.command(&["user", "approve", EMAIL]);
    assert_eq!(app.browser().log_in(EMAIL, OTHER_PASSWORD).status, 422);
    app.log_in(EMAIL, PASSWORD);
}

#[test]
fn repeated_requests_send_the_same_email() {
    for path in ["/verify/resend", "/password/forgot"] {
        let app = app();
        sign_up(&app, EMAIL);
        let before = app.emails_to(EMAIL).len();
        app.browser().post(path, &[("email", EMAIL)]);
        assert_eq!(app.emails_to(EMAIL).len(), before + 1, "{path}");
        assert_eq!(app.email_to(EMAIL).subject, WAITING_EMAIL, "{path}");
    }
}

#[test]
fn chosen_password_counts_after_a_contested_sign_up() {
    let app = app();
    app.browser().sign_up(EMAIL, "an attacker’s harbour");
    app.browser().sign_up(EMAIL, "another harbour velvet");
    let token = app.email_to(EMAIL).token();
    let form = [("token", token.as_str()), ("password", PASSWORD)];
    app.browser()
        .post("/verify", &form)
        .assert_page(200, WAITING);
    app.command(&["user", "approve", EMAIL]);
    app.log_in(EMAIL, PASSWORD);
}

#[test]
fn sign_up_awaits_approval_for_fourteen_days() {
    let app = TestApp::start_now(|settings| {
        with_approval(settings);
        settings.cleanup_every = Duration::from_millis(20);
    });
    sign_up(&app, EMAIL);
    app.advance(13 * DAY + Duration::from_hours(23));
    app.browser()
        .log_in(EMAIL, PASSWORD)
        .assert_page(403, WAITING);
    app.advance(Duration::from_hours(1));
    assert_eq!(app.browser().log_in(EMAIL, PASSWORD).status, 422);
    eventually(|| app.home.count("pending_signups", "TRUE") == 0);
    let late = Process::output(&app.home, &["user", "approve", EMAIL], &[]);
    let said = String::from_utf8_lossy(&late.stderr);
    assert!(said.contains("no sign-up of ada@example.org awaits approval"));
}

#[test]
fn administrators_get_at_most_one_email_an_hour() {
    let app = TestApp::start_now(|_| {});
    for admin in [ADMIN, "second@example.org"] {
        app.register(admin, PASSWORD);
        app.command(&["user", "make-admin", admin]);
    }
    let app = app.restart_with(|settings| {
        with_approval(settings);
        settings.cleanup_every = Duration::from_millis(20);
    });
    let told = |admin: &str| {
        let emails = app.emails_to(admin).into_iter();
        emails.filter(|email| email.subject == NEWS).count()
    };
    sign_up(&app, EMAIL);
    eventually(|| told(ADMIN) == 1 && told("second@example.org") == 1);
    assert!(app.email_about(ADMIN, NEWS).text.contains("Vestibule: 1."));
    sign_up(&app, "eve@example.org");
    app.advance(Duration::from_mins(59));
    sign_up(&app, "bob@example.org");
    assert_eq!(told(ADMIN), 1);
    app.advance(Duration::from_mins(1));
    eventually(|| told(ADMIN) == 2);
    let email = app.email_about(ADMIN, NEWS);
    assert!(email.text.contains("Vestibule: 3."), "{}", email.text);
    assert!(email.text.contains("/login?next=%2Fadmin%2Fwaiting"));
    app.advance(3 * Duration::from_hours(1));
    app.browser().get("/");
    assert_eq!(told(ADMIN), 2, "nothing is new");
}

#[test]
fn operator_learns_that_a_sign_up_awaits_approval() {
    let app = app();
    sign_up(&app, EMAIL);
    let why = app.command(&["why", EMAIL, "--json"]);
    assert!(why.contains("\"gate\":\"awaiting_approval\""), "{why}");
    let said = app.command(&["invite", EMAIL]);
    assert!(said.contains("awaits `vestibule user approve`"), "{said}");
    assert_eq!(app.home.count("invitations", "TRUE"), 0);
}

#[test]
fn failures_before_the_approval_do_not_count() {
    let app = app();
    sign_up(&app, EMAIL);
    for _ in 0..6 {
        app.browser().log_in(EMAIL, OTHER_PASSWORD);
    }
    assert_eq!(app.browser().log_in(EMAIL, PASSWORD).status, 429);
    app.command(&["user", "approve", EMAIL]);
    app.log_in(EMAIL, PASSWORD);
}

#[test]
fn browser_that_confirmed_is_a_known_device() {
    let app = app();
    let browser = app.browser();
    browser.sign_up(EMAIL, PASSWORD);
    let token = app.email_to(EMAIL).token();
    browser.post("/verify", &[("token", &token)]);
    app.command(&["user", "approve", EMAIL]);
    let before = app.emails_to(EMAIL).len();
    browser
        .log_in(EMAIL, PASSWORD)
        .assert_redirect("/dashboard");
    assert_eq!(
        app.emails_to(EMAIL).len(),
        before,
        "no notice of a new device"
    );
}

#[test]
fn first_administrator_is_told_about_earlier_sign_ups() {
    let app = TestApp::start_now(|settings| {
        with_approval(settings);
        settings.cleanup_every = Duration::from_millis(20);
        let listed = EmailDomain::parse("example.net").expect("a domain");
        settings.site.sign_up.domains = vec![listed];
    });
    sign_up(&app, EMAIL);
    let admin = "root@example.net";
    app.register(admin, PASSWORD);
    app.command(&["user", "make-admin", admin]);
    eventually(|| {
        app.emails_to(admin)
            .iter()
            .any(|email| email.subject == NEWS)
    });
}
