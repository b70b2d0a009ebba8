//! An app behind a proxy, as its users' browsers and the proxy see it. The test speaks for the
//! proxy, which is at 127.0.0.1 and trusted.

use super::{Browser, PASSWORD, Response, TestApp, behind_a_proxy};

/// The headers of a browser that loads a page.
pub const DOCUMENT: [(&str, &str); 3] = [
    ("sec-fetch-site", "none"),
    ("sec-fetch-mode", "navigate"),
    ("sec-fetch-dest", "document"),
];
/// The headers of a script that loads data.
pub const SCRIPT: [(&str, &str); 3] = [
    ("sec-fetch-site", "same-origin"),
    ("sec-fetch-mode", "cors"),
    ("sec-fetch-dest", "empty"),
];

/// The host of an app, in one user's browser. Its cookies are apart from those of the public site.
pub struct AppAt {
    pub host: String,
    pub browser: Browser,
}

impl TestApp {
    /// Starts the app behind a trusted proxy, at the present time.
    pub fn start_behind_a_proxy() -> Self {
        Self::start_now(behind_a_proxy)
    }

    /// Registers an app at `http://ID.localhost` that is open to `everyone`.
    pub fn open_app(&self, id: &str) {
        let origin = format!("http://{id}.localhost");
        self.command(&["app", "create", id, "--name", "Wiki", "--origin", &origin]);
        self.command(&["app", "allow", id, "everyone"]);
    }

    /// Returns the host of an app in a browser without cookies.
    pub fn app_at(&self, host: &str) -> AppAt {
        AppAt {
            host: host.to_owned(),
            browser: self.browser(),
        }
    }

    /// Returns the host `wiki.localhost` in a browser that has opened the app, and the browser at
    /// the public site.
    pub fn opened_wiki(&self, email: &str) -> (AppAt, Browser) {
        let login = self.log_in(email, PASSWORD);
        let wiki = self.app_at("wiki.localhost");
        wiki.open(&login, self, "/").assert_redirect("/");
        (wiki, login)
    }
}

impl AppAt {
    /// Sends a request to the host below `/.vestibule`, as the proxy passes it on.
    pub fn get(&self, path: &str) -> Response {
        let headers = [("x-forwarded-host", self.host.as_str())];
        self.browser.send("GET", path, &headers, "")
    }

    /// Asks if a request may pass, as Caddy does.
    pub fn check(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Response {
        let described = [
            ("x-forwarded-proto", "http"),
            ("x-forwarded-host", self.host.as_str()),
            ("x-forwarded-uri", path),
            ("x-forwarded-method", method),
        ];
        let headers = [&described[..], headers].concat();
        self.browser
            .send("GET", "/forward-auth/caddy", &headers, "")
    }

    /// Asks if a request may pass, as nginx does.
    pub fn check_by_nginx(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Response {
        let url = format!("http://{}{path}", self.host);
        let described = [
            ("x-original-url", url.as_str()),
            ("x-original-method", method),
        ];
        let headers = [&described[..], headers].concat();
        self.browser
            .send("GET", "/forward-auth/nginx", &headers, "")
    }

    /// Begins a hand-over. Returns the path at the public site that it leads to.
    #[track_caller]
    pub fn begin(&self, app: &TestApp, to: &str) -> String {
        let begun = self.get(&format!("/.vestibule/in?to={}", encoded(to)));
        assert_eq!(begun.status, 303, "{}", begun.body);
        let location = begun.header("location");
        let path = location.strip_prefix(&app.public_url);
        path.unwrap_or_else(|| panic!("{location}")).to_owned()
    }

    /// Gets a code for a logged-in user. Returns the path at the app's host that redeems it.
    #[track_caller]
    pub fn code(&self, login: &Browser, app: &TestApp, to: &str) -> String {
        let entered = login.get(&self.begin(app, to));
        assert_eq!(entered.status, 303, "{}", entered.body);
        let location = entered.header("location");
        let host = format!("http://{}", self.host);
        let path = location.strip_prefix(&host);
        path.unwrap_or_else(|| panic!("{location}")).to_owned()
    }

    /// Opens the app with a whole hand-over. Returns its last response.
    #[track_caller]
    pub fn open(&self, login: &Browser, app: &TestApp, to: &str) -> Response {
        let code = self.code(login, app, to);
        self.get(&code)
    }

    /// Asserts that a document passes.
    #[track_caller]
    pub fn assert_open(&self) {
        let checked = self.check("GET", "/", &DOCUMENT);
        assert_eq!(checked.status, 200, "{}", checked.body);
    }

    /// Asserts that a document needs a login.
    #[track_caller]
    pub fn assert_needs_login(&self) {
        let checked = self.check("GET", "/", &DOCUMENT);
        let begin = format!("http://{}/.vestibule/in?to=%2F", self.host);
        checked.assert_redirect(&begin);
    }
}

fn encoded(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}
