//! The database goes away and comes back. Requests get a 503 with a date, never a 500, a hang, a
//! cleared cookie or a redirect to the login. The server recovers by itself.

use std::sync::Arc;
use std::time::{Duration, Instant};

use vestibule::clock::Clock;
use vestibule::config::DatabaseUrl;

use crate::proxy::Proxy;
use crate::support::behind::{DOCUMENT, SCRIPT};
use crate::support::postgres::Postgres;
use crate::support::{
    Browser, Home, PASSWORD, Process, Response, TestApp, at_once, behind_a_proxy,
};

const EMAIL: &str = "ada@example.org";

fn app_on(server_url: &str) -> TestApp {
    TestApp::start_in(Arc::new(Home::on(server_url)), Clock::System, |_| {})
}

fn app_behind_a_proxy(server: &Postgres) -> (TestApp, Proxy) {
    let proxy = Proxy::to(server.port());
    let home = Home::on(&server.url("postgres"));
    let url = home.variables()[0].1.replace(
        &format!(":{}", server.port()),
        &format!(":{}", proxy.port()),
    );
    let url = DatabaseUrl::parse(&url).expect("a URL");
    let app = TestApp::start_in(Arc::new(home), Clock::System, |settings| {
        settings.database = url;
    });
    (app, proxy)
}

/// Measures the bound of three seconds, because the product promises it.
#[expect(clippy::disallowed_methods, reason = "a stopwatch")]
fn within_three_seconds(ask: impl FnOnce() -> Response) -> Response {
    let begun = Instant::now();
    let response = ask();
    assert!(
        begun.elapsed() < Duration::from_secs(3),
        "{:?}",
        begun.elapsed()
    );
    response
}

fn assert_unavailable(browser: &Browser) {
    let form = [("email", EMAIL), ("password", PASSWORD)];
    for response in [
        within_three_seconds(|| browser.get("/dashboard")),
        within_three_seconds(|| browser.post("/password/forgot", &form)),
        within_three_seconds(|| browser.post("/login", &form)),
        within_three_seconds(|| browser.post("/logout", &[])),
        within_three_seconds(|| {
            browser.get("/verify?token=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
        }),
    ] {
        response.assert_page(503, "Sorry, we’re not available right now");
        assert_ne!(response.header("retry-after"), "");
        assert!(
            response.set_cookies("session").is_empty(),
            "{:?}",
            response.headers
        );
    }
    assert_eq!(within_three_seconds(|| browser.get("/readyz")).status, 503);
    assert_eq!(browser.get("/healthz").status, 200);
    assert_eq!(
        browser.get("/signup").status,
        503,
        "who is signed in can't be known"
    );
}

/// Repeats a request until it works, for two seconds at most.
#[expect(clippy::disallowed_methods, reason = "a stopwatch")]
fn assert_well_again(browser: &Browser) {
    let begun = Instant::now();
    while browser.get("/dashboard").status != 200 {
        assert!(begun.elapsed() < Duration::from_secs(2), "not well again");
    }
    browser
        .post("/password/forgot", &[("email", EMAIL)])
        .assert_redirect("/password/sent");
    assert_eq!(browser.get("/readyz").status, 200);
}

#[test]
fn database_outage_is_503_until_it_returns() {
    let server = Postgres::start();
    let app = app_on(&server.url("postgres"));
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    server.stop();
    assert_unavailable(&browser);
    assert_eq!(
        app.browser().get("/login").status,
        200,
        "what needs no data goes on"
    );
    server.start_again();
    assert_well_again(&browser);
    server.crash();
    assert_unavailable(&browser);
    server.start_again();
    assert_well_again(&browser);
}

/// Without the database, it is unknown who may open the app. It stays closed, and no browser is
/// sent to a login that cannot work either.
#[test]
fn database_outage_closes_apps_with_503() {
    let server = Postgres::start();
    let home = Arc::new(Home::on(&server.url("postgres")));
    let app = TestApp::start_in(home, Clock::System, behind_a_proxy);
    app.register(EMAIL, PASSWORD);
    app.open_app("wiki");
    let (wiki, login) = app.opened_wiki(EMAIL);
    let enter = wiki.begin(&app, "/");
    let done = wiki.code(&login, &app, "/");
    server.stop();
    for response in [
        within_three_seconds(|| wiki.check("GET", "/", &DOCUMENT)),
        within_three_seconds(|| wiki.check("GET", "/", &SCRIPT)),
        within_three_seconds(|| wiki.check_by_nginx("GET", "/", &DOCUMENT)),
        within_three_seconds(|| wiki.get(&done)),
        within_three_seconds(|| login.get(&enter)),
    ] {
        assert_eq!(response.status, 503, "{}", response.body);
        assert_ne!(response.header("retry-after"), "");
        for absent in ["location", "set-cookie", "remote-user"] {
            assert_eq!(response.header(absent), "", "{absent}");
        }
    }
    server.start_again();
    wiki.assert_open();
}

/// Connections from before the restart are broken, and none is used.
#[test]
fn database_restart_between_requests_causes_no_error() {
    let server = Postgres::start();
    let app = app_on(&server.url("postgres"));
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    for _ in 0..2 {
        server.stop();
        server.start_again();
        assert_eq!(browser.get("/dashboard").status, 200);
        browser
            .post("/verify/resend", &[("email", EMAIL)])
            .assert_redirect("/signup/sent");
    }
}

#[test]
fn silent_network_is_503_until_it_recovers() {
    let server = Postgres::start();
    let (app, proxy) = app_behind_a_proxy(&server);
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    proxy.swallow();
    assert_unavailable(&browser);
    proxy.heal();
    assert_well_again(&browser);
}

/// Connections from before the outage may lead to a server that has lost its place as the primary.
#[test]
fn connections_from_before_an_outage_are_dropped() {
    let server = Postgres::start();
    let (app, proxy) = app_behind_a_proxy(&server);
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    let statuses = || {
        let asks = (0..40).map(|_| {
            let browser = app.with_session_of(&browser);
            Box::new(move || browser.get("/dashboard").status) as Box<dyn FnOnce() -> u16 + Send>
        });
        at_once(asks.collect())
    };
    // Opens several connections.
    assert_eq!(statuses(), [200; 40]);
    proxy.swallow();
    assert_eq!(browser.get("/dashboard").status, 503);
    proxy.heal();
    assert_eq!(statuses(), [200; 40]);
}

/// A login has several operations, and each of them waits.
#[test]
fn slow_operations_of_a_request_share_one_wait() {
    let server = Postgres::start();
    let app = app_on(&server.url("postgres"));
    app.register(EMAIL, PASSWORD);
    app.home.sql(
        "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS \
           'BEGIN PERFORM pg_sleep(1.5); RETURN NEW; END';
         CREATE TRIGGER slow BEFORE INSERT ON login_failures \
           FOR EACH ROW EXECUTE FUNCTION slow();
         CREATE TRIGGER slow BEFORE INSERT ON sessions \
           FOR EACH ROW EXECUTE FUNCTION slow();",
    );
    let form = [("email", EMAIL), ("password", PASSWORD)];
    let response = within_three_seconds(|| app.browser().post("/login", &form));
    response.assert_page(503, "Sorry, we’re not available right now");
    assert_eq!(app.home.count("sessions", "TRUE"), 0);
}

/// One connection holds a lock on writes, as an operator at a console may.
#[test]
fn held_lock_is_503_and_changes_nothing_later() {
    use diesel::connection::SimpleConnection;
    use diesel::{Connection, PgConnection};
    let server = Postgres::start();
    let app = app_on(&server.url("postgres"));
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    let before = app.emails_to(EMAIL).len();
    let mut other = PgConnection::establish(&app.home.variables()[0].1).expect("connects");
    other
        .batch_execute("BEGIN; LOCK TABLE outbox, events IN EXCLUSIVE MODE")
        .expect("locks");
    std::thread::scope(|scope| {
        let forgot =
            || within_three_seconds(|| app.browser().post("/password/forgot", &[("email", EMAIL)]));
        let waiting: Vec<_> = (0..20).map(|_| scope.spawn(forgot)).collect();
        for _ in 0..20 {
            let page = within_three_seconds(|| browser.get("/dashboard"));
            assert_eq!(
                page.status, 200,
                "who reads does not wait for those who write"
            );
        }
        for response in waiting {
            response
                .join()
                .expect("answers")
                .assert_page(503, "Sorry, we’re not available right now");
        }
    });
    other.batch_execute("ROLLBACK").expect("unlocks");
    browser
        .post("/password/forgot", &[("email", EMAIL)])
        .assert_redirect("/password/sent");
    assert_eq!(app.emails_to(EMAIL).len(), before + 1);
}

/// The database's host and this one may start at the same time.
#[test]
fn start_waits_for_the_database() {
    let server = Postgres::start();
    let home = Arc::new(Home::on(&server.url("postgres")));
    server.stop();
    std::thread::scope(|scope| {
        let app = scope.spawn(|| TestApp::start_in(Arc::clone(&home), Clock::System, |_| {}));
        server.start_again();
        assert_eq!(
            app.join().expect("starts").browser().get("/readyz").status,
            200
        );
    });
}

/// In a container, the program is the first process. Without a signal handler, it would not get the
/// signal at all.
#[test]
fn waiting_start_can_be_stopped() {
    let server = Postgres::start();
    let home = Home::on(&server.url("postgres"));
    server.stop();
    let mut command = Process::command(&home, &[], &[]);
    let mut child = command
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("starts");
    let mut log = std::io::BufReader::new(child.stderr.take().expect("piped"));
    let mut line = String::new();
    std::io::BufRead::read_line(&mut log, &mut line).expect("a line");
    assert!(line.contains("waiting for database"), "{line}");
    let sent = std::process::Command::new("kill")
        .args(["-TERM", &child.id().to_string()])
        .status();
    assert!(sent.expect("kill runs").success());
    assert_eq!(child.wait().expect("ends").code(), Some(0));
}

#[test]
fn missing_database_is_one_line_without_password() {
    let server = Postgres::start();
    let url = server
        .url("nowhere")
        .replace("vestibule@", "vestibule:hunter2@");
    let url = DatabaseUrl::parse(&url).expect("a URL");
    let Err(error) = vestibule::db::Db::open(&url, Duration::ZERO) else {
        panic!("there is no such database")
    };
    let line = error.to_string();
    assert!(
        line.contains("127.0.0.1/nowhere") && line.contains("does not exist"),
        "{line}"
    );
    assert!(
        !line.contains("hunter2") && line.lines().count() == 1,
        "{line}"
    );
}

/// Of several hosts in one URL the primary is used, and a host that became a standby is left.
#[test]
fn read_only_server_is_not_the_primary() {
    let (one, two) = (Postgres::start(), Postgres::start());
    let reads_only = |server: &Postgres, yes: bool| {
        let setting = if yes { "on" } else { "off" };
        sql(
            &server.url("postgres"),
            &format!("ALTER SYSTEM SET default_transaction_read_only = {setting}"),
        );
        sql(&server.url("postgres"), "SELECT pg_reload_conf()");
    };
    let home = Home::on(&two.url("postgres"));
    let database = home.variables()[0]
        .1
        .rsplit_once('/')
        .expect("a path")
        .1
        .to_owned();
    sql(&one.url("postgres"), &format!("CREATE DATABASE {database}"));
    reads_only(&one, true);
    let both = format!(
        "postgres://vestibule@127.0.0.1:{},127.0.0.1:{}/{database}",
        one.port(),
        two.port()
    );
    let both = DatabaseUrl::parse(&both).expect("a URL");
    let app = TestApp::start_in(Arc::new(home), Clock::System, |settings| {
        settings.database = both;
    });
    let browser = app.register_and_log_in(EMAIL, PASSWORD);
    two.stop();
    assert_unavailable(&browser);
    two.start_again();
    assert_well_again(&browser);

    let only = DatabaseUrl::parse(&one.url(&database)).expect("a URL");
    let Err(error) = vestibule::db::Db::open(&only, Duration::ZERO) else {
        panic!("it only reads")
    };
    assert!(error.to_string().contains("read-only"), "{error}");
}

/// The role that serves need not be allowed to change the schema.
#[test]
fn role_without_schema_rights_serves_after_migration() {
    let server = Postgres::start();
    let home = Home::on(&server.url("postgres"));
    let url = home.variables()[0].1.clone();
    let serving = url.replace("vestibule@", "serving@");
    sql(&url, "CREATE ROLE serving LOGIN");
    let rejected = Process::output(&home, &["migrate"], &[("DATABASE_URL", &serving)]);
    let line = String::from_utf8(rejected.stderr).expect("UTF-8");
    assert!(
        rejected.status.code() == Some(1) && line.contains("the role serving may not change"),
        "{line}"
    );
    assert!(Process::output(&home, &["migrate"], &[]).status.success());
    sql(
        &url,
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO serving",
    );
    let process = Process::serve(&home, &[("DATABASE_URL", &serving)]);
    let form = [("email", EMAIL), ("password", PASSWORD)];
    process
        .browser()
        .post("/signup", &form)
        .assert_redirect("/signup/sent");
    assert_eq!(process.browser().get("/readyz").status, 200);
}

/// Starts the server, which must exit with status 1. Returns its one-line error.
pub fn rejected_line(home: &Home, url: &str) -> String {
    let rejected = Process::output(home, &[], &[("DATABASE_URL", url)]);
    let line = String::from_utf8(rejected.stderr).expect("UTF-8");
    assert_eq!(
        (rejected.status.code(), line.lines().count()),
        (Some(1), 1),
        "{line}"
    );
    line
}

#[test]
fn each_missing_right_is_one_line() {
    let server = Postgres::start();
    let home = Home::on(&server.url("postgres"));
    let url = home.variables()[0].1.clone();
    let serving = url.replace("vestibule@", "serving@");
    assert!(Process::output(&home, &["migrate"], &[]).status.success());
    sql(&url, "CREATE ROLE serving LOGIN");
    sql(&url, "REVOKE ALL ON SCHEMA public FROM PUBLIC");
    for (grant, reason) in [
        ("", "GRANT USAGE ON SCHEMA public TO serving"),
        (
            "USAGE ON SCHEMA public",
            "may not read __diesel_schema_migrations:",
        ),
        (
            "SELECT ON __diesel_schema_migrations",
            "rights on admin_log, app_groups, app_logins, app_origins, app_secrets, apps, events,",
        ),
        (
            "SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public",
            "rights on admin_log, app_groups, app_logins,",
        ),
    ] {
        if !grant.is_empty() {
            sql(&url, &format!("GRANT {grant} TO serving"));
        }
        let line = rejected_line(&home, &serving);
        assert!(
            line.contains(reason) && line.contains("serving"),
            "{grant}: {line}"
        );
    }
    sql(
        &url,
        "GRANT DELETE ON ALL TABLES IN SCHEMA public TO serving",
    );
    // The table of another app does not matter.
    sql(
        &url,
        "CREATE ROLE other; CREATE TABLE theirs (id INT); ALTER TABLE theirs OWNER TO other",
    );
    let process = Process::serve(&home, &[("DATABASE_URL", &serving)]);
    assert_eq!(process.browser().get("/readyz").status, 200);
}

/// Names such as `Łukasz` could not be stored.
#[test]
fn database_in_another_encoding_is_rejected() {
    let server = Postgres::start();
    let home = Home::on(&server.url("postgres"));
    let other = server.url("latin");
    sql(
        &server.url("postgres"),
        "CREATE DATABASE latin ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0",
    );
    let line = rejected_line(&home, &other);
    assert!(line.contains("encoding is LATIN1, must be UTF8"), "{line}");
}

fn sql(url: &str, text: &str) {
    use diesel::connection::SimpleConnection;
    use diesel::{Connection, PgConnection};
    PgConnection::establish(url)
        .expect("connects")
        .batch_execute(text)
        .expect("runs");
}
