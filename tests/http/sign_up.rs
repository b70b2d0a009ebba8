//! Sign-up: the form, its errors, the emails, and a second sign-up.

use std::time::Duration;

use crate::support::{OTHER_PASSWORD, PASSWORD, TestApp};

const EMAIL: &str = "ada@example.org";

fn form<'a>(email: &'a str, password: &'a str) -> [(&'a str, &'a str); 3] {
    [("email", email), ("password", password), ("name", "")]
}

#[test]
fn form_has_autocomplete_and_input_types() {
    let app = TestApp::start();
    let page = app.browser().get("/signup");
    page.assert_page(200, "Create an account");
    assert_eq!(
        page.attribute("input[name=email]", "autocomplete")
            .as_deref(),
        Some("username")
    );
    assert_eq!(
        page.attribute("input[name=email]", "type").as_deref(),
        Some("email")
    );
    assert_eq!(
        page.attribute("input[name=password]", "autocomplete")
            .as_deref(),
        Some("new-password")
    );
    assert_eq!(page.attribute("input[name=password]", "maxlength"), None);
    assert_eq!(page.text("main button"), "Create account");
}

#[test]
fn sign_up_sends_link_and_shows_address() {
    let app = TestApp::start();
    let browser = app.browser();
    let sent = browser.post(
        "/signup",
        &[
            ("email", " Ada@Example.org "),
            ("password", PASSWORD),
            ("name", "Ada"),
        ],
    );
    sent.assert_redirect("/signup/sent");
    assert!(!sent.header("location").contains("Ada"));
    let page = browser.get("/signup/sent");
    page.assert_page(200, "Check your email");
    assert!(
        page.text("main").contains("Ada@Example.org"),
        "{}",
        page.body
    );
    assert!(
        browser.get("/signup/sent").body.contains("Ada@Example.org"),
        "a reload still names it"
    );

    let message = app.email_to("Ada@Example.org");
    assert_eq!(message.subject, "Confirm your email address – Vestibule");
    assert_eq!(message.links.len(), 1);
    assert!(message.links[0].starts_with(&format!("{}/verify?token=", app.public_url)));
    assert!(message.text.contains(&message.links[0]) && message.html.contains(&message.links[0]));
    assert!(
        message.text.contains("24 hours")
            && message.text.contains("once")
            && message.text.contains("If this wasn’t you")
    );
}

#[test]
fn confirmation_email_contains_no_typed_name() {
    let app = TestApp::start();
    let name = "Buy at evil.example <b>now</b>";
    app.browser().post(
        "/signup",
        &[
            ("email", "victim@example.org"),
            ("password", PASSWORD),
            ("name", name),
        ],
    );
    app.browser().post(
        "/signup",
        &[
            ("email", "victim@example.org"),
            ("password", PASSWORD),
            ("name", name),
        ],
    );
    let emails = app.emails_to("victim@example.org");
    assert_eq!(emails.len(), 2);
    for message in emails {
        let everything = format!(
            "{}{}{}{}",
            message.subject, message.text, message.html, message.headers
        );
        assert!(
            !everything.contains("evil.example") && !everything.contains("Buy at"),
            "{everything}"
        );
    }
}

#[test]
fn sent_page_without_sign_up_shows_no_address() {
    let page = TestApp::start().browser().get("/signup/sent");
    page.assert_page(200, "Check your email");
    assert!(page.text("main").contains("your address"));
}

#[test]
fn failed_form_keeps_input_except_the_password() {
    let app = TestApp::start();
    let page = app.browser().post(
        "/signup",
        &[("email", "ada"), ("password", "short"), ("name", "Ada <L>")],
    );
    page.assert_page(422, "Error: Create an account");
    assert_eq!(page.value("email"), "ada");
    assert_eq!(page.value("name"), "Ada <L>");
    assert_eq!(page.value("password"), "");
    let errors = [
        "Enter an email address in the correct format, like name@example.com",
        "Password must be 8 characters or more",
    ];
    assert_eq!(page.errors(), errors);
    assert_eq!(
        page.attribute(".summary a", "href").as_deref(),
        Some("#email")
    );
    assert_eq!(
        page.attribute("input[name=email]", "aria-invalid")
            .as_deref(),
        Some("true")
    );
    assert!(page.text("#email-error").ends_with(errors[0]));
    assert!(app.emails().is_empty());
}

#[test]
fn every_field_shows_its_error() {
    let app = TestApp::start();
    let browser = app.browser();
    let long_name = "x".repeat(101);
    let long_password = "kT9#".repeat(65);
    for (email, password, name, errors) in [
        (
            "",
            "",
            "",
            &["Enter your email address", "Enter a password"][..],
        ),
        (
            "jürgen@example.org",
            PASSWORD,
            "",
            &["The part before the @ can’t contain ü"],
        ),
        (
            "ada\u{200b}@example.org",
            PASSWORD,
            "",
            &[
                "Your email address contains an invisible character (zero-width space). Delete \
                 it, or type the address again.",
            ],
        ),
        (
            "ada＠example.org",
            PASSWORD,
            "",
            &["Use a plain @ in your email address instead of ＠"],
        ),
        (
            "a@b",
            PASSWORD,
            long_name.as_str(),
            &["Name must be 100 characters or fewer"],
        ),
        (
            "a@b",
            long_password.as_str(),
            "",
            &["Password must be 256 characters or fewer"],
        ),
        (
            "a@b",
            "password",
            "",
            &[
                "That password is too easy to guess: it’s one of the most common. Try three or \
                 four random words.",
            ],
        ),
        (
            "grace.hopper@b",
            "gracehopper",
            "",
            &[
                "That password is too easy to guess: it contains your name or email address. Try \
                 three or four random words.",
            ],
        ),
        (
            "a@b",
            "vestibule",
            "",
            &[
                "That password is too easy to guess: it contains the name of this site. Try three \
                 or four random words.",
            ],
        ),
    ] {
        let page = browser.post(
            "/signup",
            &[("email", email), ("password", password), ("name", name)],
        );
        assert_eq!(
            (page.status, page.errors()),
            (422, errors.iter().map(ToString::to_string).collect()),
            "{email:?}"
        );
    }
    assert!(app.emails().is_empty());
}

#[test]
fn known_address_gets_email_and_same_page() {
    let app = TestApp::start();
    app.register("ada@example.org", PASSWORD);
    let browser = app.browser();
    browser
        .post("/signup", &form("ADA@example.org", OTHER_PASSWORD))
        .assert_redirect("/signup/sent");
    let message = app.email_to("ada@example.org");
    assert_eq!(message.subject, "You already have an account – Vestibule");
    assert!(!message.links.iter().any(|link| link.contains("token=")));
    assert_eq!(
        app.emails_to("ADA@example.org").len(),
        0,
        "email goes to the stored address"
    );
    app.browser()
        .log_in("ada@example.org", PASSWORD)
        .assert_redirect("/dashboard");
    assert_eq!(
        app.browser()
            .log_in("ada@example.org", OTHER_PASSWORD)
            .status,
        422
    );
}

/// Pre-hijacking (Sudhodanan and Paverd, 2022): in either order, the account must have neither
/// password.
#[test]
fn pre_hijacking_2022_second_sign_up_drops_the_password() {
    let app = TestApp::start();
    let email = "owner@example.org";
    app.browser().post(
        "/signup",
        &[
            ("email", email),
            ("password", PASSWORD),
            ("name", "Mallory"),
        ],
    );
    let first = app.email_to(email);
    app.browser()
        .post("/signup", &form("OWNER@example.org", OTHER_PASSWORD))
        .assert_redirect("/signup/sent");
    let second = app.email_to(email);
    assert_eq!(second.subject, "Choose a password – Vestibule");

    let browser = app.browser();
    browser
        .get(&first.path())
        .assert_page(410, "This link no longer works");
    let page = browser.get(&second.path());
    page.assert_page(200, "Choose a password");
    assert_eq!(page.value("password"), "");
    assert_eq!(page.attribute("#account", "value").as_deref(), Some(email));

    for password in [PASSWORD, OTHER_PASSWORD] {
        assert_eq!(
            app.browser().log_in(email, password).status,
            422,
            "neither is known any more"
        );
    }
    let token = second.token();
    let rejected = browser.post(
        "/verify",
        &[("token", &token), ("password", "owner@example.org")],
    );
    rejected.assert_page(422, "Error: Choose a password");
    browser
        .post(
            "/verify",
            &[("token", &token), ("password", "pebble orbit cinnamon")],
        )
        .assert_redirect("/login");
    for password in [PASSWORD, OTHER_PASSWORD] {
        assert_eq!(app.browser().log_in(email, password).status, 422);
    }
    browser
        .log_in(email, "pebble orbit cinnamon")
        .assert_redirect("/dashboard");
    assert!(
        !browser.get("/dashboard").body.contains("Mallory"),
        "the attacker's name is dropped, too"
    );
}

#[test]
fn expired_sign_up_frees_the_address() {
    let app = TestApp::start();
    app.browser()
        .post("/signup", &form("ada@example.org", PASSWORD));
    app.advance(Duration::from_hours(24));
    app.browser()
        .post("/signup", &form("ada@example.org", OTHER_PASSWORD));
    assert_eq!(
        app.email_to("ada@example.org").subject,
        "Confirm your email address – Vestibule"
    );
}

#[test]
fn addresses_are_taken_as_browsers_send_them() {
    let app = TestApp::start();
    for (typed, stored) in [
        ("o'hara+news@example.org", "o'hara+news@example.org"),
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
        ("\u{200b}ada@x\u{a0}", "ada@x"),
        ("a..b@x", "a..b@x"),
    ] {
        app.browser()
            .post("/signup", &form(typed, PASSWORD))
            .assert_redirect("/signup/sent");
        let message = app.email_to(stored);
        // A mail server gets an unusual local part in quotes.
        let sent = message.header("To").replace('"', "");
        assert!(sent.contains(stored), "{}", message.headers);
    }
}

#[test]
fn okta_2024_all_256_characters_of_a_password_count() {
    let app = TestApp::start();
    let long: String = (0..256)
        .map(|number: u32| char::from(b'!' + u8::try_from(number * number % 89).expect("below 89")))
        .collect();
    let browser = app.register("ada@example.org", &long);
    let mut other = long.clone();
    other.replace_range(255.., "~");
    assert_eq!(browser.log_in("ada@example.org", &other).status, 422);
    assert_eq!(browser.log_in("ada@example.org", &long[..72]).status, 422);
    browser
        .log_in("ada@example.org", &long)
        .assert_redirect("/dashboard");
}

#[test]
fn logged_in_form_redirects() {
    let app = TestApp::start();
    let browser = app.register_and_log_in("ada@example.org", PASSWORD);
    for path in ["/", "/signup", "/login"] {
        browser.get(path).assert_redirect("/dashboard");
    }
    browser
        .post("/signup", &form("new@example.org", PASSWORD))
        .assert_redirect("/dashboard");
    assert!(app.emails_to("new@example.org").is_empty());
}

/// Without our script a button can be pressed twice. A browser also repeats a form after a broken
/// connection.
#[test]
fn same_form_twice_is_one_sign_up() {
    let app = TestApp::start();
    let browser = app.browser();
    let form_id = browser.get("/signup").value("form_id");
    let press = || press(&app, &form_id, PASSWORD);
    assert_eq!([press(), press()], [1, 1]);
    let token = app.email_to(EMAIL).token();
    browser
        .post("/verify", &[("token", &token)])
        .assert_redirect("/login");
    browser
        .log_in(EMAIL, PASSWORD)
        .assert_redirect("/dashboard");
}

/// A user who corrects a form must get the corrected values. A later form gets another email.
/// Another form id is another user.
#[test]
fn changed_or_late_form_is_another_sign_up() {
    for (form_id, password, later) in [
        ("mine", OTHER_PASSWORD, 0),
        ("another", PASSWORD, 0),
        ("mine", PASSWORD, 10),
    ] {
        let app = TestApp::start();
        assert_eq!(press(&app, "mine", PASSWORD), 1);
        app.advance(Duration::from_secs(later));
        assert_eq!(
            press(&app, form_id, password),
            2,
            "{form_id} {password} {later}"
        );
        assert_eq!(app.email_to(EMAIL).subject, "Choose a password – Vestibule");
    }
}

#[test]
fn form_without_valid_id_is_another_sign_up() {
    for form_id in ["", &"x".repeat(65)] {
        let app = TestApp::start();
        assert_eq!(
            [(); 2].map(|()| press(&app, form_id, PASSWORD)),
            [1, 2],
            "{form_id}"
        );
    }
    let app = TestApp::start();
    let [one, two] = [(); 2].map(|()| app.browser().get("/signup").value("form_id"));
    assert!(one.len() > 20 && one != two);
}

/// Sends the sign-up form with this id. Returns the number of emails so far.
fn press(app: &TestApp, form_id: &str, password: &str) -> usize {
    let form = [
        ("email", EMAIL),
        ("password", password),
        ("form_id", form_id),
    ];
    app.browser()
        .post("/signup", &form)
        .assert_redirect("/signup/sent");
    app.emails_to(EMAIL).len()
}
