//! Upgrades of a database that has rows of every kind. Each folder in `tests/upgrades` is named
//! after the first migration that its data has not seen. It holds, for each database, a dump and
//! the secrets of its users.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use diesel::backend::Backend;
use diesel::{Connection, PgConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use serde_json::{Value, json};
use vestibule::clock::{Clock, Timestamp};
use vestibule::config::PublicUrl;

use crate::introspection::{ask as introspect, service};
use crate::support::{
    Authenticator, Browser, Home, OTHER_PASSWORD, PASSWORD, TestApp, behind_a_proxy, postgres,
};

const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");
const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const ADA: &str = "ada@example.org";
const KAY: &str = "kay@example.org";

/// The data of an earlier version.
struct Dump {
    sql: String,
    facts: Value,
}

impl Dump {
    fn all() -> Vec<Self> {
        let upgrades = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/upgrades");
        let mut folders: Vec<PathBuf> = fs::read_dir(upgrades)
            .expect("folders")
            .map(|folder| folder.expect("a folder").path())
            .collect();
        folders.sort();
        assert!(!folders.is_empty());
        folders.iter().map(|folder| Self::read(folder)).collect()
    }

    fn read(folder: &Path) -> Self {
        let database = if postgres::shared().is_some() {
            "postgres"
        } else {
            "sqlite"
        };
        let read = |extension| {
            let file = folder.join(format!("{database}.{extension}"));
            fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
        };
        Self {
            sql: read("sql"),
            facts: serde_json::from_str(&read("json")).expect("JSON"),
        }
    }

    fn fact(&self, name: &str) -> &str {
        self.facts[name].as_str().expect(name)
    }

    /// Starts this version on the data, at the time of the dump.
    fn upgrade(&self) -> TestApp {
        let now = self.facts["now"].as_i64().expect("milliseconds");
        let clock = Clock::fixed(Timestamp::from_millis(now));
        let home = Arc::new(Home::with_data(&self.sql));
        TestApp::start_in(home, clock, |settings| {
            if self.facts["app_cookie"].is_string() {
                behind_a_proxy(settings);
            }
            // Tokens name their server.
            settings.edge.public_url = PublicUrl::parse("http://localhost:8080");
        })
    }

    /// Returns the dumps of versions that knew a fact.
    fn all_with(fact: &str) -> Vec<Self> {
        let dumps = Self::all().into_iter();
        let dumps: Vec<Self> = dumps.filter(|dump| dump.facts[fact].is_string()).collect();
        assert!(!dumps.is_empty(), "{fact}");
        dumps
    }

    /// Returns a browser with Ada's cookies.
    fn browser(&self, app: &TestApp) -> Browser {
        let browser = app.browser();
        for cookie in ["session", "device"] {
            browser.set_cookie(cookie, self.fact(cookie));
        }
        browser
    }
}

#[test]
fn cookies_and_tokens_survive_an_upgrade() {
    for dump in Dump::all() {
        let app = dump.upgrade();
        let browser = dump.browser(&app);
        assert_eq!(browser.get("/dashboard").text("h1"), "Hello Ada Lovelace");
        let emails = app.emails_to(ADA).len();
        browser.post("/logout", &[]).assert_redirect("/login");
        browser.log_in(ADA, PASSWORD).assert_redirect("/dashboard");
        assert_eq!(app.emails_to(ADA).len(), emails, "the device is known");

        for token in ["access_token", "api_token"] {
            let me = app.program_with(dump.fact(token)).get("/api/v1/me");
            assert_eq!(me.json()["handle"], "ada", "{token}");
        }
        let form = json!({ "refresh_token": dump.fact("refresh_token") });
        let refreshed = app.program().post("/api/v1/token/refresh", &form);
        assert_eq!(refreshed.status, 200, "{}", refreshed.body);
    }
}

#[test]
fn links_survive_an_upgrade() {
    for dump in Dump::all() {
        let app = dump.upgrade();
        app.browser()
            .post("/verify", &[("token", dump.fact("confirm_token"))])
            .assert_redirect("/login");
        app.log_in("grace@example.org", PASSWORD);

        let form = [
            ("token", dump.fact("reset_token")),
            ("password", OTHER_PASSWORD),
        ];
        app.browser()
            .post("/password/reset", &form)
            .assert_redirect("/login");
        app.log_in("mary@example.org", OTHER_PASSWORD);

        let browser = dump.browser(&app);
        browser
            .post(
                "/account/email/confirm",
                &[("token", dump.fact("change_token"))],
            )
            .assert_redirect("/account");
        browser
            .post("/undo", &[("token", dump.fact("undo_token"))])
            .assert_redirect("/password/sent");
        assert_eq!(browser.get("/dashboard").status, 303);
    }
}

#[test]
fn failures_locks_and_clients_survive_an_upgrade() {
    for dump in Dump::all() {
        let app = dump.upgrade();
        // This is the sixth consecutive failure of an unknown device.
        assert_eq!(app.browser().log_in(ADA, OTHER_PASSWORD).status, 422);
        let blocked = app.browser().log_in(ADA, PASSWORD);
        assert_eq!((blocked.status, blocked.header("retry-after")), (429, "2"));
        for email in ["edith@example.org", "eve@example.org"] {
            assert_eq!(app.browser().log_in(email, PASSWORD).status, 403, "{email}");
        }
        app.log_in("joan@example.org", OTHER_PASSWORD);

        let admin = app.program_with(&app.tokens("root@example.org", PASSWORD).access);
        let users = admin.get("/api/v1/users").json();
        let count = users["items"].as_array().map(Vec::len);
        assert_eq!(json!(count), dump.facts["users"]);
        let service = service(&app, dump.fact("client_id"), dump.fact("client_secret"));
        let response = introspect(&service, dump.fact("access_token"));
        assert_eq!(response.json()["active"], true);
    }
}

#[test]
fn second_steps_survive_an_upgrade() {
    for dump in Dump::all_with("totp_key") {
        let app = dump.upgrade();
        let authenticator = Authenticator::of_key(dump.fact("totp_key"));
        let browser = app.at_second_step(KAY);
        browser
            .send_code(&authenticator.next_code(&app))
            .assert_redirect("/dashboard");
        app.at_second_step(KAY)
            .send_code(dump.fact("recovery_code"))
            .assert_redirect("/dashboard");
        let trusted = app.browser();
        trusted.set_cookie("device", dump.fact("trusted_device"));
        trusted.log_in(KAY, PASSWORD).assert_redirect("/dashboard");
    }
}

#[test]
fn apps_and_invitations_survive_an_upgrade() {
    for dump in Dump::all_with("app_cookie") {
        let app = dump.upgrade();
        let wiki = app.app_at("wiki.localhost");
        wiki.browser
            .set_cookie("vestibule", dump.fact("app_cookie"));
        wiki.assert_open();

        let form = [
            ("token", dump.fact("invitation_token")),
            ("password", PASSWORD),
        ];
        app.browser()
            .post("/invitation", &form)
            .assert_redirect("/login");
        let staff = app.home.count("group_members", "group_name = 'staff'");
        assert_eq!(staff, 2, "an administrator, and the invited user");

        let waiting = "ida@example.org";
        assert_eq!(app.browser().log_in(waiting, PASSWORD).status, 403);
        app.command(&["user", "approve", waiting]);
        app.log_in(waiting, PASSWORD);
    }
}

#[test]
fn reverted_migrations_keep_every_row() {
    for dump in Dump::all() {
        let home = Home::with_data(&dump.sql);
        let before = home.rows();
        match home.postgres_url() {
            Some(url) => {
                migrate_and_revert(PgConnection::establish(url).expect("connects"), || POSTGRES);
            }
            None => {
                migrate_and_revert(home.sqlite(), || SQLITE);
            }
        }
        assert_eq!(home.rows(), before);
    }
}

fn migrate_and_revert<DB: Backend>(
    mut connection: impl MigrationHarness<DB>,
    migrations: fn() -> EmbeddedMigrations,
) {
    let pending = connection.run_pending_migrations(migrations());
    for _ in 0..pending.expect("migrates").len() {
        connection
            .revert_last_migration(migrations())
            .expect("reverts");
    }
}
