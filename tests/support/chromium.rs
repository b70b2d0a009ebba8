//! A real browser: headless Chromium, with its own driver and profile, so that any number of tests
//! can run at once. Every look-up waits for its element, and nothing sleeps. `scripts/test`
//! installs it.
//!
//! With `VESTIBULE_TEST_BROWSER=firefox` it is Firefox. That has neither Chromium's logs nor its
//! views, so only the tests of `journey.rs` run there.

use std::env;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};
use tempfile::TempDir;

/// Number of starts of a driver before its test fails.
const STARTS: usize = 3;
/// Milliseconds that a look-up waits for its element.
const TIMEOUT: u64 = 10_000;
/// The protocol's name for an element's id.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";
const FLAGS: [&str; 10] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    // The process exits with the driver, however that exits.
    "--remote-debugging-pipe",
];

/// The programs that a test can drive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum BrowserKind {
    Chromium,
    Firefox,
}

/// The permission of pages to run script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Script {
    On,
    Off,
}

/// The preferences of the user's system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    Light,
    Dark,
}

/// The kinds of virtual authenticators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Device {
    /// The device itself, with a fingerprint reader.
    Platform,
    /// A security key without a PIN (U2F).
    Usb,
}

/// Keys without a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    Tab,
    Enter,
    Escape,
    Space,
}

/// A browser. When dropped, it exits and its profile is deleted.
pub struct Chromium {
    session: String,
    agent: ureq::Agent,
    driver: Child,
    /// Kept open, because the driver may still write to it.
    _said: BufReader<ChildStdout>,
    /// The driver's home, too, so that nothing is left elsewhere.
    profile: TempDir,
}

/// An element of the open page.
pub struct Element<'a> {
    chromium: &'a Chromium,
    id: String,
}

/// The document of the open page, as it was served.
#[derive(Clone, Debug)]
pub struct Document {
    pub status: u64,
    pub html: String,
}

/// Returns the path of a file that `scripts/test` downloads.
pub fn test_tool(path: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("target/test-tools/node_modules")
        .join(path);
    assert!(
        path.is_file(),
        "{} is missing: run scripts/test, it fetches what the tests need",
        path.display()
    );
    path
}

impl BrowserKind {
    fn from_environment() -> Self {
        match env::var("VESTIBULE_TEST_BROWSER").as_deref() {
            Ok("firefox") => Self::Firefox,
            Ok("chromium") | Err(_) => Self::Chromium,
            Ok(other) => panic!("VESTIBULE_TEST_BROWSER is chromium or firefox, not {other}"),
        }
    }

    fn driver(self) -> &'static str {
        match self {
            Self::Chromium => "chromedriver",
            Self::Firefox => "geckodriver",
        }
    }
}

impl Chromium {
    /// Starts a browser with a window 1280 wide and in light colours.
    pub fn start(script: Script) -> Self {
        let kind = BrowserKind::from_environment();
        let profile = tempfile::tempdir().expect("a folder");
        let (driver, said, port) = start_driver(kind, profile.path());
        let driver_url = format!("http://127.0.0.1:{port}");
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_mins(1)))
            .build()
            .into();
        let mut chromium = Self {
            session: driver_url,
            agent,
            driver,
            _said: said,
            profile,
        };
        let response = chromium.post("/session", &chromium.capabilities(kind, script));
        let id = response["sessionId"].as_str().expect("a session");
        chromium.session = format!("{}/session/{id}", chromium.session);
        if kind == BrowserKind::Chromium {
            // The log before the first page does not matter.
            chromium.network();
            chromium.set_view(1280, Scheme::Light);
        }
        chromium
    }

    fn capabilities(&self, kind: BrowserKind, script: Script) -> Value {
        let mut capabilities = match kind {
            BrowserKind::Chromium => self.chromium_options(script),
            BrowserKind::Firefox => json!({ "moz:firefoxOptions": {
                "args": ["-headless"],
                "prefs": { "javascript.enabled": script == Script::On },
            } }),
        };
        capabilities["timeouts"] =
            json!({ "implicit": TIMEOUT, "script": 30_000, "pageLoad": 30_000 });
        json!({ "capabilities": { "alwaysMatch": capabilities } })
    }

    fn chromium_options(&self, script: Script) -> Value {
        let mut flags: Vec<String> = FLAGS.map(str::to_owned).into();
        flags.push(format!(
            "--user-data-dir={}",
            self.profile.path().join("profile").display()
        ));
        let mut options = json!({ "args": flags, "perfLoggingPrefs": { "enablePage": false } });
        if script == Script::Off {
            options["prefs"] = json!({ "profile.managed_default_content_settings.javascript": 2 });
        }
        json!({
            "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
            "goog:chromeOptions": options,
        })
    }

    // ---- Navigation ----

    pub fn open(&self, url: &str) {
        self.post("/url", &json!({ "url": url }));
    }

    pub fn back(&self) {
        self.open_page_by(|| drop(self.post("/back", &json!({}))));
    }

    pub fn reload(&self) {
        self.post("/refresh", &json!({}));
    }

    /// Runs `open` and waits for the page that it opens. Otherwise a look-up could find an element
    /// of the previous page.
    pub fn open_page_by(&self, open: impl FnOnce()) {
        self.run("document.documentElement.dataset.before = ''");
        open();
        self.find("html:not([data-before])");
    }

    pub fn url(&self) -> String {
        text_of(&self.get("/url"))
    }

    pub fn title(&self) -> String {
        text_of(&self.get("/title"))
    }

    /// Returns the present markup of the page.
    pub fn source(&self) -> String {
        text_of(&self.get("/source"))
    }

    pub fn set_cookie(&self, url: &str, name: &str, value: &str) {
        let cookie = json!({ "url": url, "name": name, "value": value, "httpOnly": true });
        let set = self.cdp("Network.setCookie", &cookie);
        assert_eq!(set["success"], true, "{name}");
    }

    pub fn forget_cookies(&self) {
        self.cdp("Network.clearBrowserCookies", &json!({}));
    }

    // ---- Elements and input ----

    /// Waits for the element that a CSS selector finds.
    pub fn find(&self, css: &str) -> Element<'_> {
        self.look_up("css selector", css)
    }

    /// Waits for the element that an `XPath` finds.
    pub fn find_xpath(&self, xpath: &str) -> Element<'_> {
        self.look_up("xpath", xpath)
    }

    /// Returns the number of elements that a CSS selector finds now.
    pub fn count(&self, css: &str) -> u64 {
        self.run(&format!(
            "return document.querySelectorAll({}).length",
            json!(css)
        ))
        .as_u64()
        .expect("a number")
    }

    /// Waits for the page with this heading.
    pub fn expect_heading(&self, heading: &str) {
        self.find_xpath(&format!("//h1[normalize-space()=\"{heading}\"]"));
    }

    /// Waits for a button by its words.
    pub fn button(&self, words: &str) -> Element<'_> {
        self.find_xpath(&format!("//button[normalize-space()=\"{words}\"]"))
    }

    /// Waits for a link by its words.
    pub fn link(&self, words: &str) -> Element<'_> {
        self.find_xpath(&format!("//a[normalize-space()=\"{words}\"]"))
    }

    /// Presses a button and waits for the page that it opens.
    pub fn press_button(&self, words: &str) {
        let button = self.button(words);
        self.open_page_by(|| button.click());
    }

    /// Follows a link and waits for the page that it opens.
    pub fn follow(&self, words: &str) {
        let link = self.link(words);
        self.open_page_by(|| link.click());
    }

    /// Empties a field and types into it.
    pub fn fill(&self, css: &str, text: &str) {
        let field = self.find(css);
        field.clear();
        field.type_text(text);
    }

    /// Returns the focused element.
    pub fn focused(&self) -> Element<'_> {
        Element {
            chromium: self,
            id: text_of(&self.get("/element/active")[ELEMENT]),
        }
    }

    /// Adds a virtual authenticator (WebAuthn §11). Returns its id.
    pub fn add_device(&self, device: Device) -> String {
        let is_platform = device == Device::Platform;
        let id = self.post(
            "/webauthn/authenticator",
            &json!({
                "protocol": if is_platform { "ctap2_1" } else { "ctap1/u2f" },
                "transport": if is_platform { "internal" } else { "usb" },
                "hasResidentKey": is_platform,
                "hasUserVerification": is_platform,
                "isUserVerified": is_platform,
            }),
        );
        id.as_str().expect("an id").to_owned()
    }

    /// Returns the number of passkeys that a virtual authenticator keeps.
    pub fn count_passkeys(&self, device: &str) -> usize {
        let kept = self.get(&format!("/webauthn/authenticator/{device}/credentials"));
        kept.as_array().expect("a list").len()
    }

    pub fn set_user_verified(&self, device: &str, is_verified: bool) {
        let path = format!("/webauthn/authenticator/{device}/uv");
        self.post(&path, &json!({"isUserVerified": is_verified}));
    }

    /// Sets whether the user touches the device when it is asked.
    pub fn set_user_present(&self, device: &str, is_present: bool) {
        let parameters = json!({"authenticatorId": device, "enabled": is_present});
        self.cdp("WebAuthn.setAutomaticPresenceSimulation", &parameters);
    }

    /// Waits for a text on the page.
    pub fn expect_text(&self, text: &str) {
        self.find_xpath(&format!("//*[normalize-space(text())=\"{text}\"]"));
    }

    /// Presses a key at the focus.
    pub fn press(&self, key: Key) {
        self.keys(match key {
            Key::Tab => "\u{e004}",
            Key::Enter => "\u{e007}",
            Key::Escape => "\u{e00c}",
            Key::Space => " ",
        });
    }

    /// Types at the focus.
    pub fn keys(&self, text: &str) {
        let strokes: Vec<Value> = text
            .chars()
            .flat_map(|key| {
                [
                    json!({ "type": "keyDown", "value": key }),
                    json!({ "type": "keyUp", "value": key }),
                ]
            })
            .collect();
        self.post(
            "/actions",
            &json!({ "actions": [{ "type": "key", "id": "keyboard", "actions": strokes }] }),
        );
    }

    /// Runs a script in the page, even if pages may run none. Returns its result.
    pub fn run(&self, script: &str) -> Value {
        self.post("/execute/sync", &json!({ "script": script, "args": [] }))
    }

    /// Runs a script that passes its result to the function `done`.
    pub fn run_until_done(&self, script: &str) -> Value {
        let script = format!("const done = arguments[0];\n{script}");
        self.post("/execute/async", &json!({ "script": script, "args": [] }))
    }

    /// Stops the timer of each page from now on, so that no test waits for it. The period of
    /// the timer is in `window.every`.
    pub fn stop_timers(&self) {
        let script = "
            const start = Date.now();
            window.later = 0;
            Date.now = () => start + window.later;
            window.setInterval = (renew, every) => Object.assign(window, { renew, every })";
        self.cdp(
            "Page.addScriptToEvaluateOnNewDocument",
            &json!({ "source": script }),
        );
    }

    /// Sets the page's clock to `seconds` after loading and fires its timer.
    pub fn fire_timer(&self, seconds: u32) {
        self.run(&format!("window.later = {seconds}000; window.renew()"));
    }

    // ---- Appearance ----

    /// Sets the width of the window and the preferences of the user's system.
    pub fn set_view(&self, width: u32, scheme: Scheme) {
        let scheme = if scheme == Scheme::Dark {
            "dark"
        } else {
            "light"
        };
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        let media = json!({ "media": "", "features": features });
        self.cdp("Emulation.setEmulatedMedia", &media);
        let metrics =
            json!({ "width": width, "height": 800, "deviceScaleFactor": 1, "mobile": false });
        self.cdp("Emulation.setDeviceMetricsOverride", &metrics);
    }

    /// Shows the page as it is printed, until the next call of [`Chromium::set_view`].
    pub fn set_print_view(&self) {
        self.cdp("Emulation.setEmulatedMedia", &json!({ "media": "print" }));
    }

    /// Sets the user's time zone.
    pub fn set_time_zone(&self, zone: &str) {
        self.cdp(
            "Emulation.setTimezoneOverride",
            &json!({ "timezoneId": zone }),
        );
    }

    /// Returns the sum of the layout shifts since the page began to load.
    pub fn layout_shift(&self) -> f64 {
        let sum = self.run_until_done(
            "let sum = 0;
             const add = (shifts) => { for (const shift of shifts) sum += shift.value; };
             const observer = new PerformanceObserver((list) => add(list.getEntries()));
             observer.observe({ type: 'layout-shift', buffered: true });
             // The first frame shows what has changed, and the second one follows its entry.
             requestAnimationFrame(() => requestAnimationFrame(() => {
               add(observer.takeRecords());
               done(sum);
             }))",
        );
        sum.as_f64().expect("a number")
    }

    /// Returns the window as a PNG.
    pub fn screenshot(&self) -> Vec<u8> {
        BASE64
            .decode(text_of(&self.get("/screenshot")))
            .expect("Base64")
    }

    /// Returns the whole page as a PNG.
    pub fn screenshot_of_page(&self) -> Vec<u8> {
        let picture = self.cdp(
            "Page.captureScreenshot",
            &json!({ "captureBeyondViewport": true }),
        );
        BASE64.decode(text_of(&picture["data"])).expect("Base64")
    }

    // ---- Logs ----

    /// Returns the lines of the console since the last call.
    pub fn console(&self) -> Vec<Value> {
        self.log("browser")
    }

    /// Returns the network events since the last call.
    pub fn network(&self) -> Vec<Value> {
        let events = self.log("performance");
        events
            .iter()
            .map(|event| {
                let mut event: Value =
                    serde_json::from_str(event["message"].as_str().expect("a message"))
                        .expect("JSON");
                event["message"].take()
            })
            .collect()
    }

    /// Returns the open page as it was served: the last document since the last look at the
    /// network.
    pub fn document(&self) -> Document {
        let events = self.network();
        let last = events
            .iter()
            .rfind(|event| {
                event["method"] == "Network.responseReceived"
                    && event["params"]["type"] == "Document"
            })
            .unwrap_or_else(|| panic!("no page was loaded on the way to {}", self.url()));
        let body = self.cdp(
            "Network.getResponseBody",
            &json!({ "requestId": last["params"]["requestId"] }),
        );
        Document {
            status: last["params"]["response"]["status"]
                .as_u64()
                .expect("a status"),
            html: text_of(&body["body"]),
        }
    }

    // ---- The protocol ----

    fn cdp(&self, command: &str, parameters: &Value) -> Value {
        self.post(
            "/goog/cdp/execute",
            &json!({ "cmd": command, "params": parameters }),
        )
    }

    fn log(&self, kind: &str) -> Vec<Value> {
        self.post("/se/log", &json!({ "type": kind }))
            .as_array()
            .expect("entries")
            .clone()
    }

    fn look_up(&self, strategy: &str, selector: &str) -> Element<'_> {
        let (status, value) =
            self.send_post("/element", &json!({ "using": strategy, "value": selector }));
        assert_eq!(
            status,
            200,
            "nothing here is {selector}: {} at {}\n{}",
            self.title(),
            self.url(),
            self.source()
        );
        Element {
            chromium: self,
            id: text_of(&value[ELEMENT]),
        }
    }

    fn get(&self, path: &str) -> Value {
        let response = self.agent.get(format!("{}{path}", self.session)).call();
        let (status, value) = read(response.expect("the driver answers"));
        assert_eq!(status, 200, "{path}: {}", value["message"]);
        value
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        let (status, value) = self.send_post(path, body);
        assert_eq!(status, 200, "{path}: {}", value["message"]);
        value
    }

    fn send_post(&self, path: &str, body: &Value) -> (u16, Value) {
        let request = self.agent.post(format!("{}{path}", self.session));
        let response = request
            .header("content-type", "application/json")
            .send(body.to_string());
        read(response.expect("the driver answers"))
    }
}

impl Element<'_> {
    pub fn click(&self) {
        self.post("click", &json!({}));
    }

    pub fn clear(&self) {
        self.post("clear", &json!({}));
    }

    pub fn type_text(&self, text: &str) {
        self.post("value", &json!({ "text": text }));
    }

    /// Returns the visible text.
    pub fn text(&self) -> String {
        text_of(&self.get("text"))
    }

    /// Returns an attribute of the markup, empty if it has none.
    pub fn attribute(&self, name: &str) -> String {
        text_of(&self.get(&format!("attribute/{name}")))
    }

    /// Returns a present property, such as the `value` of a field.
    pub fn property(&self, name: &str) -> String {
        text_of(&self.get(&format!("property/{name}")))
    }

    /// Returns a computed style.
    pub fn css(&self, name: &str) -> String {
        text_of(&self.get(&format!("css/{name}")))
    }

    /// Returns true if the element has the focus.
    pub fn has_focus(&self) -> bool {
        self.chromium.focused().id == self.id
    }

    fn get(&self, what: &str) -> Value {
        self.chromium.get(&format!("/element/{}/{what}", self.id))
    }

    fn post(&self, what: &str, body: &Value) -> Value {
        self.chromium
            .post(&format!("/element/{}/{what}", self.id), body)
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        // Closes the window first, so that the browser is gone before its profile. If that fails,
        // the browser exits with its driver.
        drop(self.agent.delete(&self.session).call());
        drop(self.driver.kill());
        drop(self.driver.wait());
    }
}

/// Starts a driver with its home in this folder. Returns it with its output and its port.
///
/// Starts it again if it exits. Chromium's driver picks a free port of one loopback address, and
/// takes the same port of the other address. Another process may have that one already.
fn start_driver(kind: BrowserKind, home: &Path) -> (Child, BufReader<ChildStdout>, u16) {
    let (program, mut last_words) = (kind.driver(), String::new());
    for _ in 0..STARTS {
        let mut driver = Command::new(program)
            .arg("--port=0")
            .env("HOME", home)
            .env("TMPDIR", home)
            .env("LC_ALL", "C.UTF-8")
            .env_remove("LANGUAGE")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| {
                panic!("{program} does not start ({error}): run scripts/test, it installs it")
            });
        let mut said = BufReader::new(driver.stdout.take().expect("piped"));
        match port(&mut said) {
            Ok(port) => return (driver, said, port),
            Err(words) => last_words = words,
        }
        // The driver may have exited already.
        drop(driver.kill());
        drop(driver.wait());
    }
    panic!("{program} does not start: {last_words}");
}

/// Returns the port that the driver reports, or its output if it exited.
fn port(said: &mut impl BufRead) -> Result<u16, String> {
    let mut so_far = String::new();
    while said.read_line(&mut so_far).expect("UTF-8") > 0 {
        let line = so_far.lines().last().unwrap_or_default();
        let port = line
            .split_once("started successfully on port ")
            .or_else(|| line.split_once("Listening on 127.0.0.1:"));
        if let Some((_, port)) = port {
            return Ok(port.trim_end_matches('.').parse().expect("a port"));
        }
    }
    Err(so_far)
}

fn read(mut response: ureq::http::Response<ureq::Body>) -> (u16, Value) {
    let body = response
        .body_mut()
        .with_config()
        .limit(64 << 20)
        .read_to_string()
        .expect("UTF-8");
    let mut body: Value = serde_json::from_str(&body).expect("JSON");
    (response.status().as_u16(), body["value"].take())
}

/// Returns a string, empty for null.
fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}
