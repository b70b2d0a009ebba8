//! No response reveals which addresses have accounts: status, headers, page and work are the same.

use crate::support::{PASSWORD, Response, TestApp};

/// Returns a response without the parts that differ in each request.
fn visible(response: &Response, email: &str) -> (u16, Vec<(String, String)>, String) {
    let mut headers: Vec<(String, String)> = response
        .headers
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_str().expect("ASCII").to_owned()))
        .filter(|(name, _)| name != "date" && name != "x-request-id")
        .map(|(name, value)| {
            // The flash cookie contains the address and is signed. Its length and attributes must
            // not reveal anything.
            let value = if name == "set-cookie" {
                format!(
                    "{} {}",
                    value.len(),
                    value.split_once("; ").expect("attributes").1
                )
            } else {
                value
            };
            (name, value)
        })
        .collect();
    headers.sort();
    let body = response.body_without_id().replace(email, "EMAIL");
    (response.status, headers, body)
}

/// Returns addresses of one length: with an account that has a password, an authenticator app too,
/// or a passkey only, with a pending sign-up, and with nothing.
fn addresses(app: &TestApp) -> [&'static str; 5] {
    app.register("known@example.org", PASSWORD);
    app.with_second_step("coded@example.org");
    let (browser, passkey) = app.with_passkey("keyed@example.org");
    let remove = "/account/password/remove";
    let answer = passkey.answer(&browser.get(remove), app);
    browser
        .post(remove, &[("passkey", &answer)])
        .assert_redirect("/account/security");
    app.browser().sign_up("waits@example.org", PASSWORD);
    [
        "known@example.org",
        "coded@example.org",
        "keyed@example.org",
        "waits@example.org",
        "empty@example.org",
    ]
}

#[test]
fn every_form_responds_alike_for_all_addresses() {
    let app = TestApp::start();
    let addresses = addresses(&app);
    for (path, fields, status) in [
        ("/login", vec![("password", "some wrong password")], 422),
        ("/password/forgot", vec![], 303),
        ("/verify/resend", vec![], 303),
        (
            "/signup",
            vec![
                ("password", "pebble orbit cinnamon"),
                ("name", "x"),
                ("form_id", "\0"),
            ],
            303,
        ),
    ] {
        let responses = addresses.map(|email| {
            let browser = app.browser();
            let fields: Vec<_> = [("email", email)]
                .into_iter()
                .chain(fields.clone())
                .collect();
            let response = browser.post(path, &fields);
            let next = match response.header("location") {
                "" => None,
                location => Some(visible(&browser.get(location), email)),
            };
            (visible(&response, email), next)
        });
        let ((answered, ..), _) = &responses[0];
        assert_eq!(*answered, status, "{path}");
        for (email, response) in addresses.iter().zip(&responses) {
            assert_eq!(*response, responses[0], "{path} {email}");
        }
    }
}

/// A request that only reads would be faster than one that waits for the disk. So each of them
/// writes.
#[test]
fn every_form_writes_for_all_addresses() {
    let app = TestApp::start();
    for email in addresses(&app) {
        for (path, fields, status) in [
            (
                "/login",
                vec![("email", email), ("password", "some wrong password")],
                422,
            ),
            ("/password/forgot", vec![("email", email)], 303),
            ("/verify/resend", vec![("email", email)], 303),
            (
                "/signup",
                vec![
                    ("email", email),
                    ("password", "pebble orbit cinnamon"),
                    ("name", "x"),
                ],
                303,
            ),
        ] {
            let before = app.home.content();
            let response = app.browser().post(path, &fields);
            assert_eq!(response.status, status, "{path} {email}");
            assert_ne!(app.home.content(), before, "{path} {email}");
        }
    }
}
