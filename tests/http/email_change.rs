//! A change of the email address: it is confirmed first, the old address is notified, and no
//! response reveals other accounts.

use std::time::Duration;

use crate::support::{Browser, Email, OTHER_PASSWORD, PASSWORD, Response, TestApp};

const OLD: &str = "ada@example.org";
const NEW: &str = "Ada.Lovelace@example.net";
const THIRD: &str = "ada@third.example";
const CONFIRM: &str = "Confirm your new email address – Vestibule";
const CHANGING: &str = "Email address change requested – Vestibule";
const CHANGED: &str = "Your email address was changed – Vestibule";

fn ask(browser: &Browser, email: &str) -> Response {
    browser.post("/account/email", &[("email", email)])
}

fn confirm(browser: &Browser, message: &Email) -> Response {
    browser.post("/account/email/confirm", &[("token", &message.token())])
}

fn opens(app: &TestApp, email: &str) -> bool {
    app.browser().log_in(email, PASSWORD).status == 303
}

#[test]
fn form_and_link_change_the_address() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(OLD, PASSWORD);
    let form = browser.get("/account/email");
    form.assert_page(200, "Change your email address");
    assert_eq!(
        form.attribute("main form", "action").as_deref(),
        Some("/account/email")
    );
    assert!(
        form.text("main")
            .contains("Your current address is ada@example.org.")
    );
    assert_eq!(form.value("email"), "");

    ask(&browser, &format!(" {NEW} ")).assert_redirect("/account/email");
    let waits = browser.get("/account/email");
    assert_eq!(
        waits.notice(),
        "Check your email: we’ve sent a link to your new address."
    );
    assert!(
        waits
            .text("main")
            .contains("Waiting for you to confirm Ada.Lovelace@example.net."),
        "{}",
        waits.text("main")
    );
    assert!(
        browser
            .get("/account")
            .text("main")
            .contains("Waiting for you to confirm Ada.Lovelace@example.net.")
    );

    let changing = app.email_about(OLD, CHANGING);
    assert!(
        changing
            .text
            .contains("New address: \u{2068}A•••@example.net\u{2069}"),
        "{}",
        changing.text
    );
    assert!(
        changing.text.contains("22 November 2026, 12:00 UTC")
            && changing.text.contains("Firefox on Windows")
    );
    let preview = app
        .browser()
        .get(&format!("/undo?token={}", changing.undo_token()));
    assert_eq!(preview.status, 200, "the undo works before the switch");

    let message = app.email_about(NEW, CONFIRM);
    assert!(
        !message.text.contains(OLD) && !message.html.contains(OLD),
        "another person may get it by mistake"
    );
    assert!(
        message.text.contains("24 hours") && message.text.contains("If this wasn’t you"),
        "{}",
        message.text
    );
    assert_eq!(message.links.len(), 1);
    let before = app.home.rows();
    let page = browser.get(&message.path());
    page.assert_page(200, "Confirm your new email address");
    assert_eq!(page.header("referrer-policy"), "strict-origin");
    assert_eq!(
        page.attribute("main form", "action").as_deref(),
        Some("/account/email/confirm")
    );
    assert_eq!(page.value("token"), message.token());
    assert!(page.text("main").contains(NEW) && page.text("main").contains(OLD));
    assert_eq!(app.home.rows(), before, "looking changes nothing");
    assert!(opens(&app, OLD) && !opens(&app, NEW));

    confirm(&browser, &message).assert_redirect("/account");
    let account = browser.get("/account");
    assert_eq!(
        account.notice(),
        "Your email address has been changed. From now on, log in with the new one."
    );
    assert!(account.text("main").contains(NEW) && !account.text("main").contains(OLD));
    assert!(!opens(&app, OLD) && opens(&app, "ADA.lovelace@EXAMPLE.net"));
    let changed = app.email_about(OLD, CHANGED);
    assert!(
        changed
            .text
            .contains("New address: \u{2068}A•••@example.net\u{2069}"),
        "{}",
        changed.text
    );
    assert_eq!(
        app.browser()
            .get(&format!("/undo?token={}", changed.undo_token()))
            .status,
        200,
        "and after it"
    );
    assert!(
        app.emails_to(OLD)
            .iter()
            .all(|message| !message.text.contains(NEW)),
        "partly hidden in the old mailbox"
    );
    confirm(&browser, &message).assert_page(410, "This link no longer works");
    for kind in ["address_change_requested", "address_changed"] {
        assert_eq!(
            app.home.count(
                "events",
                &format!("kind = '{kind}' AND undo_link_id IS NOT NULL")
            ),
            1,
            "{kind}"
        );
    }
}

#[test]
fn invalid_address_is_rejected_and_kept() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(OLD, PASSWORD);
    let emails = app.emails().len();
    for (email, error) in [
        ("", "Enter your email address"),
        (
            "ada",
            "Enter an email address in the correct format, like name@example.com",
        ),
        ("ädä@example.org", "The part before the @ can’t contain ä"),
        (OLD, "That’s already your email address"),
    ] {
        let rejected = ask(&browser, email);
        rejected.assert_page(422, "Error: Change your email address");
        assert_eq!(
            (rejected.errors(), rejected.value("email").as_str()),
            (vec![error.to_owned()], email)
        );
    }
    assert_eq!(app.emails().len(), emails);
    assert_eq!(
        app.home
            .count("links", "purpose IN ('change_address', 'undo')"),
        0
    );
}

/// A link that reaches another person by a typing error must neither hand over the account nor
/// change theirs.
#[test]
fn link_works_for_its_account_after_login() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(OLD, PASSWORD);
    let message = app.request_address(&browser, NEW);
    let attacker = app.register_and_log_in("eve@evil.example", PASSWORD);
    let dead = attacker.get(&message.path());
    dead.assert_page(410, "This link no longer works");
    assert!(!dead.body.contains(OLD) && !dead.body.contains(NEW));
    confirm(&attacker, &message).assert_page(410, "This link no longer works");

    let logged_out = app.browser();
    let led = logged_out.get(&message.path());
    let login = format!(
        "/login?next=%2Faccount%2Femail%2Fconfirm%3Ftoken%3D{}",
        message.token().replace('-', "%2D").replace('_', "%5F")
    );
    led.assert_redirect(&login);
    assert_eq!(led.header("referrer-policy"), "strict-origin");
    let form = logged_out.get(&login);
    form.assert_page(200, "Log in");
    assert_eq!(
        form.header("referrer-policy"),
        "strict-origin",
        "its address has the token, too"
    );
    assert_eq!(form.value("next"), message.path());
    let rejected = confirm(&logged_out, &message);
    rejected.assert_page(401, "Log in to continue");
    assert_eq!(
        rejected.attribute("main a", "href").as_deref(),
        Some("/login?next=%2Faccount%2Femail")
    );
    assert!(opens(&app, OLD), "nothing has happened yet");

    let fields = [
        ("email", OLD),
        ("password", PASSWORD),
        ("next", form.value("next").as_str()),
    ]
    .map(|(n, v)| (n, v.to_owned()));
    let fields = fields
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    logged_out
        .post("/login", &fields)
        .assert_redirect(&message.path());
    logged_out
        .get(&message.path())
        .assert_page(200, "Confirm your new email address");
    confirm(&logged_out, &message).assert_redirect("/account");
    assert!(!opens(&app, OLD) && opens(&app, NEW));
    assert!(
        browser.get("/account").text("main").contains(NEW),
        "the other browser is still in"
    );
}

#[test]
fn change_link_works_for_24_hours() {
    let app = TestApp::start();
    let form = [("email", OLD), ("password", PASSWORD), ("remember", "on")];
    let browser = app.register(OLD, PASSWORD);
    browser.post("/login", &form).assert_redirect("/dashboard");
    let message = app.request_address(&browser, NEW);
    app.advance(Duration::from_secs(24 * 3600 - 1));
    assert_eq!(browser.get(&message.path()).status, 200);
    app.advance(Duration::from_secs(1));
    browser
        .get(&message.path())
        .assert_page(410, "This link no longer works");
    confirm(&browser, &message).assert_page(410, "This link no longer works");
    assert!(
        !browser
            .get("/account/email")
            .text("main")
            .contains("Waiting for you")
    );
    assert!(opens(&app, OLD));
}

#[test]
fn newer_change_invalidates_the_older() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(OLD, PASSWORD);
    let [first, second] = [NEW, THIRD].map(|email| app.request_address(&browser, email));
    let page = browser.get("/account/email").text("main");
    assert!(page.contains(THIRD) && !page.contains(NEW), "{page}");
    browser
        .get(&first.path())
        .assert_page(410, "This link no longer works");
    confirm(&browser, &first).assert_page(410, "This link no longer works");
    confirm(&browser, &second).assert_redirect("/account");
    assert!(!opens(&app, NEW) && !opens(&app, OLD) && opens(&app, THIRD));
    // Requested again, the first address is as good as any.
    confirm(&browser, &app.request_address(&browser, NEW)).assert_redirect("/account");
    assert!(opens(&app, NEW));
    assert_eq!(
        app.email_to(THIRD).subject,
        CHANGED,
        "each earlier address is notified"
    );
}

/// A logged-in user must not learn which addresses have accounts.
#[test]
fn taken_address_looks_free_and_owner_is_notified() {
    const FREE: &str = "grass@example.org";
    const TAKEN: &str = "grace@example.org";
    let app = TestApp::start();
    let grace = app.register_and_log_in(TAKEN, OTHER_PASSWORD);
    let ask_as = |person: &str, email: &str| {
        let browser = app.register_and_log_in(person, PASSWORD);
        let response = ask(&browser, email);
        let page = browser.get("/account/email");
        let overview = browser.get("/account");
        let emails: Vec<_> = app
            .emails_to(person)
            .iter()
            .map(|message| (message.subject.clone(), message.text.clone()))
            .collect();
        let account = page.value("account");
        let hide = |text: &str| {
            text.replace(email, "IT")
                .replace(person, "WHO")
                .replace(&account, "ID")
        };
        let without_token = |text: &str| {
            text.lines()
                .filter(|line| !line.contains("token="))
                .collect::<Vec<_>>()
                .join("\n")
        };
        let emails: Vec<_> = emails
            .into_iter()
            .map(|(subject, text)| format!("{subject}\n{}", without_token(&text)))
            .collect();
        let headers: Vec<_> = response.headers.keys().map(ToString::to_string).collect();
        (
            (
                response.status,
                response.header("location").to_owned(),
                headers,
            ),
            hide(&page.body_without_id()),
            hide(&overview.body_without_id()),
            emails,
        )
    };
    let free = ask_as("eve@evil.example", FREE);
    let taken = ask_as("eva@evil.example", TAKEN);
    assert_eq!(free.0, taken.0);
    assert_eq!(free.1, taken.1);
    assert_eq!(free.2, taken.2);
    assert_eq!(free.3, taken.3);
    assert!(
        taken.1.contains("Waiting for you to confirm"),
        "{}",
        taken.1
    );

    let told = app.email_to(TAKEN);
    assert_eq!(
        told.subject,
        "Someone tried to use your address – Vestibule"
    );
    assert!(
        told.links.iter().all(|link| !link.contains("token=")),
        "no link is sent: {:?}",
        told.links
    );
    assert!(
        !told.text.contains("evil.example") && !told.html.contains("evil.example"),
        "nor who it was"
    );
    let confirming = app
        .emails()
        .into_iter()
        .filter(|message| message.subject == CONFIRM);
    assert_eq!(
        confirming.map(|message| message.to).collect::<Vec<_>>(),
        [FREE]
    );
    assert_eq!(grace.get("/account").status, 200);
    assert!(grace.get("/account").text("main").contains(TAKEN));
}

#[test]
fn change_to_taken_address_can_be_undone() {
    let app = TestApp::start();
    app.register("grace@example.org", OTHER_PASSWORD);
    let browser = app.register_and_log_in(OLD, PASSWORD);
    ask(&browser, "grace@example.org").assert_redirect("/account/email");
    let undo = app.email_about(OLD, CHANGING).undo_token();
    app.browser()
        .post("/undo", &[("token", &undo)])
        .assert_redirect("/password/sent");
    browser
        .get("/account")
        .assert_redirect("/login?next=%2Faccount");
    app.browser()
        .log_in("grace@example.org", OTHER_PASSWORD)
        .assert_redirect("/dashboard");
}

#[test]
fn address_taken_meanwhile_stays_with_the_first() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(OLD, PASSWORD);
    let message = app.request_address(&browser, NEW);
    app.register(NEW, OTHER_PASSWORD);
    let page = browser.get(&message.path());
    page.assert_page(410, "That address is already in use");
    assert!(
        page.text("main")
            .contains("Your address is still ada@example.org"),
        "{}",
        page.text("main")
    );
    confirm(&browser, &message).assert_page(410, "That address is already in use");
    assert!(browser.get("/account").text("main").contains(OLD));
    assert!(opens(&app, OLD) && !opens(&app, NEW));
    app.log_in(NEW, OTHER_PASSWORD);
    assert!(
        app.emails_to(OLD)
            .iter()
            .all(|message| message.subject != CHANGED)
    );
}

#[test]
fn faster_change_wins_and_slower_sees_an_error() {
    let app = TestApp::start();
    let [ada, grace] =
        [OLD, "grace@example.org"].map(|email| app.register_and_log_in(email, PASSWORD));
    let [one, two] = [&ada, &grace].map(|browser| app.request_address(browser, NEW));
    assert_ne!(one.token(), two.token());
    assert_eq!(
        (ada.get(&one.path()).status, grace.get(&two.path()).status),
        (200, 200)
    );
    confirm(&grace, &two).assert_redirect("/account");
    confirm(&ada, &one).assert_page(410, "That address is already in use");
    assert!(
        ada.get("/account").text("main").contains(OLD)
            && grace.get("/account").text("main").contains(NEW)
    );
}

#[test]
fn confirmed_change_beats_a_pending_sign_up() {
    let app = TestApp::start();
    let attacker = app.browser();
    attacker
        .sign_up(NEW, OTHER_PASSWORD)
        .assert_redirect("/signup/sent");
    let sign_up = app.email_to(NEW);
    let browser = app.register_and_log_in(OLD, PASSWORD);
    let message = app.request_address(&browser, NEW);
    assert_eq!(
        attacker.get(&sign_up.path()).status,
        200,
        "a change that waits takes nothing from it"
    );
    confirm(&browser, &message).assert_redirect("/account");
    let dead = attacker.post("/verify", &[("token", &sign_up.token())]);
    assert_eq!(dead.status, 410, "{}", dead.body);
    assert_eq!(
        attacker.log_in(NEW, OTHER_PASSWORD).status,
        422,
        "its password opens nothing"
    );
    assert!(opens(&app, NEW));
    assert_eq!(app.home.count("pending_signups", "TRUE"), 0);
    // A new sign-up looks the same as for any account, once the address may get another email.
    app.advance(Duration::from_hours(1));
    attacker
        .sign_up(NEW, OTHER_PASSWORD)
        .assert_redirect("/signup/sent");
    assert_eq!(
        app.email_to(NEW).subject,
        "You already have an account – Vestibule"
    );
}

#[test]
fn change_invalidates_every_link_to_old_address() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(OLD, PASSWORD);
    let message = app.request_address(&browser, NEW);
    app.browser().post("/password/forgot", &[("email", OLD)]);
    let reset = app.email_about(OLD, "Reset your password – Vestibule");
    confirm(&browser, &message).assert_redirect("/account");
    app.browser()
        .get(&reset.path())
        .assert_page(410, "This link no longer works");
    let fields = [
        ("token", reset.token()),
        ("password", OTHER_PASSWORD.to_owned()),
    ];
    let fields = fields
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    app.browser()
        .post("/password/reset", &fields)
        .assert_page(410, "This link no longer works");
    let emails = app.emails_to(OLD).len();
    app.browser()
        .post("/password/forgot", &[("email", OLD)])
        .assert_redirect("/password/sent");
    assert_eq!(
        app.emails_to(OLD).len(),
        emails,
        "the address has no account now"
    );
    app.browser()
        .post("/password/forgot", &[("email", NEW)])
        .assert_redirect("/password/sent");
    assert_eq!(app.email_to(NEW).subject, "Reset your password – Vestibule");
}

/// Each request writes to an address that the user picks.
#[test]
fn five_changes_per_hour_are_allowed() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(OLD, PASSWORD);
    for number in 0..5 {
        ask(&browser, &format!("ada{number}@example.net")).assert_redirect("/account/email");
    }
    let rejected = ask(&browser, NEW);
    rejected.assert_page(429, "Error: Change your email address");
    assert_eq!(rejected.header("retry-after"), "3600");
    let words = |wait| {
        format!(
            "You’ve asked to change your address too many times. Links we’ve sent still work. Try \
             again in {wait}."
        )
    };
    assert_eq!(rejected.errors(), [words("1 hour")]);
    assert_eq!(rejected.value("email"), NEW);
    assert!(app.emails_to(NEW).is_empty());
    assert_eq!(
        browser.get(&app.email_to("ada4@example.net").path()).status,
        200,
        "the last one still works"
    );
    app.advance(Duration::from_hours(1));
    let asks = [("email", NEW), ("current_password", PASSWORD)];
    browser
        .post("/account/email", &asks)
        .assert_redirect("/account/email");
    // There are twenty a day.
    for number in 6..20 {
        if number % 5 == 0 {
            app.advance(Duration::from_hours(1));
        }
        let email = format!("ada{number}@example.net");
        browser
            .post(
                "/account/email",
                &[("email", &email), ("current_password", PASSWORD)],
            )
            .assert_redirect("/account/email");
    }
    app.advance(Duration::from_hours(1));
    let rejected = browser.post("/account/email", &asks);
    assert_eq!(
        (rejected.status, rejected.header("retry-after")),
        (429, "72000")
    );
    assert_eq!(rejected.errors(), [words("20 hours")]);
}

#[test]
fn rate_limited_email_invalidates_no_link() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(OLD, PASSWORD);
    for _ in 0..2 {
        ask(&browser, NEW).assert_redirect("/account/email");
    }
    let second = app.email_about(NEW, CONFIRM);
    // An error would reveal that emails went to that address.
    ask(&browser, NEW).assert_redirect("/account/email");
    assert_eq!(
        app.emails_to(NEW).len(),
        2,
        "the third of the hour is kept for the owner of the address"
    );
    confirm(&browser, &second).assert_redirect("/account");
}

#[test]
fn malformed_link_and_other_purpose_are_rejected() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(OLD, PASSWORD);
    let message = app.request_address(&browser, NEW);
    let undo = app.email_about(OLD, CHANGING).undo_token();
    for token in [&"a".repeat(43), &undo] {
        browser
            .get(&format!("/account/email/confirm?token={token}"))
            .assert_page(410, "This link no longer works");
        browser
            .post("/account/email/confirm", &[("token", token)])
            .assert_page(410, "This link no longer works");
    }
    for path in ["/undo", "/verify", "/password/reset"] {
        let response = app.browser().post(
            path,
            &[("token", &message.token()), ("password", OTHER_PASSWORD)],
        );
        assert_eq!(response.status, 410, "{path}");
    }
    // The query of a form's address does not fill the form either.
    assert_eq!(browser.post(&message.path(), &[]).status, 410);
    confirm(&browser, &message).assert_redirect("/account");
}

/// CVE-2023-7028, for this form.
#[test]
fn cve_2023_7028_two_addresses_in_one_form_are_rejected() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(OLD, PASSWORD);
    let emails = app.emails().len();
    let response = browser.post_raw(
        "/account/email",
        "email=a%40example.org&email=eve%40evil.example",
    );
    response.assert_page(400, "Something was wrong with that request");
    assert_eq!(app.emails().len(), emails);
}

#[test]
fn logged_out_pages_redirect_and_forms_are_401() {
    let app = TestApp::start();
    let browser = app.browser();
    browser
        .get("/account/email")
        .assert_redirect("/login?next=%2Faccount%2Femail");
    let rejected = ask(&browser, NEW);
    rejected.assert_page(401, "Log in to continue");
    assert_eq!(
        rejected.attribute("main a", "href").as_deref(),
        Some("/login?next=%2Faccount%2Femail")
    );
    assert!(app.emails().is_empty());
}

#[test]
fn form_requires_reauthentication_after_10_minutes() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(OLD, PASSWORD);
    let asks = || {
        !browser
            .get("/account/email")
            .texts("label[for=current_password]")
            .is_empty()
    };
    app.advance(Duration::from_millis(10 * 60 * 1000 - 1));
    assert!(!asks());
    app.advance(Duration::from_millis(1));
    assert!(asks());

    let (cookie, emails) = (browser.cookie("session"), app.emails().len());
    for (typed, error) in [
        ("", "Enter your current password"),
        (
            "wrong",
            "Your current password isn’t right. Try again, or reset it if you’ve forgotten it.",
        ),
    ] {
        let rejected = browser.post(
            "/account/email",
            &[("email", NEW), ("current_password", typed)],
        );
        rejected.assert_page(422, "Error: Change your email address");
        assert_eq!(rejected.errors(), [error]);
        assert_eq!(
            (
                rejected.value("email").as_str(),
                rejected.value("current_password").as_str()
            ),
            (NEW, "")
        );
        assert_eq!(
            rejected.attribute(".summary a", "href").as_deref(),
            Some("#current_password")
        );
    }
    assert_eq!(
        ask(&browser, NEW).status,
        422,
        "leaving the field out is no way around it"
    );
    assert_eq!(
        (browser.cookie("session"), app.emails().len()),
        (cookie, emails)
    );
    assert!(
        !browser
            .get("/account/email")
            .text("main")
            .contains("Waiting for you"),
        "nothing has happened"
    );
    assert_eq!(app.events("password_refused"), 1);

    let tab_with_the_old_cookie = app.with_session_of(&browser);
    let done = browser.post(
        "/account/email",
        &[("email", NEW), ("current_password", PASSWORD)],
    );
    done.assert_redirect("/account/email");
    assert_eq!(done.set_cookies("session").len(), 1);
    assert_eq!(
        tab_with_the_old_cookie.get("/account").status,
        303,
        "the old id is worth nothing"
    );
    assert!(!asks());
    assert_eq!(
        browser
            .get("/account/export")
            .texts("label[for=current_password]")
            .len(),
        0,
        "nor does another form ask"
    );
    let second = ask(&browser, THIRD);
    second.assert_redirect("/account/email");
    assert!(second.set_cookies("session").is_empty());
    // Reauthentication belongs to the session. Another browser of the same user has none.
    app.advance(Duration::from_mins(10));
    app.log_in(OLD, PASSWORD);
    assert!(asks());
}

/// The link was sent after the password was given, and opened in a live session.
#[test]
fn confirmation_needs_no_password() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(OLD, PASSWORD);
    let message = app.request_address(&browser, NEW);
    app.advance(Duration::from_hours(2));
    assert!(
        browser
            .get(&message.path())
            .texts("label[for=current_password]")
            .is_empty()
    );
    confirm(&browser, &message).assert_redirect("/account");
}
