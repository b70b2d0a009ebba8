//! Undo links, "This wasn't me": what the page says, what the button does, and that an earlier link
//! wins over a later one.

use std::time::Duration;

use crate::support::{Browser, Email, OTHER_PASSWORD, PASSWORD, Response, TestApp};

const A: &str = "ada@example.org";
const B: &str = "eve@evil.example";
const NEW_LOGIN: &str = "New login to your account – Vestibule";
const CHANGING: &str = "Email address change requested – Vestibule";
const CHANGED: &str = "Your email address was changed – Vestibule";
const CHANGED_BACK: &str = "Your email address was changed back – Vestibule";
const PASSWORD_CHANGED: &str = "Your password was changed – Vestibule";
const SAME_PASSWORD: &str = "Your new password must be different from your current one";
const SECURED: &str = "Reset your password to get back in – Vestibule";
const DAY: Duration = Duration::from_hours(24);

fn look(app: &TestApp, token: &str) -> Response {
    app.browser().get(&format!("/undo?token={token}"))
}

/// Sends the form in a logged-out browser.
fn press(app: &TestApp, token: &str) -> Response {
    app.browser().post("/undo", &[("token", token)])
}

fn change_password(browser: &Browser, from: &str, to: &str) {
    let form = [
        ("current_password", from),
        ("password", to),
        ("end_others", "on"),
    ];
    browser
        .post("/account/password", &form)
        .assert_redirect("/account");
}

/// Changes the account's address.
fn move_to(app: &TestApp, browser: &Browser, email: &str) {
    let token = app.request_address(browser, email).token();
    browser
        .post("/account/email/confirm", &[("token", &token)])
        .assert_redirect("/account");
}

fn is_reset_link(message: &Email) -> bool {
    message.subject.starts_with("Reset your password")
}

/// Sets a new password by the newest reset link to `email`.
fn set_password(app: &TestApp, email: &str, password: &str) -> Response {
    let emails = app.emails_to(email);
    let newest = emails.iter().find(|message| is_reset_link(message));
    let token = newest.expect("a reset link").token();
    app.browser().reset_password(&token, password)
}

#[track_caller]
fn assert_unusable(app: &TestApp, token: &str) {
    for response in [look(app, token), press(app, token)] {
        response.assert_page(410, "This link no longer works");
    }
}

#[track_caller]
fn assert_used(app: &TestApp, token: &str) {
    for response in [look(app, token), press(app, token)] {
        response.assert_page(410, "This has already been done");
    }
}

#[test]
fn undo_page_explains_and_changes_nothing() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(A, PASSWORD);
    change_password(&browser, PASSWORD, OTHER_PASSWORD);
    let token = app.email_about(A, PASSWORD_CHANGED).undo_token();
    let before = app.home.rows();
    for visitor in [&app.browser(), &browser] {
        let page = visitor.get(&format!("/undo?token={token}"));
        page.assert_page(200, "This wasn’t me");
        assert_eq!(page.header("referrer-policy"), "strict-origin");
        assert_eq!(
            page.attribute("main form", "action").as_deref(),
            Some("/undo")
        );
        assert_eq!(
            (page.value("token"), page.texts("main form button").len()),
            (token.clone(), 1)
        );
        let text = page.text("main");
        assert!(text.contains("log out every device"), "{text}");
        assert!(
            text.contains("email ada@example.org a link to set a new one"),
            "{text}"
        );
        assert!(text.contains("Nothing will change."), "{text}");
        assert!(
            !text.contains("change the email address back") && !text.contains("as it is"),
            "the address is the same: {text}"
        );
    }
    for _ in 0..2 {
        let looked = app
            .browser()
            .send("HEAD", &format!("/undo?token={token}"), &[], "");
        assert_eq!(looked.status, 200);
    }
    assert_eq!(app.home.rows(), before);
    assert_eq!(browser.get("/account").status, 200);

    move_to(&app, &browser, B);
    let text = look(&app, &token).text("main");
    assert!(
        text.contains("change the email address back to ada@example.org"),
        "{text}"
    );
    assert!(
        !text.contains(B),
        "the address of now is not for the reader of the earlier one: {text}"
    );
}

#[test]
fn undo_of_password_change_requires_a_reset() {
    let app = TestApp::start();
    let owner = app.register_and_log_in(A, PASSWORD);
    let attacker = app.log_in(A, PASSWORD);
    change_password(&attacker, PASSWORD, OTHER_PASSWORD);
    let token = app.email_about(A, PASSWORD_CHANGED).undo_token();

    let browser = app.browser();
    browser
        .post("/undo", &[("token", &token)])
        .assert_redirect("/password/sent");
    let sent = browser.get("/password/sent");
    sent.assert_page(200, "Check your email");
    assert!(
        sent.notice()
            .starts_with("Your account is secure, and every device has been logged out."),
        "{}",
        sent.notice()
    );
    assert!(sent.text("main").contains(A));
    assert!(browser.cookie("session").is_none(), "it starts no session");

    attacker
        .get("/account")
        .assert_redirect("/login?next=%2Faccount");
    let notice = attacker.get("/login?next=%2Faccount").notice();
    assert!(
        notice.contains("someone chose “This wasn’t me”"),
        "{notice}"
    );
    owner
        .get("/account")
        .assert_redirect("/login?next=%2Faccount");
    let blocked = attacker.log_in(A, OTHER_PASSWORD);
    blocked.assert_page(403, "Reset your password to log in");
    assert_eq!(
        blocked.attribute("main form", "action").as_deref(),
        Some("/password/forgot")
    );
    assert_eq!(blocked.value("email"), A);
    assert!(blocked.set_cookies("session").is_empty() && blocked.set_cookies("device").is_empty());
    for wrong in [PASSWORD, "wrong"] {
        attacker.log_in(A, wrong).assert_page(422, "Error: Log in");
    }
    assert_eq!(
        app.home
            .count("events", "kind = 'log_in_refused' AND user_id IS NOT NULL"),
        3
    );
    assert_eq!(
        app.home
            .count("events", "kind = 'undone' AND user_id IS NOT NULL"),
        1
    );

    let message = app.email_to(A);
    assert_eq!(message.subject, SECURED);
    assert!(
        message.text.contains("Someone chose “This wasn’t me”") && message.text.contains("1 hour"),
        "{}",
        message.text
    );
    owner
        .get(&message.path())
        .assert_page(200, "Set a new password");
    // Someone else may know the blocked password.
    set_password(&app, A, OTHER_PASSWORD).assert_error(422, SAME_PASSWORD);
    set_password(&app, A, "pebble orbit cinnamon").assert_redirect("/login");
    for void in [PASSWORD, OTHER_PASSWORD] {
        assert_eq!(app.browser().log_in(A, void).status, 422);
    }
    app.log_in(A, "pebble orbit cinnamon");
    assert_used(&app, &token);
}

#[test]
fn blocked_page_sends_another_working_link() {
    let app = TestApp::start();
    app.register(A, PASSWORD);
    app.log_in(A, PASSWORD);
    press(&app, &app.email_about(A, NEW_LOGIN).undo_token()).assert_redirect("/password/sent");
    let first = app.email_about(A, SECURED);
    let browser = app.browser();
    let page = browser.log_in("ADA@example.org", PASSWORD);
    page.assert_page(403, "Reset your password to log in");
    browser
        .post("/password/forgot", &[("email", &page.value("email"))])
        .assert_redirect("/password/sent");
    assert_ne!(app.email_to(A).token(), first.token());
    assert_eq!(browser.get(&first.path()).status, 410, "only the newest");
    set_password(&app, A, OTHER_PASSWORD).assert_redirect("/login");
    browser
        .log_in(A, OTHER_PASSWORD)
        .assert_redirect("/dashboard");
}

#[test]
fn undo_stops_a_requested_address_change() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(A, PASSWORD);
    let confirm = app.request_address(&browser, B);
    press(&app, &app.email_about(A, CHANGING).undo_token()).assert_redirect("/password/sent");
    set_password(&app, A, OTHER_PASSWORD).assert_redirect("/login");
    browser
        .log_in(A, OTHER_PASSWORD)
        .assert_redirect("/dashboard");
    browser
        .get(&confirm.path())
        .assert_page(410, "This link no longer works");
    let confirmed = browser.post("/account/email/confirm", &[("token", &confirm.token())]);
    confirmed.assert_page(410, "This link no longer works");
    assert!(browser.get("/account").text("main").contains(A));
    assert_eq!(
        app.emails_to(B).len(),
        1,
        "it never was the account's address"
    );
}

#[test]
fn undo_restores_address_and_notifies_the_other() {
    for notice in [CHANGING, CHANGED] {
        let app = TestApp::start();
        let attacker = app.register_and_log_in(A, PASSWORD);
        move_to(&app, &attacker, B);
        press(&app, &app.email_about(A, notice).undo_token()).assert_redirect("/password/sent");
        let told = app.email_to(B);
        assert_eq!(told.subject, CHANGED_BACK);
        assert!(
            told.text
                .contains("Address now: \u{2068}a•••@example.org\u{2069}")
                && !told.text.contains(A),
            "{}",
            told.text
        );
        assert!(
            told.links.iter().all(|link| !link.contains("token=")),
            "{:?}",
            told.links
        );
        assert_eq!(attacker.get("/account").status, 303);
        assert_eq!(app.browser().log_in(B, PASSWORD).status, 422);
        app.browser()
            .log_in(A, PASSWORD)
            .assert_page(403, "Reset your password to log in");
        app.browser().post("/password/forgot", &[("email", B)]);
        assert_eq!(app.email_to(B).subject, CHANGED_BACK, "{B} has no account");
        set_password(&app, A, OTHER_PASSWORD).assert_redirect("/login");
        let owner = app.log_in(A, OTHER_PASSWORD);
        assert!(owner.get("/account").text("main").contains(A));
    }
}

/// The link alone is enough. A logged-in browser needs nothing else, and another user's session
/// stays.
#[test]
fn undo_works_in_any_browser_for_its_account() {
    let app = TestApp::start();
    app.register(A, PASSWORD);
    app.log_in(A, PASSWORD);
    let grace = app.register_and_log_in("grace@example.org", PASSWORD);
    let token = app.email_about(A, NEW_LOGIN).undo_token();
    grace
        .get(&format!("/undo?token={token}"))
        .assert_page(200, "This wasn’t me");
    grace
        .post("/undo", &[("token", &token)])
        .assert_redirect("/password/sent");
    assert_eq!(grace.get("/account").status, 200);
    app.log_in("grace@example.org", PASSWORD);
    assert_eq!(app.browser().log_in(A, PASSWORD).status, 403);
}

#[test]
fn undo_works_once_within_7_days() {
    let app = TestApp::start();
    app.register(A, PASSWORD);
    app.log_in(A, PASSWORD);
    let token = app.email_about(A, NEW_LOGIN).undo_token();
    app.advance(
        (DAY * 7)
            .checked_sub(Duration::from_secs(1))
            .expect("longer than a second"),
    );
    assert_eq!(look(&app, &token).status, 200);
    press(&app, &token).assert_redirect("/password/sent");
    let emails = app.emails().len();
    assert_used(&app, &token);
    assert_eq!(app.emails().len(), emails, "no second email");
}

#[test]
fn undo_expires_after_7_days() {
    let app = TestApp::start();
    app.register(A, PASSWORD);
    app.log_in(A, PASSWORD);
    let token = app.email_about(A, NEW_LOGIN).undo_token();
    app.advance(DAY * 7);
    assert_unusable(&app, &token);
    app.log_in(A, PASSWORD);
}

#[test]
fn malformed_undo_link_is_unusable() {
    let app = TestApp::start();
    app.register(A, PASSWORD);
    app.browser().post("/password/forgot", &[("email", A)]);
    let reset = app.email_to(A).token();
    for token in [&"a".repeat(43), &reset] {
        assert_unusable(&app, token);
    }
    app.browser()
        .post(&format!("/undo?token={reset}"), &[])
        .assert_page(410, "This link is incomplete");
    app.log_in(A, PASSWORD);
}

#[test]
fn undo_link_has_no_other_purpose() {
    let app = TestApp::start();
    app.register(A, PASSWORD);
    app.log_in(A, PASSWORD);
    let token = app.email_about(A, NEW_LOGIN).undo_token();
    for path in ["/verify", "/password/reset"] {
        let response = app
            .browser()
            .post(path, &[("token", &token), ("password", OTHER_PASSWORD)]);
        assert_eq!(response.status, 410, "{path}");
    }
    assert_eq!(look(&app, &token).status, 200, "it is as it was");
}

#[test]
fn undo_invalidates_links_but_no_earlier_undo() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(A, PASSWORD);
    let undo = |subject| app.email_about(A, subject).undo_token();
    app.log_in(A, PASSWORD);
    let first = undo(NEW_LOGIN);
    change_password(&browser, PASSWORD, OTHER_PASSWORD);
    let second = undo(PASSWORD_CHANGED);
    let change = app.request_address(&browser, B);
    let third = undo(CHANGING);
    app.browser().post("/password/forgot", &[("email", A)]);
    let reset = app.email_to(A);
    press(&app, &second).assert_redirect("/password/sent");
    assert_unusable(&app, &third);
    assert_eq!(app.browser().get(&reset.path()).status, 410);
    assert_eq!(
        look(&app, &first).status,
        200,
        "an earlier one wins over a later one"
    );
    set_password(&app, A, "pebble orbit cinnamon").assert_redirect("/login");
    let owner = app.log_in(A, "pebble orbit cinnamon");
    assert_eq!(owner.get(&change.path()).status, 410);

    press(&app, &first).assert_redirect("/password/sent");
    assert_eq!(owner.get("/account").status, 303);
    assert_used(&app, &first);
    assert_used(&app, &second);
}

/// All within one millisecond of the test clock, and for every undo link.
#[test]
fn undo_invalidates_reset_links_of_later_undos() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(A, PASSWORD);
    change_password(&browser, PASSWORD, OTHER_PASSWORD);
    let earlier = app.email_about(A, PASSWORD_CHANGED).undo_token();
    move_to(&app, &browser, B);
    change_password(&browser, OTHER_PASSWORD, PASSWORD);
    let later = app.email_about(B, PASSWORD_CHANGED).undo_token();
    press(&app, &later).assert_redirect("/password/sent");
    let reset_of_b = app.email_about(B, SECURED);
    press(&app, &earlier).assert_redirect("/password/sent");
    app.browser()
        .get(&reset_of_b.path())
        .assert_page(410, "This link no longer works");
    let fields = [
        ("token", reset_of_b.token()),
        ("password", "pebble orbit cinnamon".to_owned()),
    ];
    let fields = fields
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    app.browser()
        .post("/password/reset", &fields)
        .assert_page(410, "This link no longer works");
    assert_eq!(
        app.browser()
            .get(&app.email_about(A, SECURED).path())
            .status,
        200
    );
}

/// An attack with the password that has done everything possible. `U1` and `U2`, `U3` went to the
/// owner, `U4` to the attacker.
struct Takeover {
    app: TestApp,
    undos: [String; 4],
    attacker: Browser,
}

fn takeover() -> Takeover {
    let app = TestApp::start();
    let owner = app.register_and_log_in(A, PASSWORD);
    let attacker = app.log_in(A, PASSWORD);
    change_password(&attacker, PASSWORD, OTHER_PASSWORD);
    let one = app.email_about(A, PASSWORD_CHANGED).undo_token();
    move_to(&app, &attacker, B);
    let [two, three] = [CHANGING, CHANGED].map(|subject| app.email_about(A, subject).undo_token());
    change_password(&attacker, OTHER_PASSWORD, PASSWORD);
    let four = app.email_about(B, PASSWORD_CHANGED).undo_token();
    assert_eq!(owner.get("/account").status, 303, "thrown out");
    assert_eq!(attacker.get("/account").status, 200);
    Takeover {
        app,
        undos: [one, two, three, four],
        attacker,
    }
}

#[test]
fn earlier_link_of_the_owner_beats_the_attacker() {
    let Takeover {
        app,
        undos: [one, two, three, four],
        attacker,
    } = takeover();
    attacker
        .post("/undo", &[("token", &four)])
        .assert_redirect("/password/sent");
    let of_the_thief = app.email_about(B, SECURED).token();
    let set = [
        ("token", of_the_thief.as_str()),
        ("password", "thistle gravel monsoon"),
    ];
    app.browser()
        .post("/password/reset", &set)
        .assert_redirect("/login");
    let attacker = app.log_in(B, "thistle gravel monsoon");
    let after = app.email_about(B, PASSWORD_CHANGED).undo_token();
    assert_ne!(after, four);

    press(&app, &one).assert_redirect("/password/sent");
    assert_eq!(app.email_to(B).subject, CHANGED_BACK);
    assert_eq!(attacker.get("/account").status, 303);
    assert_unusable(&app, &two);
    assert_unusable(&app, &three);
    assert_used(&app, &four);
    assert_unusable(&app, &after);
    assert_eq!(
        app.browser().log_in(B, "thistle gravel monsoon").status,
        422
    );
    assert_eq!(
        app.browser().log_in(A, "thistle gravel monsoon").status,
        403
    );
    set_password(&app, A, "pebble orbit cinnamon").assert_redirect("/login");
    app.log_in(A, "pebble orbit cinnamon");
    assert_eq!(
        app.browser().log_in(A, "thistle gravel monsoon").status,
        422
    );
}

#[test]
fn undo_of_the_owner_leaves_no_attacker_link() {
    let Takeover {
        app,
        undos: [one, two, three, four],
        attacker,
    } = takeover();
    press(&app, &one).assert_redirect("/password/sent");
    assert_eq!(attacker.get("/account").status, 303);
    for dead in [&two, &three, &four] {
        assert_unusable(&app, dead);
    }
    assert_used(&app, &one);
    assert_eq!(app.browser().log_in(B, PASSWORD).status, 422);
    assert_eq!(app.browser().log_in(A, PASSWORD).status, 403);
    app.browser().post("/password/forgot", &[("email", B)]);
    assert!(!app.emails_to(B).iter().any(is_reset_link));
    set_password(&app, A, "pebble orbit cinnamon").assert_redirect("/login");
    app.log_in(A, "pebble orbit cinnamon");
}

#[test]
fn each_undo_link_returns_the_account() {
    for number in 0..3 {
        let Takeover {
            app,
            undos,
            attacker,
        } = takeover();
        press(&app, &undos[number]).assert_redirect("/password/sent");
        assert_eq!(attacker.get("/account").status, 303);
        assert_unusable(&app, &undos[3]);
        for (other, undo) in undos
            .iter()
            .enumerate()
            .take(3)
            .filter(|(other, _)| *other != number)
        {
            assert_eq!(
                look(&app, undo).status,
                if other < number { 200 } else { 410 },
                "{other} after {number}"
            );
        }
        set_password(&app, A, "pebble orbit cinnamon").assert_redirect("/login");
        app.log_in(A, "pebble orbit cinnamon");
    }
}

/// Moves an account from A to B, and signs up another one with A. Returns both browsers, and the
/// undo link of the move.
fn move_from_taken_address(app: &TestApp) -> (Browser, Browser, String) {
    let browser = app.register_and_log_in(A, PASSWORD);
    move_to(app, &browser, B);
    let undo = app.email_about(A, CHANGED).undo_token();
    (browser, app.register_and_log_in(A, OTHER_PASSWORD), undo)
}

#[track_caller]
fn assert_reset_sends_nothing(app: &TestApp, email: &str) {
    let before = app.emails_to(email).len();
    app.browser()
        .post("/password/forgot", &[("email", email)])
        .assert_redirect("/password/sent");
    assert_eq!(app.emails_to(email).len(), before);
}

#[test]
fn undo_without_free_address_changes_everything_else() {
    let app = TestApp::start();
    let (browser, other, undo) = move_from_taken_address(&app);
    let page = look(&app, &undo).text("main");
    assert!(
        page.contains(
            "keep the present email address of this account, because ada@example.org now belongs \
             to another account"
        ),
        "{page}"
    );
    assert!(
        page.contains("email ada@example.org a link to set a new one") && !page.contains(B),
        "{page}"
    );
    press(&app, &undo).assert_redirect("/password/sent");
    assert_eq!(browser.get("/account").status, 303);
    app.browser()
        .log_in(B, PASSWORD)
        .assert_page(403, "Reset your password to log in");
    assert!(
        app.emails_to(B)
            .iter()
            .all(|message| message.subject != CHANGED_BACK && !is_reset_link(message))
    );
    assert_eq!(
        other.get("/account").status,
        200,
        "the other account is not touched"
    );
    app.log_in(A, OTHER_PASSWORD);

    // The present mailbox can neither open the locked account nor invalidate the link.
    assert_reset_sends_nothing(&app, B);

    let message = app.email_about(A, SECURED);
    let form = app.browser().get(&message.path());
    form.assert_page(200, "Set a new password");
    assert_eq!(
        form.attribute("#account", "value").as_deref(),
        Some(B),
        "the account's present address"
    );
    set_password(&app, A, "pebble orbit cinnamon").assert_redirect("/login");
    app.log_in(B, "pebble orbit cinnamon");
    app.log_in(A, OTHER_PASSWORD);
}

#[test]
fn present_address_can_reset_a_day_after_undo() {
    let app = TestApp::start();
    let (_, _, undo) = move_from_taken_address(&app);
    press(&app, &undo).assert_redirect("/password/sent");
    app.advance(
        DAY.checked_sub(Duration::from_secs(1))
            .expect("longer than a second"),
    );
    assert_reset_sends_nothing(&app, B);
    app.advance(Duration::from_secs(1));
    app.browser()
        .post("/password/forgot", &[("email", B)])
        .assert_redirect("/password/sent");
    set_password(&app, B, "pebble orbit cinnamon").assert_redirect("/login");
    app.log_in(B, "pebble orbit cinnamon");
}

#[test]
fn undo_beats_a_pending_sign_up() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(A, PASSWORD);
    move_to(&app, &browser, B);
    let undo = app.email_about(A, CHANGED).undo_token();
    app.browser()
        .sign_up(A, OTHER_PASSWORD)
        .assert_redirect("/signup/sent");
    let sign_up = app.email_about(A, "Confirm your email address – Vestibule");
    press(&app, &undo).assert_redirect("/password/sent");
    assert_eq!(
        app.browser()
            .post("/verify", &[("token", &sign_up.token())])
            .status,
        410
    );
    assert_eq!(app.home.count("pending_signups", "TRUE"), 0);
    assert_eq!(app.browser().log_in(A, OTHER_PASSWORD).status, 422);
    set_password(&app, A, "pebble orbit cinnamon").assert_redirect("/login");
    app.log_in(A, "pebble orbit cinnamon");
}

#[test]
fn activity_page_undoes_for_its_owner_only() {
    let app = TestApp::start();
    let owner = app.register_and_log_in(A, PASSWORD);
    let attacker = app.log_in(A, PASSWORD);
    let mailed = app.email_about(A, NEW_LOGIN).undo_token();
    let path = format!("/account/activity/{}/undo", app.undoable_events()[0]);
    let grace = app.register_and_log_in("grace@example.org", PASSWORD);
    grace.get(&path).assert_page(404, "Page not found");
    grace.post(&path, &[]).assert_page(404, "Page not found");
    app.browser()
        .post(&path, &[])
        .assert_page(401, "Log in to continue");
    let page = owner.get(&path);
    page.assert_page(200, "This wasn’t me");
    assert_eq!(page.attribute("main form", "action"), Some(path.clone()));
    assert!(page.text("main").contains(A));

    app.advance(Duration::from_mins(10));
    let rejected = owner.post(&path, &[("current_password", "wrong")]);
    rejected.assert_page(422, "Error: This wasn’t me");
    assert_eq!(attacker.get("/account").status, 200);
    owner
        .post(&path, &[("current_password", PASSWORD)])
        .assert_redirect("/password/sent");
    assert_eq!(
        (
            attacker.get("/account").status,
            owner.get("/account").status
        ),
        (303, 303)
    );
    assert_used(&app, &mailed);
    set_password(&app, A, OTHER_PASSWORD).assert_redirect("/login");
    let owner = app.log_in(A, OTHER_PASSWORD);
    owner
        .get(&path)
        .assert_page(410, "This can no longer be undone");
    owner
        .post(&path, &[])
        .assert_page(410, "This can no longer be undone");
    assert_eq!(owner.get("/account").status, 200);
}

#[test]
fn reset_notice_has_an_undo_link() {
    let app = TestApp::start();
    let attacker = app.register(A, PASSWORD);
    attacker.post("/password/forgot", &[("email", A)]);
    let token = app.email_to(A).token();
    attacker
        .reset_password(&token, OTHER_PASSWORD)
        .assert_redirect("/login");
    attacker
        .log_in(A, OTHER_PASSWORD)
        .assert_redirect("/dashboard");
    press(&app, &app.email_about(A, PASSWORD_CHANGED).undo_token())
        .assert_redirect("/password/sent");
    assert_eq!(attacker.get("/account").status, 303);
    assert_eq!(attacker.log_in(A, OTHER_PASSWORD).status, 403);
}
