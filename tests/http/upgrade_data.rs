//! Writes a database with rows of every kind, which the tests of later upgrades use. `CONTRIBUTING`
//! says when to run it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;
use std::{env, fs};

use serde_json::{Value, json};
use vestibule::clock::{Clock, Timestamp};
use vestibule::config::{PublicUrl, Settings, SignUpMode};

use crate::introspection::client;
use crate::support::{Browser, Home, OTHER_PASSWORD, PASSWORD, TestApp, behind_a_proxy};

const ADA: &str = "ada@example.org";
const KAY: &str = "kay@example.org";
const ROOT: &str = "root@example.org";

fn settings(settings: &mut Settings) {
    behind_a_proxy(settings);
    // Tokens name their server.
    settings.edge.public_url = PublicUrl::parse("http://localhost:8080");
}

#[test]
#[ignore = "writes the folder of tests/upgrades that VESTIBULE_UPGRADE names"]
fn data_of_this_version_is_written() {
    let name = env::var("VESTIBULE_UPGRADE").expect("VESTIBULE_UPGRADE names a folder");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/upgrades")
        .join(name);
    fs::create_dir_all(&folder).expect("a folder");
    let home = Arc::new(Home::with_data("SELECT 1"));
    let clock = Clock::fixed(Timestamp::from_millis(1_796_040_000_000));
    let app = TestApp::start_in(Arc::clone(&home), clock, settings);
    let mut facts = json!({});
    locked_accounts(&app);
    groups_and_apps(&app, &mut facts);
    second_steps(&app, &mut facts);
    ada(&app, &mut facts);
    links(&app, &mut facts);
    facts["users"] = json!(app.home.count("users", "TRUE"));
    facts["now"] = json!(app.clock.now().millis());
    let app = app.restart_with(|change| {
        settings(change);
        change.site.sign_up.mode = SignUpMode::Approval;
    });
    sign_up(&app, "ida@example.org");
    let token = app.email_to("ida@example.org").token();
    app.browser().post("/verify", &[("token", &token)]);
    assert_no_table_is_empty(&app);
    drop(app);
    dump(&home, &folder);
    let database = database(&home);
    let facts = serde_json::to_string_pretty(&facts).expect("JSON");
    fs::write(folder.join(format!("{database}.json")), facts + "\n").expect("facts");
}

fn sign_up(app: &TestApp, email: &str) {
    let form = [("email", email), ("password", PASSWORD), ("name", "Ida")];
    app.browser()
        .post("/signup", &form)
        .assert_redirect("/signup/sent");
}

/// Creates accounts that an undo link, the operator or a new password have closed to the password.
fn locked_accounts(app: &TestApp) {
    app.register("eve@example.org", PASSWORD);
    app.command(&["user", "lock", "eve@example.org"]);
    for (email, old, new) in [
        ("edith@example.org", OTHER_PASSWORD, PASSWORD),
        ("joan@example.org", PASSWORD, OTHER_PASSWORD),
    ] {
        let browser = app.register_and_log_in(email, old);
        let form = [("current_password", old), ("password", new)];
        browser
            .post("/account/password", &form)
            .assert_redirect("/account");
    }
    let changed = "Your password was changed – Vestibule";
    let undo = app.email_about("edith@example.org", changed).undo_token();
    app.browser()
        .post("/undo", &[("token", &undo)])
        .assert_redirect("/password/sent");
}

fn groups_and_apps(app: &TestApp, facts: &mut Value) {
    app.register(ROOT, PASSWORD);
    app.command(&["user", "make-admin", ROOT]);
    app.command(&["group", "create", "staff"]);
    app.command(&["group", "add", "staff", ROOT]);
    let (id, secret) = client(app, "reports");
    facts["client_id"] = json!(id);
    facts["client_secret"] = json!(secret);
    app.open_app("wiki");
    let (wiki, _) = app.opened_wiki(ROOT);
    facts["app_cookie"] = json!(wiki.browser.cookie("vestibule").expect("opened"));
    app.command(&["invite", "hedy@example.org", "--group", "staff"]);
    facts["invitation_token"] = json!(app.email_to("hedy@example.org").token());
    app.command(&["invite", "lise@example.org"]);
    let token = app.email_to("lise@example.org").token();
    let form = [("token", token.as_str()), ("password", PASSWORD)];
    app.browser()
        .post("/invitation", &form)
        .assert_redirect("/login");
}

fn second_steps(app: &TestApp, facts: &mut Value) {
    let browser = app.register_and_log_in(KAY, PASSWORD);
    let authenticator = app.add_authenticator(&browser);
    facts["totp_key"] = json!(authenticator.key);
    facts["recovery_code"] = json!(authenticator.recovery_codes[0]);
    app.add_passkey(&browser);
    let trusted = app.at_second_step(KAY);
    let code = authenticator.next_code(app);
    trusted
        .post("/login/second-step", &[("code", &code), ("trust", "on")])
        .assert_redirect("/dashboard");
    facts["trusted_device"] = json!(trusted.cookie("device").expect("known"));
    // A pending login, and a request to remove the second step.
    app.at_second_step(KAY);
    app.with_second_step("grete@example.org");
    app.at_second_step("grete@example.org")
        .post("/login/lost-second-step", &[])
        .assert_redirect("/login/lost-second-step");
}

fn ada(app: &TestApp, facts: &mut Value) {
    app.register(ADA, PASSWORD);
    let browser = app.log_in(ADA, PASSWORD);
    let form_id = browser.get("/account/profile").value("form_id");
    let profile = [
        ("form_id", form_id.as_str()),
        ("name", "Ada Lovelace"),
        ("handle", "ada"),
        ("bio", "Counts."),
        ("public", "on"),
    ];
    browser.post("/account/profile", &profile);
    facts["api_token"] = json!(browser.create_token("backup"));
    let undo = app
        .email_about(ADA, "New API token – Vestibule")
        .undo_token();
    facts["undo_token"] = json!(undo);
    facts["change_token"] = json!(
        app.request_address(&browser, "lovelace@example.org")
            .token()
    );
    cookies(&browser, facts);
    let tokens = app.tokens(ADA, PASSWORD);
    facts["access_token"] = json!(tokens.access);
    facts["refresh_token"] = json!(tokens.refresh);
    for _ in 0..5 {
        app.browser().log_in(ADA, OTHER_PASSWORD);
    }
    app.advance(Duration::from_secs(1));
}

fn cookies(browser: &Browser, facts: &mut Value) {
    for cookie in ["session", "device"] {
        facts[cookie] = json!(browser.cookie(cookie).expect("logged in"));
    }
}

fn links(app: &TestApp, facts: &mut Value) {
    sign_up(app, "grace@example.org");
    facts["confirm_token"] = json!(app.email_to("grace@example.org").token());
    app.register("mary@example.org", PASSWORD);
    facts["reset_token"] = json!(app.reset_token("mary@example.org"));
}

/// Every kind of row must be met by an upgrade.
fn assert_no_table_is_empty(app: &TestApp) {
    let schema = include_str!("../../src/store/schema.rs");
    let tables = schema
        .lines()
        .filter_map(|line| line.trim().strip_suffix(") {")?.split(" (").next())
        .map(|table| {
            if table == "rate_limits" {
                "throttles"
            } else {
                table
            }
        });
    let empty: Vec<&str> = tables
        .filter(|table| app.home.count(table, "TRUE") == 0)
        .collect();
    assert_eq!(empty, [""; 0]);
}

fn database(home: &Home) -> &'static str {
    home.postgres_url().map_or("sqlite", |_| "postgres")
}

fn dump(home: &Home, folder: &Path) {
    let mut command = if let Some(url) = home.postgres_url() {
        let mut command = Command::new("pg_dump");
        command.args(["--no-owner", "--no-privileges", "--inserts", url]);
        command
    } else {
        let mut command = Command::new("sqlite3");
        command.arg(home.file()).arg(".dump");
        command
    };
    let dumped = command
        .output()
        .expect("the client of the database is installed");
    assert!(
        dumped.status.success(),
        "{}",
        String::from_utf8_lossy(&dumped.stderr)
    );
    let file: PathBuf = folder.join(format!("{}.sql", database(home)));
    // Statements of newer clients that servers of earlier versions don't know.
    let sql = String::from_utf8(dumped.stdout).expect("UTF-8");
    let known = |line: &&str| !line.starts_with('\\') && !line.contains("transaction_timeout");
    let sql: Vec<&str> = sql.lines().filter(known).collect();
    fs::write(file, sql.join("\n") + "\n").expect("a dump");
}
