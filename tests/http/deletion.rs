//! Deleting an account: it leaves no data, and frees address and handle.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::support::{Email, OTHER_PASSWORD, PASSWORD, TestApp};

const EMAIL: &str = "Ada.Lovelace@example.org";
const DELETED: &str = "Your account was deleted – Vestibule";

/// Returns what only one user's rows contain: ids, hashes, tokens, sealed emails, words.
fn of_one_person(rows: &[String], user_id: &str) -> BTreeSet<String> {
    let cells = |row: &String| -> Vec<String> {
        let cells = row
            .split('\t')
            .skip(1)
            .filter_map(|cell| cell.split_once('='));
        cells
            .map(|(_, value)| value.to_lowercase())
            .filter(|value| value.len() >= 8)
            .collect()
    };
    let (hers, others): (Vec<_>, Vec<_>) = rows.iter().partition(|row| row.contains(user_id));
    let others: BTreeSet<_> = others.into_iter().flat_map(cells).collect();
    // A time can belong to several users.
    let is_telling = |value: &String| value.parse::<i64>().is_err() && !others.contains(value);
    hers.into_iter()
        .flat_map(cells)
        .filter(is_telling)
        .collect()
}

/// Sets a profile, as its page does.
fn give_profile(app: &TestApp, user_id: &str) {
    app.home.sql(&format!(
        "UPDATE users SET name = 'Ada Countess', handle = 'ada-of-lovelace', bio = 'Notes on the \
         engine', \
         is_public = TRUE, sort_name = 'ada countess' WHERE id = '{user_id}'"
    ));
}

#[test]
fn form_deletes_account_and_sends_last_email() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    let other = app.log_in(EMAIL, PASSWORD);
    let before = app.home.rows();
    let form = browser.get("/account/delete");
    form.assert_page(200, "Delete your account");
    assert_eq!(
        form.attribute("main form", "action").as_deref(),
        Some("/account/delete")
    );
    assert!(
        form.attribute("main a[href='/account']", "href").is_some(),
        "a way back"
    );
    assert!(form.text("main").contains(EMAIL) && form.text("main").contains("It can’t be undone"));
    assert_eq!(app.home.rows(), before, "looking changes nothing");

    let tab_with_the_old_cookie = app.with_session_of(&browser);
    let deleted = browser.post("/account/delete", &[("current_password", PASSWORD)]);
    deleted.assert_redirect("/");
    for cookie in ["session", "device"] {
        assert_eq!(
            deleted.set_cookies(cookie),
            [format!(
                "{cookie}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0"
            )]
        );
    }
    let front = browser.get("/");
    front.assert_page(200, "Welcome to Vestibule");
    assert_eq!(front.notice(), "Your account has been deleted.");
    for elsewhere in [&other, &tab_with_the_old_cookie] {
        elsewhere
            .get("/dashboard")
            .assert_redirect("/login?next=%2Fdashboard");
        elsewhere
            .post("/account/delete", &[])
            .assert_page(401, "We can’t tell whether that worked");
    }
    app.browser()
        .log_in(EMAIL, PASSWORD)
        .assert_page(422, "Error: Log in");

    let last = app.emails_to(EMAIL);
    assert_eq!(last.len(), 1, "the earlier emails went with the account");
    assert_eq!(last[0].subject, DELETED);
    assert!(
        last[0].text.contains("22 November 2026, 12:00 UTC")
            && last[0].text.contains("Kept for up to 2 days")
    );
    assert!(
        last[0].links.iter().all(|link| !link.contains("token=")),
        "{:?}",
        last[0].links
    );
}

#[test]
fn deletion_removes_only_the_users_own_rows() {
    let app = TestApp::start();
    let grace = app.register_and_log_in("grace@example.org", OTHER_PASSWORD);
    let browser = app.register(EMAIL, PASSWORD);
    browser.log_in(EMAIL, PASSWORD);
    let id = app.user_id(EMAIL);
    give_profile(&app, &id);
    // A whole life: an ended session, a failure, a new device, a reset link, a requested change, a
    // new password, an export.
    app.log_in(EMAIL, PASSWORD)
        .post("/logout", &[])
        .assert_redirect("/login");
    app.browser().log_in(EMAIL, "wrong");
    app.browser()
        .post("/password/forgot", &[("email", EMAIL)])
        .assert_redirect("/password/sent");
    let change = [
        ("current_password", PASSWORD),
        ("password", OTHER_PASSWORD),
        ("end_others", "on"),
    ];
    browser
        .post("/account/password", &change)
        .assert_redirect("/account");
    browser
        .post("/account/email", &[("email", "countess@example.net")])
        .assert_redirect("/account/email");
    app.browser()
        .sign_up(EMAIL, PASSWORD)
        .assert_redirect("/signup/sent");
    app.log_in(EMAIL, OTHER_PASSWORD);

    let before = app.home.rows();
    let mut telling = of_one_person(&before, &id);
    assert!(
        telling.len() > 40,
        "ids, hashes and sealed emails: {telling:?}"
    );
    for word in [
        EMAIL,
        "countess@example.net",
        "Ada Countess",
        "ada-of-lovelace",
        "Notes on the engine",
        &id,
    ] {
        assert!(
            telling.contains(&word.to_lowercase()),
            "{word} was there before"
        );
    }
    telling.insert("lovelace".to_owned());
    app.home.assert_tables_of_user(&id);

    browser
        .post("/account/delete", &[("current_password", OTHER_PASSWORD)])
        .assert_redirect("/");
    let after = app.home.rows();
    for value in telling {
        let left: Vec<_> = after
            .iter()
            .filter(|row| row.to_lowercase().contains(&value))
            .collect();
        assert!(left.is_empty(), "{value} in {left:?}");
    }
    // Rate limits are stored under keyed hashes. Those of addresses stay, those of the account go.
    let is_count =
        |row: &str| row.starts_with("throttles\t") || row.starts_with("login_failures\t");
    let is_of_nobody = |row: &&String| !row.contains(&id) && !is_count(row);
    let kept: Vec<_> = before.iter().filter(is_of_nobody).collect();
    assert!(
        kept.iter().all(|row| after.contains(row)),
        "nothing of anybody else went"
    );
    let new: Vec<_> = after
        .iter()
        .filter(is_of_nobody)
        .filter(|row| !kept.contains(row))
        .collect();
    assert_eq!(new.len(), 1, "the last email, sealed: {new:?}");
    assert!(new[0].starts_with("outbox\t"), "{new:?}");
    assert_eq!(grace.get("/account").status, 200);
    app.log_in("grace@example.org", OTHER_PASSWORD);
}

#[test]
fn deletion_frees_address_and_handle() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    let first = app.user_id(EMAIL);
    give_profile(&app, &first);
    browser
        .post("/account/delete", &[("current_password", PASSWORD)])
        .assert_redirect("/");
    let again = app.register_and_log_in(EMAIL, OTHER_PASSWORD);
    let second = app.user_id(EMAIL);
    assert_ne!(first, second);
    give_profile(&app, &second);
    assert_eq!(app.browser().log_in(EMAIL, PASSWORD).status, 422);
    assert_eq!(again.get("/account").status, 200);
    assert_eq!(app.events("logged_in"), 1, "nothing of the life before");
}

#[test]
fn deletion_invalidates_every_link() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    let sign_up = app.email_to(EMAIL);
    let change = [("current_password", PASSWORD), ("password", OTHER_PASSWORD)];
    browser
        .post("/account/password", &change)
        .assert_redirect("/account");
    let undo = app.email_to(EMAIL).undo_token();
    browser
        .post("/account/email", &[("email", "countess@example.net")])
        .assert_redirect("/account/email");
    let confirm = app.email_to("countess@example.net");
    app.browser().post("/password/forgot", &[("email", EMAIL)]);
    let reset = app.email_about(EMAIL, "Reset your password – Vestibule");
    browser
        .post("/account/delete", &[("current_password", OTHER_PASSWORD)])
        .assert_redirect("/");

    let dead = |message: &Email, path: &str| {
        assert_eq!(app.browser().get(&message.path()).status, 410, "{path}");
        let form = [
            ("token", message.token()),
            ("password", PASSWORD.to_owned()),
        ];
        let form = form.each_ref().map(|(name, value)| (*name, value.as_str()));
        assert_eq!(app.browser().post(path, &form).status, 410, "{path}");
    };
    dead(&sign_up, "/verify");
    dead(&reset, "/password/reset");
    assert_eq!(
        app.browser().get(&format!("/undo?token={undo}")).status,
        410
    );
    assert_eq!(app.browser().post("/undo", &[("token", &undo)]).status, 410);
    assert_eq!(
        app.browser().get(&confirm.path()).status,
        303,
        "to the login"
    );
    // No link works for the next owner of the address either.
    let again = app.register_and_log_in(EMAIL, PASSWORD);
    again
        .get(&confirm.path())
        .assert_page(410, "This link no longer works");
    assert_eq!(
        again
            .post("/account/email/confirm", &[("token", &confirm.token())])
            .status,
        410
    );
    assert_eq!(again.post("/undo", &[("token", &undo)]).status, 410);
    assert_eq!(again.get("/account").status, 200);
}

#[test]
fn deletion_notifies_an_earlier_address_with_undo() {
    const NEW: &str = "countess@example.net";
    let told = |days: u64| -> Vec<String> {
        let app = TestApp::start();
        let form = [("email", EMAIL), ("password", PASSWORD), ("remember", "on")];
        let browser = app.register(EMAIL, PASSWORD);
        browser.post("/login", &form).assert_redirect("/dashboard");
        // Two undo links went to the earlier address. It gets one notice.
        browser
            .post("/account/email", &[("email", NEW)])
            .assert_redirect("/account/email");
        let token = app.email_to(NEW).token();
        browser
            .post("/account/email/confirm", &[("token", &token)])
            .assert_redirect("/account");
        app.advance(Duration::from_hours(24 * days));
        browser
            .post("/account/delete", &[("current_password", PASSWORD)])
            .assert_redirect("/");
        let emails = app.emails();
        for Email { subject, .. } in &emails {
            assert!(
                subject == DELETED || subject.starts_with("Confirm"),
                "{emails:?}"
            );
        }
        emails
            .into_iter()
            .filter(|message| message.subject == DELETED)
            .map(|message| message.to)
            .rev()
            .collect()
    };
    assert_eq!(told(6), [NEW, EMAIL]);
    assert_eq!(told(7), [NEW], "there was nothing left to undo");
}

#[test]
fn deletion_always_requires_the_password() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    let emails = app.emails().len();
    for later in [Duration::ZERO, Duration::from_mins(11)] {
        app.advance(later);
        let page = browser.get("/account/delete");
        assert_eq!(page.text("label[for=current_password]"), "Current password");
        for (form, error) in [
            (&[][..], "Enter your current password"),
            (&[("current_password", "")], "Enter your current password"),
            (
                &[("current_password", "wrong")],
                "Your current password isn’t right. Try again, or reset it if you’ve forgotten it.",
            ),
        ] {
            let rejected = browser.post("/account/delete", form);
            rejected.assert_page(422, "Error: Delete your account");
            assert_eq!(rejected.errors(), [error]);
            assert!(rejected.set_cookies("session").is_empty());
        }
    }
    assert_eq!(app.emails().len(), emails);
    assert_eq!(browser.get("/account").status, 200);
    app.log_in(EMAIL, PASSWORD);
}

/// A password that another form has just accepted does not count.
#[test]
fn deletion_after_another_form_requires_the_password() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    app.advance(Duration::from_mins(11));
    let before = app.with_session_of(&browser);
    let form = [
        ("email", "countess@example.net"),
        ("current_password", PASSWORD),
    ];
    browser
        .post("/account/email", &form)
        .assert_redirect("/account/email");
    before
        .post("/account/delete", &[("current_password", PASSWORD)])
        .assert_page(401, "We can’t tell whether that worked");
    assert_eq!(browser.post("/account/delete", &[]).status, 422);
    browser
        .post("/account/delete", &[("current_password", PASSWORD)])
        .assert_redirect("/");
    app.browser()
        .log_in(EMAIL, PASSWORD)
        .assert_page(422, "Error: Log in");
}

#[test]
fn logged_out_page_redirects_and_form_is_401() {
    let app = TestApp::start();
    app.register(EMAIL, PASSWORD);
    let browser = app.browser();
    browser
        .get("/account/delete")
        .assert_redirect("/login?next=%2Faccount%2Fdelete");
    let rejected = browser.post(
        "/account/delete",
        &[("current_password", PASSWORD), ("email", EMAIL)],
    );
    rejected.assert_page(401, "Log in to continue");
    assert_eq!(
        rejected.attribute("main a", "href").as_deref(),
        Some("/login?next=%2Faccount%2Fdelete")
    );
    app.log_in(EMAIL, PASSWORD);
}

/// After an undo, the account has no session that could delete it.
#[test]
fn undo_keeps_the_attacker_from_deleting() {
    let app = TestApp::start();
    let attacker = app.register(EMAIL, PASSWORD);
    let attacker = {
        attacker.log_in(EMAIL, PASSWORD);
        app.log_in(EMAIL, PASSWORD)
    };
    let undo = app.email_to(EMAIL).undo_token();
    app.browser()
        .post("/undo", &[("token", &undo)])
        .assert_redirect("/password/sent");
    attacker
        .post("/account/delete", &[("current_password", PASSWORD)])
        .assert_page(401, "Log in to continue");
    app.browser()
        .log_in(EMAIL, PASSWORD)
        .assert_page(403, "Reset your password to log in");
}

/// The page names an account. Another tab has logged in to another one since.
#[test]
fn form_shown_to_another_user_does_nothing() {
    let app = TestApp::start();
    app.register("grace@example.org", PASSWORD);
    app.register(EMAIL, PASSWORD);
    for (page, fields) in [
        ("/account/delete", &[("current_password", PASSWORD)][..]),
        ("/account/profile", &[("name", "Grace")]),
        ("/account/email", &[("email", "new@example.org")]),
        ("/account/export", &[]),
        ("/account/tokens", &[("name", "x"), ("days", "7")]),
        (
            "/account/password",
            &[("current_password", PASSWORD), ("password", OTHER_PASSWORD)],
        ),
    ] {
        let browser = app.log_in("grace@example.org", PASSWORD);
        let shown = browser
            .get(page)
            .attribute("main form input[name=account]", "value")
            .expect("it says to whom");
        browser
            .log_in(EMAIL, PASSWORD)
            .assert_redirect("/dashboard");
        let form: Vec<_> = fields
            .iter()
            .copied()
            .chain([("account", shown.as_str())])
            .collect();
        browser
            .post(page, &form)
            .assert_page(403, "You’re logged in to another account");
        assert_eq!(browser.get("/dashboard").status, 200);
    }
    assert_eq!(app.home.count("users", "TRUE"), 2);
}
