//! Accounts by invitation: `vestibule invite`, the email, and the page that creates the account.

use std::time::Duration;

use vestibule::config::{Settings, SignUpMode};

use crate::support::{Browser, OTHER_PASSWORD, PASSWORD, Response, TestApp, eventually};

const EMAIL: &str = "ada@example.org";
const PAGE: &str = "/invitation";
const INVITED: &str = "You’re invited – Vestibule";
const UNUSABLE: &str = "This invitation no longer works";
const DAY: Duration = Duration::from_hours(24);

fn closed(settings: &mut Settings) {
    settings.site.sign_up.mode = SignUpMode::Invitation;
}

/// Returns a time of the only invitation, in milliseconds.
fn time(app: &TestApp, column: &str) -> i64 {
    let query = format!("SELECT CAST({column} AS TEXT) AS line FROM invitations");
    app.home.lines(&query)[0].parse().expect("milliseconds")
}

/// Invites the address. Returns the token in the email.
fn invite(app: &TestApp) -> String {
    let said = app.command(&["invite", EMAIL]);
    assert_eq!(said, format!("{EMAIL} is invited\n"));
    app.email_about(EMAIL, INVITED).token()
}

fn accept(browser: &Browser, token: &str, password: &str) -> Response {
    let form = [("token", token), ("name", "Ada"), ("password", password)];
    browser.post(PAGE, &form)
}

#[test]
fn invitation_works_while_sign_up_is_closed() {
    let app = TestApp::start_with(closed);
    let token = invite(&app);
    let browser = app.browser();
    let page = browser.get(&format!("{PAGE}?token={token}"));
    page.assert_page(200, "Create your account");
    assert_eq!(page.header("referrer-policy"), "strict-origin");
    assert!(page.text("main").contains(EMAIL), "{}", page.body);
    assert_eq!(app.user_ids(EMAIL).len(), 0, "a GET changes nothing");
    accept(&browser, &token, PASSWORD).assert_redirect("/login");
    let login = browser.get("/login");
    assert_eq!(login.value("email"), EMAIL);
    assert!(login.notice().contains("Your account is ready"));
    browser
        .log_in(EMAIL, PASSWORD)
        .assert_redirect("/dashboard");
    assert!(browser.get("/dashboard").text("h1").contains("Ada"));
    // The browser is a known device.
    assert_eq!(app.emails_to(EMAIL).len(), 1);
}

#[test]
fn vibe_kanban_3430_invitation_works_once() {
    // BloopAI/vibe-kanban#3430: one invitation made several accounts.
    let app = TestApp::start();
    let token = invite(&app);
    accept(&app.browser(), &token, PASSWORD).assert_redirect("/login");
    accept(&app.browser(), &token, OTHER_PASSWORD).assert_page(410, UNUSABLE);
    app.log_in(EMAIL, PASSWORD);
}

#[test]
fn accepted_invitation_ends_with_the_account() {
    let app = TestApp::start();
    let token = invite(&app);
    accept(&app.browser(), &token, PASSWORD).assert_redirect("/login");
    let browser = app.log_in(EMAIL, PASSWORD);
    let accepted = "accepted_at IS NOT NULL AND accepted_at = expires_at";
    assert_eq!(app.home.count("invitations", accepted), 1);
    let file = browser.post("/account/export", &[]).json();
    assert_eq!(file["invitation"]["email"], EMAIL, "{file}");
    assert!(file["invitation"]["accepted_at"].is_string(), "{file}");
    let form = [("current_password", PASSWORD)];
    browser.post("/account/delete", &form);
    assert_eq!(app.home.count("invitations", "TRUE"), 0);
    // A new invitation of the address is not an accepted one.
    invite(&app);
    assert_eq!(app.home.count("invitations", "accepted_at IS NULL"), 1);
}

#[test]
fn accepted_invitation_approves_no_later_sign_up() {
    let app = TestApp::start_with(|settings| {
        settings.site.sign_up.mode = SignUpMode::Approval;
    });
    app.command(&["group", "create", "staff"]);
    app.command(&["invite", EMAIL, "--group", "staff"]);
    let token = app.email_about(EMAIL, INVITED).token();
    accept(&app.browser(), &token, PASSWORD).assert_redirect("/login");
    let browser = app.log_in(EMAIL, PASSWORD);
    let confirm = app.request_address(&browser, "grace@example.org").token();
    browser.post("/account/email/confirm", &[("token", &confirm)]);
    assert_eq!(app.home.count("invitations", "accepted_by IS NOT NULL"), 1);
    // The address is free again, and another person signs up with it.
    let other = app.browser();
    other.sign_up(EMAIL, OTHER_PASSWORD);
    let token = app.email_to(EMAIL).token();
    other.post("/verify", &[("token", &token)]);
    assert_eq!(
        app.home
            .count("pending_signups", "confirmed_at IS NOT NULL"),
        1
    );
    assert_eq!(app.user_ids(EMAIL).len(), 0);
    assert_eq!(app.home.count("group_members", "TRUE"), 1);
}

#[test]
fn rejected_password_keeps_the_invitation_and_the_name() {
    let app = TestApp::start();
    let token = invite(&app);
    let rejected = accept(&app.browser(), &token, "password");
    rejected.assert_page(422, "Error: Create your account");
    assert_eq!(rejected.value("name"), "Ada");
    assert_eq!(rejected.value("token"), token);
    accept(&app.browser(), &token, PASSWORD).assert_redirect("/login");
}

#[test]
fn oneuptime_3273_address_of_the_invitation_stays() {
    // OneUptime/oneuptime#3273 (GHSA-qg84-6hrg-mr5g).
    let app = TestApp::start();
    let token = invite(&app);
    let form = [
        ("token", &token[..]),
        ("password", PASSWORD),
        ("email", "eve@example.org"),
    ];
    app.browser().post(PAGE, &form).assert_redirect("/login");
    assert_eq!(app.user_ids(EMAIL).len(), 1);
    assert_eq!(app.user_ids("eve@example.org").len(), 0);
}

#[test]
fn matomo_24911_new_invitation_invalidates_the_earlier_one() {
    let app = TestApp::start();
    let earlier = invite(&app);
    let newer = invite(&app);
    assert_ne!(earlier, newer);
    accept(&app.browser(), &earlier, PASSWORD).assert_page(410, UNUSABLE);
    accept(&app.browser(), &newer, PASSWORD).assert_redirect("/login");
}

#[test]
fn invitation_expires_after_seven_days() {
    let app = TestApp::start_with(|settings| settings.cleanup_every = Duration::from_millis(20));
    let token = invite(&app);
    // The command does not use the app's clock.
    let (start, end) = (time(&app, "created_at"), time(&app, "expires_at"));
    assert_eq!(
        end - start,
        i64::try_from(DAY.as_millis() * 7).expect("fits")
    );
    let left = u64::try_from(end - app.clock.now().millis()).expect("a later time");
    app.advance(Duration::from_millis(left - 1));
    let page = format!("{PAGE}?token={token}");
    assert_eq!(app.browser().get(&page).status, 200);
    app.advance(Duration::from_millis(1));
    app.browser().get(&page).assert_page(410, UNUSABLE);
    app.advance(DAY * 29);
    app.wait_for_cleanup();
    assert_eq!(app.home.count("invitations", "TRUE"), 1);
    app.advance(DAY);
    eventually(|| app.home.count("invitations", "TRUE") == 0);
}

#[test]
fn logged_in_user_must_log_out_first() {
    let app = TestApp::start();
    let other = app.register_and_log_in("grace@example.org", PASSWORD);
    let token = invite(&app);
    let page = other.get(&format!("{PAGE}?token={token}"));
    page.assert_page(200, "Log out first");
    assert!(page.text("main").contains("grace@example.org"));
    accept(&other, &token, PASSWORD).assert_page(403, "Log out first");
    assert_eq!(app.user_ids(EMAIL).len(), 0);
    other.post("/logout", &[]);
    accept(&other, &token, PASSWORD).assert_redirect("/login");
}

#[test]
fn address_with_an_account_gets_no_invitation() {
    let app = TestApp::start();
    app.register(EMAIL, PASSWORD);
    let before = app.emails_to(EMAIL).len();
    let said = app.command(&["invite", EMAIL]);
    assert_eq!(said, format!("{EMAIL} already has an account\n"));
    assert_eq!(app.emails_to(EMAIL).len(), before);
}

#[test]
fn account_made_in_another_way_ends_the_invitation() {
    type Make = fn(&TestApp);
    let ways: [(i64, Make); 2] = [
        // The account has accepted the invitation.
        (1, |app| {
            let browser = app.browser();
            browser.sign_up(EMAIL, PASSWORD);
            let token = app.email_to(EMAIL).token();
            let form = [("token", &token[..]), ("password", PASSWORD)];
            browser.post("/verify", &form);
        }),
        (0, |app| {
            let browser = app.register_and_log_in("grace@example.org", PASSWORD);
            let token = app.request_address(&browser, EMAIL).token();
            browser.post("/account/email/confirm", &[("token", &token)]);
        }),
    ];
    for (accepted, make) in ways {
        let app = TestApp::start();
        let token = invite(&app);
        make(&app);
        accept(&app.browser(), &token, OTHER_PASSWORD).assert_page(410, UNUSABLE);
        let rows = |condition| app.home.count("invitations", condition);
        assert_eq!(
            (rows("TRUE"), rows("accepted_by IS NOT NULL")),
            (accepted, accepted)
        );
        app.log_in(EMAIL, PASSWORD);
    }
}

#[test]
fn sign_up_for_invited_address_drops_password() {
    // In either order, the owner of the mailbox chooses the password.
    let sign_up: fn(&TestApp) = |app| {
        app.browser().sign_up(EMAIL, OTHER_PASSWORD);
    };
    let invites: fn(&TestApp) = |app| {
        invite(app);
    };
    for steps in [[sign_up, invites], [invites, sign_up]] {
        let app = TestApp::start_now(|_| {});
        for step in steps {
            step(&app);
        }
        assert_eq!(
            app.home.count("pending_signups", "password_hash IS NULL"),
            1
        );
    }
}

#[test]
fn withdrawn_invitation_no_longer_works() {
    let app = TestApp::start();
    let token = invite(&app);
    let withdraw = || app.command(&["invite", EMAIL, "--withdraw"]);
    assert_eq!(withdraw(), format!("{EMAIL} is no longer invited\n"));
    accept(&app.browser(), &token, PASSWORD).assert_page(410, UNUSABLE);
    assert_eq!(withdraw(), format!("{EMAIL} has no open invitation\n"));
}

#[test]
fn repeated_address_gets_one_invitation() {
    let app = TestApp::start();
    let said = app.command(&["invite", EMAIL, "Ada@Example.org"]);
    assert_eq!(said, format!("{EMAIL} is invited\n"));
    assert_eq!(app.emails_to(EMAIL).len(), 1);
}

#[test]
fn acceptance_ends_a_pending_sign_up() {
    let app = TestApp::start();
    app.browser().sign_up(EMAIL, OTHER_PASSWORD);
    let confirmation = app.email_to(EMAIL).token();
    let token = invite(&app);
    accept(&app.browser(), &token, PASSWORD).assert_redirect("/login");
    let confirmed = app.browser().post("/verify", &[("token", &confirmation)]);
    assert_eq!(confirmed.status, 410);
    assert_eq!(app.browser().log_in(EMAIL, OTHER_PASSWORD).status, 422);
    app.log_in(EMAIL, PASSWORD);
}

#[test]
fn reset_for_an_invited_address_replaces_no_invitation() {
    let app = TestApp::start();
    let token = invite(&app);
    app.browser().post("/password/forgot", &[("email", EMAIL)]);
    assert_eq!(app.emails_to(EMAIL).len(), 1);
    accept(&app.browser(), &token, PASSWORD).assert_redirect("/login");
}

#[test]
fn emails_to_one_address_are_limited() {
    let app = TestApp::start();
    for _ in 0..3 {
        app.command(&["invite", EMAIL]);
    }
    let output = app.run(&["invite", EMAIL, "grace@example.org"]);
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("3 emails an hour"), "{said}");
    assert!(said.contains("grace@example.org is invited"), "{said}");
    // The latest link still works.
    let token = app.email_about(EMAIL, INVITED).token();
    accept(&app.browser(), &token, PASSWORD).assert_redirect("/login");
}

#[test]
fn malformed_address_stops_the_whole_command() {
    let app = TestApp::start();
    let output = app.run(&["invite", EMAIL, "no address"]);
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("\"no address\""), "{said}");
    assert_eq!(app.emails_to(EMAIL).len(), 0);
}

#[test]
fn operator_sees_an_open_invitation() {
    let app = TestApp::start_now(|_| {});
    invite(&app);
    let why = || app.command(&["why", EMAIL, "--json"]);
    assert!(why().contains("\"invitation_open\""), "{}", why());
    app.browser().sign_up(EMAIL, PASSWORD);
    for gate in ["invitation_open", "not_confirmed"] {
        assert!(why().contains(gate), "{}", why());
    }
}
