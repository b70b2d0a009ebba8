//! No user reads or changes another user's data. The tests try the whole route table and the whole
//! API with an owner's ids, as another user and logged out.

use serde_json::json;

use crate::api::endpoints;
use crate::edge::routes;
use crate::support::{OTHER_PASSWORD, PASSWORD, Response, TestApp};

const OWNER: &str = "ada.lovelace@example.org";
const NAME: &str = "Ada Countess";
/// The browser of the owner only.
const BROWSER: &str = "Mozilla/5.0 (X11; FreeBSD amd64; rv:137.0) Gecko/20100101 Firefox/137.0";

/// Data that other users must not see, and ids that they may have learned.
struct Owner {
    app: TestApp,
    id: String,
    /// The names of sessions and events on pages, and their hashes.
    ids: Vec<String>,
    /// The token of an address change, which requires its owner's login.
    token: String,
    secrets: Vec<String>,
}

fn owner() -> Owner {
    let app = TestApp::start_with(|settings| settings.limits = false);
    let browser = app.register_and_log_in(OWNER, PASSWORD);
    app.browser()
        .named(BROWSER)
        .log_in(OWNER, PASSWORD)
        .assert_redirect("/dashboard");
    browser
        .post("/account/email", &[("email", "countess@example.net")])
        .assert_redirect("/account/email");
    let token = app.email_to("countess@example.net").token();
    browser.create_token("Backup of the countess");
    app.tokens(OWNER, PASSWORD);
    let id = app.user_id(OWNER);
    // Not public, so that no page shows it to others.
    app.home.sql(&format!(
        "UPDATE users SET name = '{NAME}', handle = 'ada-of-lovelace', sort_name = 'ada countess'"
    ));
    let handles = app.home.column("sessions", "handle");
    let hashes = app.home.column("sessions", "id_hash");
    let events = "SELECT id AS line FROM events WHERE user_id IS NOT NULL";
    let events = app.home.lines(events);
    let undoable = app.undoable_events();
    let links = app.home.column("links", "id");
    let tokens = app.home.column("personal_tokens", "id");
    assert_eq!((handles.len(), undoable.len(), tokens.len()), (3, 4, 1));
    let words = ["lovelace", NAME, "countess@example.net", "FreeBSD"].map(str::to_owned);
    let known = [
        handles.clone(),
        hashes,
        events,
        links,
        tokens.clone(),
        vec![id.clone()],
    ]
    .concat();
    let secrets = words.into_iter().chain(known).collect();
    let ids = vec![
        handles[0].clone(),
        undoable[0].clone(),
        tokens[0].clone(),
        id.clone(),
    ];
    Owner {
        app,
        id,
        ids,
        token,
        secrets,
    }
}

impl Owner {
    fn rows(&self) -> Vec<String> {
        let rows = self
            .app
            .home
            .rows()
            .into_iter()
            .filter(|row| row.contains(&self.id));
        let without_last_seen = |row: String| {
            row.split('\t')
                .filter(|cell| !cell.starts_with("last_seen_at="))
                .collect::<Vec<_>>()
                .join("\t")
        };
        rows.map(without_last_seen).collect()
    }

    #[track_caller]
    fn assert_kept_from(&self, what: &str, response: &Response) {
        assert!(response.status < 500, "{what}: {}", response.body);
        // The redirect to the login repeats the requested path.
        let headers = response
            .headers
            .iter()
            .filter(|(name, _)| *name != "location" && *name != "set-cookie");
        let said = format!("{}{:?}", response.body, headers.collect::<Vec<_>>());
        for secret in &self.secrets {
            assert!(!said.contains(secret), "{what} tells {secret}: {said}");
        }
    }
}

#[test]
fn no_page_shows_or_changes_others_data() {
    let owner = owner();
    let app = &owner.app;
    let before = owner.rows();
    assert!(before.len() > 10, "{before:?}");
    // The development mailbox shows every email to each user of this machine.
    let table = routes()
        .into_iter()
        .filter(|(path, _)| !path.starts_with("/dev/"));
    let mut people = 0;
    let mut visitors = || {
        people += 1;
        let email = format!("eve{people}@evil.example");
        [
            app.register_and_log_in(&email, OTHER_PASSWORD),
            app.browser(),
        ]
    };
    for (route, has_form) in table {
        let ids: Vec<_> = if route.contains('{') {
            owner.ids.clone()
        } else {
            vec![String::new()]
        };
        for id in ids {
            let path = route
                .replace("{id}", &id)
                .replace("{handle}", "ada-of-lovelace");
            let token = format!(
                "token={0}&id={id}&session={id}&user_id={1}",
                owner.token, owner.id
            );
            for visitor in visitors() {
                for query in ["", "?", &format!("?{token}")] {
                    // A link's own page needs no login. So it is not requested with another user's
                    // token.
                    let path = format!("{path}{query}");
                    owner.assert_kept_from(&format!("GET {path}"), &visitor.get(&path));
                }
            }
            if has_form {
                for visitor in visitors() {
                    let form = [
                        ("token", owner.token.as_str()),
                        ("id", &id),
                        ("session", &id),
                        ("user_id", &owner.id),
                        ("current_password", OTHER_PASSWORD),
                        ("password", "pebble orbit cinnamon"),
                        ("end_others", "on"),
                    ];
                    owner.assert_kept_from(&format!("POST {path}"), &visitor.post(&path, &form));
                }
            }
            assert_eq!(owner.rows(), before, "{path}");
        }
    }
}

#[test]
fn no_endpoint_shows_or_changes_others_data() {
    let owner = owner();
    let app = &owner.app;
    let eve = app.register_and_log_in("eve@evil.example", OTHER_PASSWORD);
    let personal = eve.create_token("x");
    let before = owner.rows();
    for endpoint in endpoints(app) {
        let ids: Vec<_> = if endpoint.path.contains('{') {
            owner.ids.clone()
        } else {
            vec![String::new()]
        };
        for id in ids {
            let path = endpoint
                .path
                .replace("{handle}", "ada-of-lovelace")
                .replace("{id}", &id);
            let query = format!(
                "id={id}&session={id}&user_id={}&q=ada&after={}",
                owner.id, owner.id
            );
            let body = json!({
                "token": owner.token, "refresh_token": owner.token, "id": id, "session": id,
                "user_id": owner.id, "sub": owner.id, "password": "pebble orbit cinnamon",
                "email": "eve@evil.example", "name": "Eve",
            });
            // One of these endpoints ends the session of the request.
            let access = app.tokens("eve@evil.example", OTHER_PASSWORD).access;
            for program in [
                app.program(),
                app.program_with(&access),
                app.program_with(&personal),
            ] {
                for path in [path.clone(), format!("{path}?{query}")] {
                    let what = format!("{} {path}", endpoint.method);
                    let response = match endpoint.method.as_str() {
                        "GET" => program.get(&path),
                        "DELETE" => program.delete(&path),
                        method => program.send(
                            method,
                            &path,
                            &[("content-type", "application/json")],
                            &body.to_string(),
                        ),
                    };
                    owner.assert_kept_from(&what, &response);
                }
            }
            assert_eq!(owner.rows(), before, "{} {path}", endpoint.method);
        }
    }
}

/// A request without a login does not even learn if the object exists.
#[test]
fn every_account_page_requires_login() {
    let owner = owner();
    let app = &owner.app;
    let of_an_account =
        |path: &str| path == "/account" || path.starts_with("/account/") || path == "/dashboard";
    let mut seen = 0;
    for (route, has_form) in routes().into_iter().filter(|(path, _)| of_an_account(path)) {
        seen += 1;
        let responses = ["x", &owner.ids[0], &owner.ids[1]].map(|id| {
            let path = route.replace("{id}", id).replace("{handle}", id);
            let [get, post] = [app.browser().get(&path), app.browser().post(&path, &[])];
            if get.status != 405 {
                assert_eq!(get.status, 303, "{path}");
                assert!(
                    get.header("location").starts_with("/login?next=%2F"),
                    "{path}: {}",
                    get.header("location")
                );
            }
            if has_form {
                post.assert_page(401, "Log in to continue");
                let back = post.attribute("main a", "href").expect("a link");
                assert!(back.starts_with("/login?next=%2Faccount"), "{path}: {back}");
            }
            (get.status, post.status)
        });
        assert!(
            responses.iter().all(|response| *response == responses[0]),
            "{route}: {responses:?}"
        );
    }
    assert_eq!(seen, 29);
}
