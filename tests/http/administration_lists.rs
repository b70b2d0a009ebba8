//! The lists of the administration: their search, their pages, and the groups that a row can get.

use vestibule::urls;

use crate::administration::{
    GROUPS, INVITATIONS, WAITING, administered, administered_with, sign_up, with_approval,
};
use crate::support::{Browser, PASSWORD, Response, TestApp};

/// Rows of a list with a second page.
const ROWS: usize = 22;

fn search(admin: &Browser, path: &str, query: &str) -> Response {
    let page = admin.get(&urls::admin_list(path, query, ""));
    assert_eq!(page.status, 200, "{path} {query}");
    assert_eq!(page.attribute("#q", "value").as_deref(), Some(query));
    page
}

fn add_groups(app: &TestApp) {
    for number in 0..ROWS {
        app.home.sql(&format!(
            "INSERT INTO groups (name, title, created_at) \
             VALUES ('team-{number:02}', 'Größe {number:02}', 1)"
        ));
    }
}

fn invite_guests(app: &TestApp) {
    let guests = (0..ROWS).map(|number| format!("guest{number:02}@example.net"));
    let guests: Vec<String> = guests.collect();
    let command = ["invite"]
        .into_iter()
        .chain(guests.iter().map(String::as_str));
    app.command(&command.collect::<Vec<_>>());
}

#[test]
fn every_list_can_be_searched() {
    let (app, admin) = administered_with(with_approval);
    add_groups(&app);
    invite_guests(&app);
    for id in ["tool-07", "tool-21"] {
        app.command(&["app", "create", id, "--name", &id.to_uppercase()]);
    }
    sign_up(&app, "bob@example.org");
    for (path, query, found) in [
        (GROUPS, "team-07", "Größe 07"),
        (GROUPS, "GRÖSSE 07", ""),
        (GROUPS, "GRÖßE 07", "Größe 07"),
        ("/admin/apps", "L-21", "TOOL-21"),
        (INVITATIONS, "GUEST03@", "guest03@example.net"),
        (INVITATIONS, "guest03@EXAMPLE.net", "guest03@example.net"),
        (INVITATIONS, "guest__@", ""),
        (WAITING, "bob", "bob@example.org"),
        (WAITING, "eve", ""),
        (WAITING, "b\u{1}", ""),
    ] {
        let page = search(&admin, path, query);
        let rows = page.texts(".rows li :is(h2, h3)").join(" ");
        assert_eq!(rows, found, "{path} {query}");
        let says_none = page.text("main").contains("No results for");
        assert_eq!(says_none, found.is_empty(), "{path} {query}");
    }
}

#[test]
fn next_page_keeps_the_search() {
    let (app, admin) = administered();
    add_groups(&app);
    invite_guests(&app);
    for (path, query) in [(GROUPS, "größe"), (INVITATIONS, "guest")] {
        let page = search(&admin, path, query);
        assert_eq!(page.texts(".rows li").len(), 20, "{path}");
        let next = page.attribute("nav[aria-label^=Pages] a:last-child", "href");
        let page = admin.get(&next.expect("a link"));
        assert_eq!(page.texts(".rows li").len(), ROWS - 20, "{path}");
        assert_eq!(page.attribute("#q", "value").as_deref(), Some(query));
    }
}

#[test]
fn approved_account_joins_several_groups() {
    let (app, admin) = administered_with(with_approval);
    create_groups(&app);
    sign_up(&app, "bob@example.org");
    let form = [
        ("email", "bob@example.org"),
        ("decision", "approve"),
        ("group", "staff"),
        ("group", "team"),
    ];
    admin.post(WAITING, &form).assert_redirect(WAITING);
    assert_eq!(joined(&app), ["staff", "team"]);
}

#[test]
fn invited_account_joins_several_groups() {
    let (app, admin) = administered();
    create_groups(&app);
    let invite = |address| {
        let form = [
            ("addresses", address),
            ("group", "guests"),
            ("group", "team"),
        ];
        admin.post(INVITATIONS, &form)
    };
    let page = invite("eve");
    page.assert_error(422, "This isn’t an email address: eve");
    let checked = page.texts("input[name=group][checked] + label");
    assert_eq!(checked, ["guests", "team"]);
    invite("eve@example.org").assert_page(200, "Invitations");
    let token = app.email_to("eve@example.org").token();
    let form = [("token", token.as_str()), ("password", PASSWORD)];
    app.browser().post("/invitation", &form);
    assert_eq!(joined(&app), ["guests", "team"]);
}

fn create_groups(app: &TestApp) {
    for group in ["guests", "staff", "team"] {
        app.command(&["group", "create", group]);
    }
}

/// Returns the groups of all accounts.
fn joined(app: &TestApp) -> Vec<String> {
    let mut groups = app.home.column("group_members", "group_name");
    groups.sort();
    groups
}
