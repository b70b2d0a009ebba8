//! The programs in `examples`, each against the running server, started as its reader starts it.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::support::{Browser, Response, TestApp};
use crate::{access_token, app_set_back_by, node, python, root};

/// A running service. Stops when dropped.
struct Service {
    child: Child,
    base: String,
}

impl Service {
    fn start(mut command: Command, app: &TestApp) -> Self {
        let mut child = command
            .env("VESTIBULE_URL", &app.public_url)
            .env("PORT", "0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| {
                panic!("{command:?} does not start ({error}): scripts/test installs it")
            });
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped"))
            .read_line(&mut line)
            .expect("UTF-8");
        let base = line
            .trim()
            .strip_prefix("listening on ")
            .unwrap_or_else(|| panic!("{command:?} says {line:?}"));
        Self {
            child,
            base: base.to_owned(),
        }
    }

    fn ask(&self, authorization: &[&str]) -> Response {
        let headers: Vec<_> = authorization
            .iter()
            .map(|value| ("authorization", *value))
            .collect();
        Browser::new(&self.base).send("GET", "/", &headers, "")
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // It may have exited already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

#[test]
fn example_services_identify_the_user() {
    let (app, browser) = app_set_back_by(Duration::ZERO);
    let token = access_token(&app);
    let user = app.home.column("users", "id").remove(0);
    for command in [
        python("examples/python/service.py"),
        node("examples/node/service.mjs"),
    ] {
        let service = Service::start(command, &app);
        let known = service.ask(&[&format!("Bearer {token}")]);
        assert_eq!(known.status, 200, "{}", known.body);
        assert!(
            known.body.contains(&format!("\"{user}\"")),
            "{}",
            known.body
        );

        let without_credentials = service.ask(&[]);
        assert_eq!(
            (
                without_credentials.status,
                without_credentials.header("www-authenticate")
            ),
            (401, "Bearer")
        );
        let cookie = browser.cookie("session").expect("logged in");
        let not_an_access_token = service.ask(&[&format!("Bearer {cookie}")]);
        assert_eq!(
            not_an_access_token.status, 401,
            "{}",
            not_an_access_token.body
        );
        assert_eq!(
            not_an_access_token.header("www-authenticate"),
            "Bearer error=\"invalid_token\""
        );
    }
}

#[test]
fn example_script_runs_from_sign_up_to_logout() {
    let app = TestApp::start();
    let output = Command::new(root("examples/curl/sign-up-to-profile.sh"))
        .arg(&app.base)
        .output()
        .expect("runs");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(said.contains("\"name\":\"Ada Lovelace\""), "{said}");
    assert!(
        said.contains("DELETE /api/v1/token -> 204") && said.contains("GET /api/v1/me -> 401"),
        "{said}"
    );
}
