//! Undo links, "This wasn't me": what the page says, what the button does, and that an earlier link
//! wins over a later one.

use std::time::Duration;

use crate::support::{Answer, Browser, Mail, OTHER_PASSWORD, PASSWORD, TestApp};

const A: &str = "ada@example.org";
const B: &str = "eve@evil.example";
const NEW_LOGIN: &str = "New login to your account – Vestibule";
const CHANGING: &str = "Email address change requested – Vestibule";
const CHANGED: &str = "Your email address was changed – Vestibule";
const CHANGED_BACK: &str = "Your email address was changed back – Vestibule";
const PASSWORD_CHANGED: &str = "Your password was changed – Vestibule";
const SECURED: &str = "Reset your password to get back in – Vestibule";
const DAY: Duration = Duration::from_hours(24);

fn look(app: &TestApp, token: &str) -> Answer {
    app.browser().get(&format!("/undo?token={token}"))
}

/// Sends the form in a logged-out browser.
fn press(app: &TestApp, token: &str) -> Answer {
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

fn is_reset_link(mail: &Mail) -> bool {
    mail.subject.starts_with("Reset your password")
}

/// Sets a new password by the newest reset link to `email`.
fn set_password(app: &TestApp, email: &str, password: &str) -> Answer {
    let mails = app.mails_to(email);
    let newest = mails.iter().find(|mail| is_reset_link(mail));
    let token = newest.expect("a reset link").token();
    app.browser().reset_password(&token, password)
}

#[track_caller]
fn assert_dead(app: &TestApp, token: &str) {
    for answer in [look(app, token), press(app, token)] {
        answer.assert_page(410, "This link no longer works");
    }
}

#[track_caller]
fn assert_used(app: &TestApp, token: &str) {
    for answer in [look(app, token), press(app, token)] {
        answer.assert_page(410, "This has already been done");
    }
}

#[test]
fn looking_says_what_pressing_will_do_and_changes_nothing() {
    let app = TestApp::start();
    let browser = app.sign_in(A, PASSWORD);
    change_password(&browser, PASSWORD, OTHER_PASSWORD);
    let token = app.mail_about(A, PASSWORD_CHANGED).undo_token();
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
        assert!(text.contains("Nothing has been changed."), "{text}");
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
fn after_a_change_of_the_password_pressing_shuts_everybody_out_until_a_new_one_is_set_by_the_mail()
{
    let app = TestApp::start();
    let owner = app.sign_in(A, PASSWORD);
    let thief = app.log_in(A, PASSWORD);
    change_password(&thief, PASSWORD, OTHER_PASSWORD);
    let token = app.mail_about(A, PASSWORD_CHANGED).undo_token();

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

    thief
        .get("/account")
        .assert_redirect("/login?next=%2Faccount");
    let notice = thief.get("/login?next=%2Faccount").notice();
    assert!(
        notice.contains("someone chose “This wasn’t me”"),
        "{notice}"
    );
    owner
        .get("/account")
        .assert_redirect("/login?next=%2Faccount");
    let blocked = thief.log_in(A, OTHER_PASSWORD);
    blocked.assert_page(403, "Reset your password to log in");
    assert_eq!(
        blocked.attribute("main form", "action").as_deref(),
        Some("/password/forgot")
    );
    assert_eq!(blocked.value("email"), A);
    assert!(blocked.set_cookies("session").is_empty() && blocked.set_cookies("device").is_empty());
    for wrong in [PASSWORD, "wrong"] {
        thief.log_in(A, wrong).assert_page(422, "Error: Log in");
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

    let mail = app.mail_to(A);
    assert_eq!(mail.subject, SECURED);
    assert!(
        mail.text.contains("Someone chose “This wasn’t me”") && mail.text.contains("1 hour"),
        "{}",
        mail.text
    );
    owner
        .get(&mail.path())
        .assert_page(200, "Set a new password");
    set_password(&app, A, "pebble orbit cinnamon").assert_redirect("/login");
    for void in [PASSWORD, OTHER_PASSWORD] {
        assert_eq!(app.browser().log_in(A, void).status, 422);
    }
    app.log_in(A, "pebble orbit cinnamon");
    assert_used(&app, &token);
}

#[test]
fn the_blocked_page_sends_another_link_which_opens_the_account_too() {
    let app = TestApp::start();
    app.register(A, PASSWORD);
    app.log_in(A, PASSWORD);
    press(&app, &app.mail_about(A, NEW_LOGIN).undo_token()).assert_redirect("/password/sent");
    let first = app.mail_about(A, SECURED);
    let browser = app.browser();
    let page = browser.log_in("ADA@example.org", PASSWORD);
    page.assert_page(403, "Reset your password to log in");
    browser
        .post("/password/forgot", &[("email", &page.value("email"))])
        .assert_redirect("/password/sent");
    assert_ne!(app.mail_to(A).token(), first.token());
    assert_eq!(browser.get(&first.path()).status, 410, "only the newest");
    // The same password again counts as new, because the owner of the mailbox chose it.
    set_password(&app, A, OTHER_PASSWORD).assert_redirect("/login");
    browser
        .log_in(A, OTHER_PASSWORD)
        .assert_redirect("/dashboard");
}

#[test]
fn an_address_that_is_being_changed_stays_when_it_is_pressed() {
    let app = TestApp::start();
    let browser = app.sign_in(A, PASSWORD);
    let confirm = app.request_address(&browser, B);
    press(&app, &app.mail_about(A, CHANGING).undo_token()).assert_redirect("/password/sent");
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
        app.mails_to(B).len(),
        1,
        "it never was the account's address"
    );
}

#[test]
fn an_address_that_was_changed_goes_back_and_the_one_that_lost_it_is_told() {
    for notice in [CHANGING, CHANGED] {
        let app = TestApp::start();
        let thief = app.sign_in(A, PASSWORD);
        move_to(&app, &thief, B);
        press(&app, &app.mail_about(A, notice).undo_token()).assert_redirect("/password/sent");
        let told = app.mail_to(B);
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
        assert_eq!(thief.get("/account").status, 303);
        assert_eq!(app.browser().log_in(B, PASSWORD).status, 422);
        app.browser()
            .log_in(A, PASSWORD)
            .assert_page(403, "Reset your password to log in");
        app.browser().post("/password/forgot", &[("email", B)]);
        assert_eq!(app.mail_to(B).subject, CHANGED_BACK, "{B} has no account");
        set_password(&app, A, OTHER_PASSWORD).assert_redirect("/login");
        let owner = app.log_in(A, OTHER_PASSWORD);
        assert!(owner.get("/account").text("main").contains(A));
    }
}

/// The link alone is enough. A logged-in browser needs nothing else, and another user's session
/// stays.
#[test]
fn it_works_signed_out_and_in_another_persons_browser_and_touches_nobody_else() {
    let app = TestApp::start();
    app.register(A, PASSWORD);
    app.log_in(A, PASSWORD);
    let grace = app.sign_in("grace@example.org", PASSWORD);
    let token = app.mail_about(A, NEW_LOGIN).undo_token();
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
fn it_works_for_7_days_and_once() {
    let app = TestApp::start();
    app.register(A, PASSWORD);
    app.log_in(A, PASSWORD);
    let token = app.mail_about(A, NEW_LOGIN).undo_token();
    app.advance(
        (DAY * 7)
            .checked_sub(Duration::from_secs(1))
            .expect("longer than a second"),
    );
    assert_eq!(look(&app, &token).status, 200);
    press(&app, &token).assert_redirect("/password/sent");
    let mails = app.mails().len();
    assert_used(&app, &token);
    assert_eq!(app.mails().len(), mails, "no second email");
}

#[test]
fn after_7_days_it_is_dead() {
    let app = TestApp::start();
    app.register(A, PASSWORD);
    app.log_in(A, PASSWORD);
    let token = app.mail_about(A, NEW_LOGIN).undo_token();
    app.advance(DAY * 7);
    assert_dead(&app, &token);
    app.log_in(A, PASSWORD);
}

#[test]
fn what_is_no_undo_is_dead() {
    let app = TestApp::start();
    app.register(A, PASSWORD);
    app.browser().post("/password/forgot", &[("email", A)]);
    let reset = app.mail_to(A).token();
    for token in [&"a".repeat(43), &reset] {
        assert_dead(&app, token);
    }
    app.browser()
        .post(&format!("/undo?token={reset}"), &[])
        .assert_page(410, "This link is incomplete");
    app.log_in(A, PASSWORD);
}

#[test]
fn an_undo_opens_nothing_else() {
    let app = TestApp::start();
    app.register(A, PASSWORD);
    app.log_in(A, PASSWORD);
    let token = app.mail_about(A, NEW_LOGIN).undo_token();
    for path in ["/verify", "/password/reset"] {
        let answer = app
            .browser()
            .post(path, &[("token", &token), ("password", OTHER_PASSWORD)]);
        assert_eq!(answer.status, 410, "{path}");
    }
    assert_eq!(look(&app, &token).status, 200, "it is as it was");
}

#[test]
fn it_voids_reset_links_waiting_changes_and_later_undos_but_no_earlier_one() {
    let app = TestApp::start();
    let browser = app.sign_in(A, PASSWORD);
    let undo = |subject| app.mail_about(A, subject).undo_token();
    app.log_in(A, PASSWORD);
    let first = undo(NEW_LOGIN);
    change_password(&browser, PASSWORD, OTHER_PASSWORD);
    let second = undo(PASSWORD_CHANGED);
    let change = app.request_address(&browser, B);
    let third = undo(CHANGING);
    app.browser().post("/password/forgot", &[("email", A)]);
    let reset = app.mail_to(A);
    press(&app, &second).assert_redirect("/password/sent");
    assert_dead(&app, &third);
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
fn the_link_for_a_new_password_of_a_later_undo_is_void_too() {
    let app = TestApp::start();
    let browser = app.sign_in(A, PASSWORD);
    change_password(&browser, PASSWORD, OTHER_PASSWORD);
    let earlier = app.mail_about(A, PASSWORD_CHANGED).undo_token();
    move_to(&app, &browser, B);
    change_password(&browser, OTHER_PASSWORD, PASSWORD);
    let later = app.mail_about(B, PASSWORD_CHANGED).undo_token();
    press(&app, &later).assert_redirect("/password/sent");
    let reset_of_b = app.mail_about(B, SECURED);
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
        app.browser().get(&app.mail_about(A, SECURED).path()).status,
        200
    );
}

/// An attack with the password that has done everything possible. `U1` and `U2`, `U3` went to the
/// owner, `U4` to the attacker.
struct Theft {
    app: TestApp,
    undos: [String; 4],
    thief: Browser,
}

fn theft() -> Theft {
    let app = TestApp::start();
    let owner = app.sign_in(A, PASSWORD);
    let thief = app.log_in(A, PASSWORD);
    change_password(&thief, PASSWORD, OTHER_PASSWORD);
    let one = app.mail_about(A, PASSWORD_CHANGED).undo_token();
    move_to(&app, &thief, B);
    let [two, three] = [CHANGING, CHANGED].map(|subject| app.mail_about(A, subject).undo_token());
    change_password(&thief, OTHER_PASSWORD, PASSWORD);
    let four = app.mail_about(B, PASSWORD_CHANGED).undo_token();
    assert_eq!(owner.get("/account").status, 303, "thrown out");
    assert_eq!(thief.get("/account").status, 200);
    Theft {
        app,
        undos: [one, two, three, four],
        thief,
    }
}

#[test]
fn a_thief_who_presses_first_loses_the_account_to_the_earlier_link_of_the_owner() {
    let Theft {
        app,
        undos: [one, two, three, four],
        thief,
    } = theft();
    thief
        .post("/undo", &[("token", &four)])
        .assert_redirect("/password/sent");
    let of_the_thief = app.mail_about(B, SECURED).token();
    let set = [
        ("token", of_the_thief.as_str()),
        ("password", "thistle gravel monsoon"),
    ];
    app.browser()
        .post("/password/reset", &set)
        .assert_redirect("/login");
    let thief = app.log_in(B, "thistle gravel monsoon");
    let after = app.mail_about(B, PASSWORD_CHANGED).undo_token();
    assert_ne!(after, four);

    press(&app, &one).assert_redirect("/password/sent");
    assert_eq!(app.mail_to(B).subject, CHANGED_BACK);
    assert_eq!(thief.get("/account").status, 303);
    assert_dead(&app, &two);
    assert_dead(&app, &three);
    assert_used(&app, &four);
    assert_dead(&app, &after);
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
fn an_owner_who_presses_first_leaves_the_thief_no_link() {
    let Theft {
        app,
        undos: [one, two, three, four],
        thief,
    } = theft();
    press(&app, &one).assert_redirect("/password/sent");
    assert_eq!(thief.get("/account").status, 303);
    for dead in [&two, &three, &four] {
        assert_dead(&app, dead);
    }
    assert_used(&app, &one);
    assert_eq!(app.browser().log_in(B, PASSWORD).status, 422);
    assert_eq!(app.browser().log_in(A, PASSWORD).status, 403);
    app.browser().post("/password/forgot", &[("email", B)]);
    assert!(!app.mails_to(B).iter().any(is_reset_link));
    set_password(&app, A, "pebble orbit cinnamon").assert_redirect("/login");
    app.log_in(A, "pebble orbit cinnamon");
}

#[test]
fn any_of_the_owners_links_gives_the_account_back() {
    for number in 0..3 {
        let Theft { app, undos, thief } = theft();
        press(&app, &undos[number]).assert_redirect("/password/sent");
        assert_eq!(thief.get("/account").status, 303);
        assert_dead(&app, &undos[3]);
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
fn whose_old_address_is_taken(app: &TestApp) -> (Browser, Browser, String) {
    let browser = app.sign_in(A, PASSWORD);
    move_to(app, &browser, B);
    let undo = app.mail_about(A, CHANGED).undo_token();
    (browser, app.sign_in(A, OTHER_PASSWORD), undo)
}

#[track_caller]
fn assert_forgot_mails_nothing(app: &TestApp, email: &str) {
    let before = app.mails_to(email).len();
    app.browser()
        .post("/password/forgot", &[("email", email)])
        .assert_redirect("/password/sent");
    assert_eq!(app.mails_to(email).len(), before);
}

#[test]
fn an_old_address_that_another_account_has_by_now_stays_there_and_all_else_happens() {
    let app = TestApp::start();
    let (browser, other, undo) = whose_old_address_is_taken(&app);
    let page = look(&app, &undo).text("main");
    assert!(
        page.contains("as it is, because ada@example.org now belongs to another account"),
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
        app.mails_to(B)
            .iter()
            .all(|mail| mail.subject != CHANGED_BACK && !is_reset_link(mail))
    );
    assert_eq!(
        other.get("/account").status,
        200,
        "the other account is not touched"
    );
    app.log_in(A, OTHER_PASSWORD);

    // The present mailbox can neither open the locked account nor invalidate the link.
    assert_forgot_mails_nothing(&app, B);

    let mail = app.mail_about(A, SECURED);
    let form = app.browser().get(&mail.path());
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
fn a_day_after_an_undo_the_present_address_can_ask_for_a_password_again() {
    let app = TestApp::start();
    let (_, _, undo) = whose_old_address_is_taken(&app);
    press(&app, &undo).assert_redirect("/password/sent");
    app.advance(
        DAY.checked_sub(Duration::from_secs(1))
            .expect("longer than a second"),
    );
    assert_forgot_mails_nothing(&app, B);
    app.advance(Duration::from_secs(1));
    app.browser()
        .post("/password/forgot", &[("email", B)])
        .assert_redirect("/password/sent");
    set_password(&app, B, "pebble orbit cinnamon").assert_redirect("/login");
    app.log_in(B, "pebble orbit cinnamon");
}

#[test]
fn a_sign_up_that_waits_for_the_old_address_loses_it() {
    let app = TestApp::start();
    let browser = app.sign_in(A, PASSWORD);
    move_to(&app, &browser, B);
    let undo = app.mail_about(A, CHANGED).undo_token();
    app.browser()
        .post("/signup", &[("email", A), ("password", OTHER_PASSWORD)])
        .assert_redirect("/signup/sent");
    let sign_up = app.mail_about(A, "Confirm your email address – Vestibule");
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
fn the_activity_page_can_do_the_same_for_its_owner_alone() {
    let app = TestApp::start();
    let owner = app.sign_in(A, PASSWORD);
    let thief = app.log_in(A, PASSWORD);
    let mailed = app.mail_about(A, NEW_LOGIN).undo_token();
    let path = format!("/account/activity/{}/undo", app.undoable_events()[0]);
    let grace = app.sign_in("grace@example.org", PASSWORD);
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
    let refused = owner.post(&path, &[("current_password", "wrong")]);
    refused.assert_page(422, "Error: This wasn’t me");
    assert_eq!(thief.get("/account").status, 200);
    owner
        .post(&path, &[("current_password", PASSWORD)])
        .assert_redirect("/password/sent");
    assert_eq!(
        (thief.get("/account").status, owner.get("/account").status),
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
fn a_reset_carries_the_undo_too() {
    let app = TestApp::start();
    let thief = app.register(A, PASSWORD);
    thief.post("/password/forgot", &[("email", A)]);
    let token = app.mail_to(A).token();
    thief
        .reset_password(&token, OTHER_PASSWORD)
        .assert_redirect("/login");
    thief
        .log_in(A, OTHER_PASSWORD)
        .assert_redirect("/dashboard");
    press(&app, &app.mail_about(A, PASSWORD_CHANGED).undo_token())
        .assert_redirect("/password/sent");
    assert_eq!(thief.get("/account").status, 303);
    assert_eq!(thief.log_in(A, OTHER_PASSWORD).status, 403);
}
