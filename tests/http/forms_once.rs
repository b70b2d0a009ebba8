//! Every form takes effect once: a second press of its button gets the result of the first one.

use std::io::Write;
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use vestibule::clock::Clock;

use crate::all_forms::{EMAIL, FORM_ID, FORMS, Form, change_password, create_token, log_in};
use crate::support::{Home, PASSWORD, Process, Response, TestApp, at_once, eventually};

/// Presses a form twice at the same moment, as a browser does that drops the first request.
fn press_at_once(app: &TestApp, form: Form) -> Vec<Response> {
    let other = Form {
        browser: app.with_cookies_of(&form.browser),
        path: form.path.clone(),
        fields: form.fields.clone(),
    };
    at_once(vec![
        Box::new(move || form.press()) as Box<dyn FnOnce() -> Response + Send>,
        Box::new(move || other.press()),
    ])
}

fn cookies(response: &Response) -> Vec<String> {
    let cookies = response.headers.get_all("set-cookie").iter();
    cookies
        .map(|cookie| cookie.to_str().expect("ASCII").to_owned())
        .collect()
}

#[track_caller]
fn assert_same(one: &Response, other: &Response) {
    let parts = |response: &Response| {
        let cookies = cookies(response);
        let location = response.header("location").to_owned();
        (response.status, location, cookies, response.body.clone())
    };
    assert_eq!(parts(one), parts(other));
}

/// Returns the number of rows of each kind, without the results of forms.
fn effects(app: &TestApp) -> Vec<String> {
    let rows = app.home.rows().into_iter();
    let tables = rows.map(|row| row.split('\t').next().unwrap_or_default().to_owned());
    tables.filter(|table| table != "form_results").collect()
}

fn count(app: &TestApp, table: &str) -> i64 {
    app.home.count(table, "TRUE")
}

// ---- Twice ----

#[test]
fn second_press_of_any_form_changes_nothing() {
    for arrange in FORMS {
        let app = TestApp::start();
        let form = arrange(&app);
        let first = form.press();
        assert_eq!(first.status, 303, "{} {}", form.path, first.body);
        let rows = app.home.rows();
        assert_same(&first, &form.press());
        assert_eq!(rows, app.home.rows(), "{}", form.path);
    }
}

#[test]
fn parallel_presses_of_any_form_take_effect_once() {
    for arrange in FORMS {
        let [once, twice] = [(); 2].map(|()| TestApp::start());
        arrange(&once).press();
        let form = arrange(&twice);
        let path = form.path.clone();
        let responses = press_at_once(&twice, form);
        assert_eq!(responses[0].status, 303, "{path} {}", responses[0].body);
        assert_same(&responses[0], &responses[1]);
        assert_eq!(effects(&once), effects(&twice), "{path}");
    }
}

#[test]
fn second_press_keeps_the_user_logged_in() {
    let app = TestApp::start();
    let form = change_password(&app);
    let late = app.with_cookies_of(&form.browser);
    form.press().assert_redirect("/account");
    form.press_in(&late).assert_redirect("/account");
    assert_eq!(late.cookie("session"), form.browser.cookie("session"));
    assert_eq!(
        late.get("/account").notice(),
        form.browser.get("/account").notice()
    );
}

/// A browser without script drops the first response, and with it the renewed session.
#[test]
fn second_press_of_download_stays_logged_in() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    app.advance(Duration::from_mins(11));
    let form = Form::new(
        browser,
        "/account/export",
        &[("current_password", PASSWORD)],
    );
    let late = app.with_cookies_of(&form.browser);
    assert_eq!(form.press().status, 200);
    form.press_in(&late).assert_redirect("/account/export");
    assert_eq!(late.cookie("session"), form.browser.cookie("session"));
    let page = late.get("/account/export");
    page.assert_page(200, "Download your data");
    assert_eq!(
        page.notice(),
        "If your download hasn’t started, choose “Download your data” again."
    );
    assert_eq!(count(&app, "sessions"), 1);
    // With the new session it is another download.
    assert_eq!(form.press().status, 200);
    assert_eq!(app.events("exported"), 2);
}

#[test]
fn failed_form_pressed_twice_counts_once() {
    let app = TestApp::start();
    app.register_and_log_in(EMAIL, PASSWORD);
    let fields = [("email", EMAIL), ("password", "wrong")];
    let form = Form::new(app.browser(), "/login", &fields);
    let first = form.press();
    assert_eq!(first.status, 422);
    assert_same(&first, &form.press());
    let failures = app
        .home
        .lines("SELECT CAST(consecutive AS TEXT) AS line FROM login_failures");
    assert_eq!(failures, ["1"]);
    let again = first.value("form_id");
    assert!(again.len() > 20 && again != FORM_ID.1, "{again}");
}

#[test]
fn second_press_works_after_the_client_left() {
    let app = TestApp::start();
    let form = log_in(&app);
    let app = app.restart_with(|settings| settings.bcrypt_cost = 10);
    let emails = app.emails_to(EMAIL).len();
    let body = format!(
        "email={EMAIL}&password={}&form_id={}",
        PASSWORD.replace(' ', "+"),
        FORM_ID.1
    );
    let head = format!(
        "POST /login HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: same-origin\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    let address = app.base.strip_prefix("http://").expect("an address");
    let mut stream = TcpStream::connect(address).expect("connects");
    stream
        .write_all(format!("{head}{body}").as_bytes())
        .expect("sends");
    eventually(|| count(&app, "form_results") == 1);
    drop(stream);
    let browser = app.browser();
    assert_eq!(
        browser.post_raw("/login", &body).status,
        303,
        "{}",
        form.path
    );
    assert_eq!(browser.get("/dashboard").status, 200);
    assert_eq!(
        (count(&app, "sessions"), app.emails_to(EMAIL).len()),
        (2, emails + 1)
    );
}

/// The session is renewed by then. The page does not know by what, and says so.
#[test]
fn late_second_press_claims_nothing() {
    let app = TestApp::start();
    let form = change_password(&app);
    let late = app.with_cookies_of(&form.browser);
    form.press().assert_redirect("/account");
    app.advance(Duration::from_secs(10));
    let response = form.press_in(&late);
    response.assert_page(401, "We can’t tell whether that worked");
    assert!(!response.body.contains("nothing was"), "{}", response.body);
}

// ---- Not the same form ----

#[test]
fn other_content_path_browser_or_time_differs() {
    let app = TestApp::start();
    let form = create_token(app.register_and_log_in(EMAIL, PASSWORD));
    let elsewhere = create_token(app.log_in(EMAIL, PASSWORD));
    form.press().assert_redirect("/account/tokens");
    elsewhere.press().assert_redirect("/account/tokens");
    assert_eq!(count(&app, "personal_tokens"), 2);
    let mut renamed = create_token(app.with_cookies_of(&form.browser));
    renamed.fields[0].1 = "another".to_owned();
    renamed.press().assert_redirect("/account/tokens");
    assert_eq!(count(&app, "personal_tokens"), 3);
    app.advance(Duration::from_secs(10));
    form.press().assert_redirect("/account/tokens");
    assert_eq!(count(&app, "personal_tokens"), 4);

    let emails = app.emails_to(EMAIL).len();
    for path in ["/verify/resend", "/password/forgot"] {
        Form::new(app.browser(), path, &[("email", EMAIL)]).press();
    }
    assert_eq!(app.emails_to(EMAIL).len(), emails + 1);
}

#[test]
fn form_id_alone_gets_an_attacker_nothing() {
    let app = TestApp::start();
    let form = log_in(&app);
    form.press().assert_redirect("/dashboard");
    let mut form_of_attacker = Form::new(app.browser(), "/login", &[]);
    for fields in [
        vec![],
        vec![("email", EMAIL)],
        vec![("email", EMAIL), ("password", "wrong")],
    ] {
        form_of_attacker = Form::new(form_of_attacker.browser, "/login", &fields);
        let response = form_of_attacker.press();
        assert_eq!(response.status, 422, "{}", response.body);
        assert!(form_of_attacker.browser.cookie("session").is_none());
    }
    let token = create_token(form.browser);
    token.press().assert_redirect("/account/tokens");
    let response = token.press_in(&app.browser());
    response.assert_page(401, "Log in to continue");
    assert_eq!(cookies(&response), [""; 0]);
}

#[test]
fn form_without_id_takes_effect_each_time() {
    let app = TestApp::start();
    let mut form = create_token(app.register_and_log_in(EMAIL, PASSWORD));
    form.fields.pop();
    for tokens in [1, 2] {
        form.press().assert_redirect("/account/tokens");
        assert_eq!(count(&app, "personal_tokens"), tokens);
    }
    assert_eq!(count(&app, "form_results"), 0);
}

// ---- What is kept ----

#[test]
fn pages_write_nothing_and_give_new_ids() {
    let app = TestApp::start();
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    let rows = app.home.rows();
    for path in [
        "/account/profile",
        "/account/password",
        "/account/tokens",
        "/account/delete",
    ] {
        let [one, two] = [(); 2].map(|()| browser.get(path).value("form_id"));
        assert!(one.len() > 20 && one != two, "{path}");
    }
    assert_eq!(app.home.rows(), rows);
}

#[test]
fn kept_result_reveals_nothing_and_is_removed() {
    let app = TestApp::start_with(|settings| settings.cleanup_every = Duration::from_millis(5));
    let form = log_in(&app);
    form.press().assert_redirect("/dashboard");
    let session = form.browser.cookie("session").expect("logged in");
    let content = app.home.content();
    for secret in [session.as_str(), FORM_ID.1, PASSWORD, "/dashboard"] {
        let is_there = content
            .windows(secret.len())
            .any(|part| part == secret.as_bytes());
        assert!(!is_there, "{secret}");
    }
    assert!(count(&app, "form_results") > 0);
    app.advance(Duration::from_secs(10));
    eventually(|| count(&app, "form_results") == 0);
}

// ---- Crash ----

#[test]
fn crash_leaves_an_honest_page_and_no_lock() {
    let home = Home::new();
    let fields = [("email", EMAIL), ("password", PASSWORD), FORM_ID];
    let mut process = Process::serve(&home, &[("VESTIBULE_BCRYPT_COST", "14")]);
    let browser = process.browser();
    std::thread::scope(|scope| {
        scope.spawn(move || browser.try_post("/signup", &fields));
        eventually(|| home.count("form_results", "TRUE") == 1);
        process.child.kill().expect("killed");
    });
    drop(process);

    let clock = Clock::fixed(Clock::System.now());
    let app = TestApp::start_in(Arc::new(home), clock, |settings| {
        settings.longest_form_wait = Duration::ZERO;
    });
    let press = || app.browser().post("/signup", &fields);
    press().assert_page(401, "We can’t tell whether that worked");
    let fresh = app.browser().get("/signup").value("form_id");
    let form = [fields[0], fields[1], ("form_id", &fresh)];
    app.browser()
        .post("/signup", &form)
        .assert_redirect("/signup/sent");
    app.advance(Duration::from_secs(30));
    press().assert_redirect("/signup/sent");
}
