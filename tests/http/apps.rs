//! Registered apps: the commands, the pages for administrators, the API, and what a user sees.

use serde_json::json;

use crate::support::{Browser, PASSWORD, Program, Response, TestApp};

const ADMIN: &str = "root@example.org";
const EMAIL: &str = "ada@example.org";
const APPS: &str = "/admin/apps";
const WIKI: &str = "/admin/apps/wiki";

/// Starts an app with a user and an administrator. Returns the administrator's browser.
fn administered() -> (TestApp, Browser) {
    let app = TestApp::start_behind_a_proxy();
    app.register(EMAIL, PASSWORD);
    app.register(ADMIN, PASSWORD);
    app.command(&["user", "make-admin", ADMIN]);
    let admin = app.log_in(ADMIN, PASSWORD);
    (app, admin)
}

fn program(app: &TestApp, email: &str) -> Program {
    let access = app.tokens(email, PASSWORD).access;
    app.program_saying(&format!("Bearer {access}"))
}

#[track_caller]
fn assert_fails(app: &TestApp, arguments: &[&str], error: &str) {
    let output = app.run(arguments);
    assert_eq!(output.status.code(), Some(1), "{arguments:?}");
    let printed = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(printed.contains(error), "{arguments:?}: {printed}");
    assert_eq!(printed.lines().count(), 1, "{printed}");
}

#[test]
fn operator_registers_an_app_by_commands() {
    let app = TestApp::start_now(|_| {});
    let origin = "https://wiki.example.org";
    let printed = app.command(&[
        "app", "create", "wiki", "--name", "Our wiki", "--origin", origin,
    ]);
    assert!(printed.contains("No user may open it yet: vestibule app allow wiki GROUP"));
    app.command(&["app", "allow", "wiki", "everyone"]);
    app.command(&[
        "app",
        "set",
        "wiki",
        "needs=second_step",
        "password_within=30",
        "username=id",
    ]);
    let shown = app.command(&["app", "show", "wiki"]);
    let expected = "id wiki\nname Our wiki\nurl https://wiki.example.org/\n\
        origins https://wiki.example.org\nneeds second_step\npassword_within 30\nusername id\n\
        assertion off\npublic_paths\ncross_origins\nmay_introspect off\ndisabled off\n\
        groups everyone\nsecrets 0\n";
    assert_eq!(shown, expected);
    assert_eq!(app.command(&["app", "list"]), "wiki Our wiki\n");
    let line = json!({ "id": "wiki", "name": "Our wiki" });
    assert_eq!(app.command(&["app", "list", "--json"]), format!("{line}\n"));
    app.command(&["app", "deny", "wiki", "everyone"]);
    assert!(app.command(&["app", "show", "wiki"]).contains("\ngroups\n"));
    assert_fails(&app, &["app", "delete", "wiki"], "add --yes to delete it");
    app.command(&["app", "delete", "wiki", "--yes"]);
    assert_eq!(app.command(&["app", "list"]), "");
}

#[test]
fn commands_reject_what_an_app_cannot_be() {
    let app = TestApp::start_now(|_| {});
    let origin = [
        "app",
        "create",
        "wiki",
        "--origin",
        "https://wiki.example.org",
    ];
    app.command(&origin);
    for (arguments, error) in [
        (&origin[..], "the app wiki already exists"),
        (&["app", "create", "Wiki"], "is not an app id"),
        (
            &[
                "app",
                "create",
                "other",
                "--origin",
                "https://wiki.example.org:8443",
            ],
            "belongs to another app",
        ),
        (
            &["app", "create", "other", "--origin", "https://192.0.2.1"],
            "Enter a host name of its own",
        ),
        (
            &["app", "create", "other", "--origin", "wiki"],
            "Enter origins that begin with https:// and have no path",
        ),
        (&["app", "set", "wiki", "needs"], "is not SETTING=VALUE"),
        (
            &["app", "set", "wiki", "colour=red"],
            "There is no setting colour",
        ),
        (
            &["app", "set", "wiki", "needs=luck"],
            "needs: Enter password or second_step",
        ),
        (
            &["app", "set", "wiki", "public_paths=/a%2f"],
            "/a%2f can’t be a public path",
        ),
        (
            &["app", "allow", "wiki", "staff"],
            "there is no group staff",
        ),
        (
            &["app", "allow", "nothing", "everyone"],
            "there is no app nothing",
        ),
        (&["app", "deny", "wiki", "staff"], "there is no group staff"),
        (&["app", "show", "-nothing"], "there is no app -nothing"),
        (
            &[
                "app",
                "config",
                "wiki",
                "nginx",
                "--origin",
                "https://a.example",
            ],
            "is not an origin of wiki",
        ),
    ] {
        assert_fails(&app, arguments, error);
    }
    assert_eq!(app.command(&["app", "list"]), "wiki wiki\n");
}

#[test]
fn printed_configuration_names_the_app() {
    let app = TestApp::start_now(|_| {});
    app.command(&[
        "app",
        "create",
        "docs",
        "--origin",
        "https://docs.example.com",
    ]);
    for proxy in ["nginx", "caddy", "traefik"] {
        let config = app.command(&[
            "app",
            "config",
            "docs",
            proxy,
            "--upstream",
            "127.0.0.1:9090",
        ]);
        assert!(config.contains("docs.example.com"), "{config}");
        assert!(config.contains("127.0.0.1:9090"), "{config}");
        assert!(
            config.contains("vestibule app allow docs GROUP"),
            "{config}"
        );
        for example in ["wiki.example.org", "127.0.0.1:3000", "app create wiki"] {
            assert!(!config.contains(example), "{proxy}: {example}");
        }
    }
}

#[test]
fn app_introspects_tokens_with_its_own_secret() {
    let app = TestApp::start_now(|_| {});
    app.register(EMAIL, PASSWORD);
    let tokens = app.tokens(EMAIL, PASSWORD);
    app.command(&[
        "app",
        "create",
        "wiki",
        "--origin",
        "https://wiki.example.org",
    ]);
    let secret = || {
        let printed = app.command(&["app", "secret", "wiki"]);
        let secret = printed
            .lines()
            .find_map(|line| line.strip_prefix("client_secret "));
        secret.expect("a secret").to_owned()
    };
    let ask = |secret: &str| {
        let service = crate::introspection::service(&app, "wiki", secret);
        crate::introspection::ask(&service, &tokens.access).status
    };
    let first = secret();
    assert_eq!(ask(&first), 401, "it may not");
    app.command(&["app", "set", "wiki", "may_introspect=on"]);
    assert_eq!(ask(&first), 200);
    let second = secret();
    assert_eq!((ask(&first), ask(&second)), (200, 200));
    let third = secret();
    assert_eq!((ask(&first), ask(&second), ask(&third)), (401, 200, 200));
    app.command(&["app", "set", "wiki", "disabled=on"]);
    assert_eq!(ask(&third), 401);
    assert_fails(
        &app,
        &["client", "delete", "wiki"],
        "delete it with `vestibule app delete wiki`",
    );
}

#[test]
fn administrator_manages_an_app_on_pages() {
    let (app, admin) = administered();
    app.command(&["group", "create", "staff"]);
    let form = [
        ("id", "wiki"),
        ("name", "Wiki"),
        ("origins", "http://wiki.localhost"),
    ];
    admin.post(APPS, &form).assert_redirect(WIKI);
    let page = admin.get(WIKI);
    assert_eq!(page.notice(), "App created.");
    assert!(
        page.body.contains("No user may open this app"),
        "{}",
        page.body
    );
    admin.get("/admin").assert_page(200, "Administration");
    assert!(admin.get("/admin").body.contains("No user may open"));

    let group = |action| [("action", action), ("group", "staff")];
    admin.post(WIKI, &group("allow")).assert_redirect(WIKI);
    assert_eq!(
        app.command(&["app", "show", "wiki"]).lines().nth(12),
        Some("groups staff")
    );
    admin.post(WIKI, &group("deny")).assert_redirect(WIKI);
    let shown = admin.get(WIKI).value("shown");
    let settings = [
        ("action", "save"),
        ("shown", shown.as_str()),
        ("name", "Our wiki"),
        ("origins", "http://wiki.localhost\nhttp://w.localhost"),
        ("url", ""),
        ("needs", "second_step"),
        ("password_within", "5"),
        ("username", "id"),
        ("public_paths", "/assets/\n/health"),
        ("cross_origins", ""),
        ("assertion", "on"),
    ];
    admin.post(WIKI, &settings).assert_redirect(WIKI);
    let shown = app.command(&["app", "show", "wiki"]);
    for line in [
        "name Our wiki",
        "url",
        "origins http://w.localhost http://wiki.localhost",
        "needs second_step",
        "password_within 5",
        "public_paths /assets/ /health",
        "assertion on",
        "may_introspect off",
    ] {
        assert!(
            shown.lines().any(|shown| shown == line),
            "{line} in {shown}"
        );
    }

    admin
        .post(WIKI, &[("action", "create_secret")])
        .assert_redirect(WIKI);
    let secret = admin.get(WIKI).text("#new_secret");
    assert!(secret.starts_with("vsc_"), "{secret}");
    assert!(admin.get(WIKI).texts("#new_secret").is_empty(), "only once");

    let delete = [("action", "delete")];
    admin
        .post(WIKI, &delete)
        .assert_page(200, "Delete this app");
    let delete = [("action", "delete"), ("confirmed", "on")];
    admin.post(WIKI, &delete).assert_redirect(APPS);
    assert_eq!(admin.get(WIKI).status, 404);
    // All happened at the same time, so their order is arbitrary.
    let mut log = admin.get("/admin/log").texts(".rows h2");
    log.sort();
    let expected = [
        "Administrator rights granted",
        "App changed",
        "App changed",
        "App changed",
        "App created",
        "App deleted",
        "Group created",
        "Secret of an app created",
    ];
    assert_eq!(log, expected);
}

#[test]
fn mistakes_keep_what_was_typed() {
    let (app, admin) = administered();
    app.open_app("files");
    let form = [
        ("id", "wiki"),
        ("name", "Wiki"),
        ("origins", "http://files.localhost"),
    ];
    let page = admin.post(APPS, &form);
    assert_eq!((page.status, page.value("id")), (422, "wiki".to_owned()));
    assert_eq!(page.text("#origins"), "http://files.localhost");
    assert!(
        page.errors()[0].contains("belongs to another app"),
        "{:?}",
        page.errors()
    );
    let form = [("id", "Wiki"), ("name", ""), ("origins", "wiki")];
    assert_eq!(admin.post(APPS, &form).errors().len(), 3);
    let taken = [("id", "files"), ("name", "Files"), ("origins", "")];
    admin
        .post(APPS, &taken)
        .assert_error(422, "An app has this id already");

    let shown = admin.get("/admin/apps/files").value("shown");
    let settings = [
        ("action", "save"),
        ("shown", shown.as_str()),
        ("name", "Files"),
        ("origins", "http://files.localhost"),
        ("needs", "password"),
        ("password_within", "soon"),
        ("username", "email"),
        ("url", "http://files.example"),
    ];
    let page = admin.post("/admin/apps/files", &settings);
    assert_eq!(
        (page.status, page.errors().len()),
        (422, 2),
        "{:?}",
        page.errors()
    );
    assert_eq!(page.value("password_within"), "soon");
}

#[test]
fn old_settings_page_undoes_no_other_change() {
    let (app, admin) = administered();
    app.open_app("wiki");
    let save = |page: &Response, name: &str| {
        let shown = page.value("shown");
        let settings = [
            ("action", "save"),
            ("shown", shown.as_str()),
            ("name", name),
            ("origins", "http://wiki.localhost"),
            ("url", "http://wiki.localhost/"),
            ("needs", "password"),
            ("username", "email"),
        ];
        admin.post(WIKI, &settings)
    };
    let old = admin.get(WIKI);
    app.command(&["app", "set", "wiki", "disabled=on"]);
    let page = save(&old, "Our wiki");
    assert_eq!(page.status, 422);
    assert!(page.errors()[0].contains("have changed since you opened"));
    assert_eq!(page.value("name"), "Our wiki");
    let shown = |line: &str| app.command(&["app", "show", "wiki"]).contains(line);
    assert!(shown("disabled on") && shown("name Wiki"));

    save(&page, "Our wiki").assert_redirect(WIKI);
    assert!(shown("disabled off") && shown("name Our wiki"));
    // Of two values of a setting, the last one counts.
    app.command(&["app", "set", "wiki", "needs=second_step", "needs=password"]);
    // The log names only what is different now.
    let log = || admin.get("/admin/log").texts(".rows");
    let before = log();
    assert!(before[0].contains("Settings disabled, name"), "{before:?}");
    assert!(
        before[0].contains("Opened to the group everyone"),
        "{before:?}"
    );
    save(&admin.get(WIKI), "Our wiki").assert_redirect(WIKI);
    assert_eq!(log(), before, "nothing was different");
}

#[test]
fn administrators_program_registers_an_app() {
    let (app, _) = administered();
    let admin = program(&app, ADMIN);
    let new = json!({ "id": "wiki", "name": "Wiki", "origins": ["http://wiki.localhost"] });
    assert_eq!(admin.post("/api/v1/apps", &new).status, 204);
    let taken = admin.post("/api/v1/apps", &new);
    taken.assert_invalid(&[("id", "taken")]);
    let invalid = json!({ "id": "W", "name": "", "origins": ["wiki"] });
    let invalid = admin.post("/api/v1/apps", &invalid);
    invalid.assert_invalid(&[
        ("id", "invalid"),
        ("name", "missing"),
        ("origins", "invalid"),
    ]);
    let list = admin.get("/api/v1/apps").json();
    assert_eq!(list["items"][0]["id"], "wiki");
    assert_eq!(list["items"][0]["disabled"], false);
    assert_eq!(list["next"], json!(null));
    let user = program(&app, EMAIL);
    user.get("/api/v1/apps")
        .assert_problem(403, "administrators_only");
    user.post("/api/v1/apps", &new)
        .assert_problem(403, "administrators_only");
}

/// pocket-id/pocket-id#1373, #1614: users saw apps that they could not open.
#[test]
fn pocket_id_1373_user_sees_only_apps_that_open() {
    let app = TestApp::start_behind_a_proxy();
    let login = app.register_and_log_in(EMAIL, PASSWORD);
    assert!(login.get("/dashboard").texts(".tiles a").is_empty());
    app.open_app("wiki");
    app.command(&[
        "app",
        "create",
        "files",
        "--origin",
        "http://files.localhost",
    ]);
    app.command(&["group", "create", "staff"]);
    app.command(&["app", "create", "chat", "--origin", "http://chat.localhost"]);
    app.command(&["app", "allow", "chat", "staff"]);
    let dashboard = login.get("/dashboard");
    assert_eq!(dashboard.texts(".tiles a"), ["Wiki"]);
    assert_eq!(
        dashboard.attributes(".tiles a", "href"),
        ["http://wiki.localhost/"]
    );
    app.command(&["group", "add", "staff", EMAIL]);
    assert_eq!(login.get("/dashboard").texts(".tiles a"), ["Wiki", "chat"]);
    app.command(&["app", "set", "wiki", "disabled=on"]);
    assert_eq!(login.get("/dashboard").texts(".tiles a"), ["chat"]);
}

#[test]
fn user_sees_and_removes_opened_apps() {
    let app = TestApp::start_behind_a_proxy();
    app.register(EMAIL, PASSWORD);
    app.open_app("wiki");
    let (wiki, login) = app.opened_wiki(EMAIL);
    let (elsewhere, _) = app.opened_wiki(EMAIL);
    let page = login.get("/account/apps");
    page.assert_page(200, "Apps");
    assert_eq!(page.texts(".rows h2"), ["Wiki"]);
    assert!(page.body.contains("On 2 devices"), "{}", page.body);
    assert_eq!(login.get("/account/sessions").texts(".facts").len(), 2);
    assert!(
        login
            .get("/account/sessions")
            .body
            .contains("Apps: <bdi translate=\"no\">Wiki</bdi>")
    );
    let activity = login.get("/account/activity");
    assert!(
        activity
            .texts(".rows h2")
            .contains(&"App opened".to_owned())
    );
    assert!(activity.texts(".facts p").contains(&"Wiki".to_owned()));

    let close = page.action("/remove");
    login.post(&close, &[]).assert_redirect("/account/apps");
    assert_eq!(
        login.get("/account/apps").notice(),
        "The app is closed on all your devices until you open it again."
    );
    wiki.assert_needs_login();
    elsewhere.assert_needs_login();
    wiki.open(&login, &app, "/").assert_redirect("/");
    wiki.assert_open();
}

#[test]
fn activity_page_undoes_an_opened_app() {
    let app = TestApp::start_behind_a_proxy();
    app.register(EMAIL, PASSWORD);
    app.open_app("wiki");
    let (wiki, _) = app.opened_wiki(EMAIL);
    let owner = app.log_in(EMAIL, PASSWORD);
    let activity = owner.get("/account/activity");
    let links = activity.texts(".rows a");
    let undo = links.iter().position(|link| link.contains("App opened"));
    let hrefs = activity.attributes(".rows a", "href");
    let undo = &hrefs[undo.expect("a link")];
    owner.get(undo).assert_page(200, "This wasn’t me");
    owner.post(undo, &[]).assert_redirect("/password/sent");
    wiki.assert_needs_login();
    owner
        .get("/dashboard")
        .assert_redirect("/login?next=%2Fdashboard");
}

#[test]
fn why_explains_missing_access_to_an_app() {
    let app = TestApp::start_now(|_| {});
    app.register_and_log_in(EMAIL, PASSWORD);
    app.command(&["app", "create", "wiki"]);
    let why = || app.command(&["why", EMAIL, "--app", "wiki"]);
    assert!(
        why().contains("No group may open the app wiki"),
        "{}",
        why()
    );
    app.command(&["group", "create", "staff"]);
    app.command(&["app", "allow", "wiki", "staff"]);
    assert!(why().contains("may open the app wiki: staff."), "{}", why());
    app.command(&["group", "add", "staff", EMAIL]);
    assert!(why().contains("Nothing else keeps the user from the app wiki."));
    app.command(&["app", "set", "wiki", "disabled=on", "needs=second_step"]);
    let json = app.command(&["why", EMAIL, "--app", "wiki", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    let gates: Vec<_> = json["gates"].as_array().expect("gates").iter().collect();
    let names: Vec<_> = gates.iter().map(|gate| gate["gate"].clone()).collect();
    assert_eq!(names, ["app_disabled", "no_second_step"]);
    app.command(&["app", "set", "wiki", "disabled=off", "needs=password"]);
    app.command(&["app", "set", "wiki", "password_within=1"]);
    app.home
        .sql("UPDATE sessions SET proven_at = proven_at - 120000");
    assert!(
        why().contains("needs a login that is at most 1 minute old"),
        "{}",
        why()
    );
    assert_fails(
        &app,
        &["why", EMAIL, "--app", "nothing"],
        "there is no app nothing",
    );
}
