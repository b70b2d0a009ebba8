//! Every look-up uses an index. The test runs everything, collects the statements, and asks SQLite
//! for each plan. It tests queries, not speed: with a few rows a full scan is quick, too.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use diesel::connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation};
use diesel::{QueryableByName, RunQueryDsl, sql_query, sql_types};
use serde_json::json;
use vestibule::clock::Clock;

use crate::support::smtp::SmtpSink;
use crate::support::{Home, OTHER_PASSWORD, PASSWORD, Process, TestApp, eventually};

/// The statements of each folder's programs. Other tests may run in the same process.
static STATEMENTS: Mutex<BTreeMap<PathBuf, BTreeSet<String>>> = Mutex::new(BTreeMap::new());

fn statements() -> MutexGuard<'static, BTreeMap<PathBuf, BTreeSet<String>>> {
    STATEMENTS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Collects the statements of one connection.
#[derive(Default)]
struct WriteDown(PathBuf);

impl Instrumentation for WriteDown {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        match event {
            InstrumentationEvent::StartEstablishConnection { url, .. } => {
                self.0 = PathBuf::from(url);
            }
            InstrumentationEvent::StartQuery { query, .. } => {
                let text = query.to_string();
                let statement = text.split(" -- binds").next().unwrap_or_default();
                let mut all = statements();
                if let Some((_, of_home)) = all
                    .iter_mut()
                    .find(|(folder, _)| self.0.starts_with(folder))
                {
                    of_home.insert(statement.to_owned());
                }
            }
            _ => {}
        }
    }
}

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = sql_types::Text)]
    detail: String,
}

/// Returns SQLite's plan of a statement.
fn plan(home: &Home, statement: &str) -> Vec<String> {
    let steps: Vec<Step> = sql_query(format!("EXPLAIN QUERY PLAN {statement}"))
        .load(&mut home.sqlite())
        .expect(statement);
    steps.into_iter().map(|step| step.detail).collect()
}

/// Returns the plan steps that read a whole table.
fn scans(home: &Home, statements: &BTreeSet<String>) -> Vec<String> {
    let mut scans = Vec::new();
    for statement in statements {
        let plan = plan(home, statement);
        // A list with a limit may walk along an index, but not sort all rows.
        let is_list = statement.contains(" ORDER BY ")
            && statement.contains(" LIMIT ")
            && !plan.iter().any(|step| step.contains("TEMP B-TREE"));
        // `instance` has a handful of rows, `apps` and their origins as many as there are apps. The
        // index of administrators has those only.
        let is_small = |step: &str| {
            [
                " instance",
                " apps",
                " app_origins",
                " users USING INDEX users_administrators",
                " __diesel_schema_migrations",
                " CONSTANT ROW",
            ]
            .iter()
            .any(|table| step.contains(table))
        };
        let long = plan
            .into_iter()
            .filter(|step| step.starts_with("SCAN") && !is_list && !is_small(step));
        scans.extend(long.map(|step| format!("{step}: {statement}")));
    }
    scans
}

#[test]
fn no_statement_scans_a_whole_table() {
    set_default_instrumentation(|| Some(Box::new(WriteDown::default())))
        .expect("this test alone sets one");
    let homes = [Arc::new(Home::new()), Arc::new(Home::new())];
    for home in &homes {
        statements().insert(
            fs::canonicalize(home.path()).expect("it is there"),
            BTreeSet::new(),
        );
    }
    let app = TestApp::start_in(Arc::clone(&homes[0]), Clock::System, |settings| {
        settings.cleanup_every = Duration::from_millis(50);
        settings.limits = true;
    });
    live(&app);
    deliver(&homes[1]);
    // A clean-up has no visible end except its last statement.
    let last = "FROM `known_devices` WHERE (`known_devices`.`last_used_at`";
    eventually(|| {
        statements()
            .values()
            .flatten()
            .any(|statement| statement.contains(last))
    });

    let looks = ["SELECT", "UPDATE", "DELETE"];
    // diesel writes an empty list like this. SQLite reads nothing.
    let is_for_nothing = |text: &str| text.contains("(1=0)");
    // This counts the authenticator apps of each secret, once at the start.
    let is_of_start = |text: &str| text.contains("GROUP BY `totp_credentials`.`key_id`");
    let is_look_up = |text: &&String| {
        looks.iter().any(|verb| text.starts_with(verb))
            && !is_for_nothing(text)
            && !is_of_start(text)
    };
    let looking: BTreeSet<String> = statements()
        .values()
        .flatten()
        .filter(is_look_up)
        .cloned()
        .collect();
    assert!(
        looking.len() > 80,
        "a whole life takes more than {}",
        looking.len()
    );
    assert_eq!(scans(&app.home, &looking), [""; 0]);
    // A dashboard counts the live sessions without reading each row.
    let dashboard = looking
        .iter()
        .find(|text| text.contains("COUNT(*)") && text.contains("JOIN users"))
        .expect("its query");
    let steps = plan(&app.home, dashboard);
    assert!(
        steps
            .iter()
            .any(|step| step.contains("COVERING INDEX sessions_open")),
        "{steps:?}"
    );
    // Each dropped index must be missed, or the test would prove nothing.
    for index in [
        "links_by_subject",
        "group_members_by_group",
        "users_by_age",
        "outbox_by_subject",
        "events_by_time",
    ] {
        app.home.sql(&format!("DROP INDEX {index}"));
    }
    assert!(
        scans(&app.home, &looking).len() >= 5,
        "{:?}",
        scans(&app.home, &looking)
    );
}

/// Does everything that users, programs and administrators do.
fn live(app: &TestApp) {
    let email = "ada@example.org";
    let browser = app.register_and_log_in(email, PASSWORD);
    app.register("root@example.org", PASSWORD);
    let made = Process::output(&app.home, &["user", "make-admin", "root@example.org"], &[]);
    assert!(
        made.status.success(),
        "{}",
        String::from_utf8_lossy(&made.stderr)
    );
    for address in [email, "nobody@example.org", "waits@example.org"] {
        app.browser().sign_up(address, OTHER_PASSWORD);
        app.browser().post("/verify/resend", &[("email", address)]);
        app.browser().log_in(address, OTHER_PASSWORD);
    }
    let profile = [
        ("name", "Ada"),
        ("handle", "countess"),
        ("bio", ""),
        ("public", "on"),
    ];
    browser.post("/account/profile", &profile);
    app.open_app("wiki");
    let host = [("host", "wiki.localhost")];
    assert_eq!(browser.send("GET", "/.vestibule/in", &host, "").status, 303);
    for page in [
        "/",
        "/dashboard",
        "/account/apps",
        "/account",
        "/account/profile",
        "/account/sessions",
        "/account/activity",
        "/account/tokens",
        "/account/email",
        "/account/password",
        "/account/export",
        "/account/delete",
        "/people",
        "/people?q=co",
        "/people/countess",
        "/dev/mailbox",
        "/readyz",
    ] {
        assert!(browser.get(page).status < 400, "{page}");
    }
    let other = app.log_in(email, PASSWORD);
    other.post("/account/sessions/end-others", &[]);
    other.post("/account/tokens", &[("name", "script"), ("days", "30")]);
    other.post("/account/export", &[]);
    let change = [
        ("current_password", PASSWORD),
        ("password", OTHER_PASSWORD),
        ("end_others", "on"),
    ];
    other.post("/account/password", &change);
    other.post("/account/email", &[("email", "ada@example.net")]);
    let undo = app
        .email_about(email, "Your password was changed – Vestibule")
        .undo_token();
    let confirm = app.email_to("ada@example.net").token();
    other
        .post("/account/email/confirm", &[("token", &confirm)])
        .assert_redirect("/account");
    app.browser().get(&format!("/undo?token={undo}"));
    app.browser()
        .post("/undo", &[("token", &undo)])
        .assert_redirect("/password/sent");
    let reset = app.email_to(email).token();
    app.browser()
        .reset_password(&reset, PASSWORD)
        .assert_redirect("/login");

    let tokens = app.tokens("root@example.org", PASSWORD);
    let admin = app.program_with(&tokens.access);
    for path in [
        "/api/v1/me",
        "/api/v1/me/sessions",
        "/api/v1/me/activity",
        "/api/v1/people",
        "/api/v1/people?q=a",
        "/api/v1/people/countess",
        "/api/v1/users",
        "/api/v1/users?q=ada",
    ] {
        assert!(admin.get(path).status < 400, "{path}");
    }
    let id = admin.get("/api/v1/users?q=ada").json()["items"][0]["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    for act in ["lock", "unlock", "end-sessions"] {
        assert_eq!(
            admin
                .send("POST", &format!("/api/v1/users/{id}/{act}"), &[], "")
                .status,
            200,
            "{act}"
        );
    }
    app.program().post(
        "/api/v1/token/refresh",
        &json!({ "refresh_token": tokens.refresh }),
    );
    let last = app.log_in(email, PASSWORD);
    last.post("/account/delete", &[("current_password", PASSWORD)])
        .assert_redirect("/");
}

/// Runs the mail worker.
fn deliver(home: &Arc<Home>) {
    let sink = SmtpSink::start();
    let smtp = vestibule::config::SmtpUrl::parse(&sink.url());
    let app = TestApp::start_in(Arc::clone(home), Clock::System, |settings| {
        settings.mail.smtp = smtp;
        settings.edge.metrics_listen = Some(([127, 0, 0, 1], 0).into());
    });
    app.browser().sign_up("ada@example.org", PASSWORD);
    sink.wait_until(|received| !received.is_empty());
    crate::support::Browser::new(app.metrics.as_deref().expect("it listens")).get("/metrics");
}
