//! The harness of black-box tests: the app on a free port ([`TestApp`]), a browser-like client
//! ([`Browser`]), the mailbox. Tests fill forms, read emails and follow links. None sleeps, all can
//! run at once, and nothing is left behind.

#![allow(
    dead_code,
    unused_imports,
    reason = "each test file is a crate of its own and uses its part of this"
)]

mod api;
mod browser;
pub mod chromium;
mod faults;
mod home;
mod person;
pub mod postgres;
mod process;
pub mod races;
mod records;
pub mod smtp;
pub mod tls;

use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Barrier, Weak, mpsc};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use serde_json::Value;
use vestibule::app::App;
use vestibule::clock::{Clock, Timestamp};
use vestibule::config::{Settings, TrustedProxies, Variables};
use vestibule::server::{Server, Stopper};

pub use api::{Program, Tokens};
pub use browser::{Answer, Browser};
pub use home::Home;
pub use person::Person;
pub use process::Process;

/// The time at which tests begin: 22 November 2026, 12:00 UTC.
const START: Timestamp = Timestamp::from_millis(1_795_348_800_000);

/// A password that every rule accepts.
pub const PASSWORD: &str = "harbour velvet onion";
/// Another valid password.
pub const OTHER_PASSWORD: &str = "copper lantern drizzle";

/// Waits for a condition that has no event, for a minute at most.
#[expect(
    clippy::disallowed_methods,
    reason = "a bound, so that a test fails and does not hang"
)]
#[track_caller]
pub fn eventually(is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(
            begun.elapsed() < Duration::from_mins(1),
            "it does not come to that"
        );
        thread::sleep(Duration::from_millis(2));
    }
}

/// Trusts the proxy on this machine for which [`Browser::at`] speaks.
pub fn behind_a_proxy(settings: &mut Settings) {
    settings.edge.trusted_proxies = TrustedProxies::parse("127.0.0.1").expect("an address");
}

/// Opens a raw connection to a server. A read fails after 20 seconds.
pub fn connect(base: &str) -> TcpStream {
    let address = base.strip_prefix("http://").expect("an address");
    let stream = TcpStream::connect(address).expect("connects");
    let timeout = Some(Duration::from_secs(20));
    stream.set_read_timeout(timeout).expect("a timeout");
    stream
}

/// Runs all at the same moment. Returns the result of each.
pub fn at_once<T: Send>(all: Vec<Box<dyn FnOnce() -> T + Send + '_>>) -> Vec<T> {
    let barrier = Barrier::new(all.len());
    let begin = |one: Box<dyn FnOnce() -> T + Send + '_>| {
        barrier.wait();
        one()
    };
    thread::scope(|scope| {
        let running: Vec<_> = all
            .into_iter()
            .map(|one| scope.spawn(move || begin(one)))
            .collect();
        running
            .into_iter()
            .map(|one| one.join().expect("it comes to something"))
            .collect()
    })
}

/// The app on a free port, with its own folder, database and clock. Stops when dropped.
pub struct TestApp {
    /// `http://127.0.0.1:PORT`.
    pub base: String,
    /// The same for `/metrics`, if there is a listener for it.
    pub metrics: Option<String>,
    /// The origin that links are built from.
    pub public_url: String,
    /// The app's clock, which only tests move.
    pub clock: Clock,
    /// The app's data.
    pub home: Arc<Home>,
    app: Weak<App>,
    stopper: Option<Stopper>,
    thread: Option<JoinHandle<()>>,
}

/// An email, as the mailbox shows it.
#[derive(Clone, Debug)]
pub struct Mail {
    pub to: String,
    pub subject: String,
    pub text: String,
    pub html: String,
    pub links: Vec<String>,
    pub headers: Value,
}

impl TestApp {
    /// Starts the app with the default settings.
    pub fn start() -> Self {
        Self::start_with(|_| {})
    }

    /// Starts the app with changed settings.
    pub fn start_with(change: impl FnOnce(&mut Settings)) -> Self {
        Self::start_in(Arc::new(Home::new()), Clock::fixed(START), change)
    }

    /// Starts the app on existing data.
    pub fn start_in(home: Arc<Home>, clock: Clock, change: impl FnOnce(&mut Settings)) -> Self {
        let mut variables = home.variables();
        variables.extend([
            ("VESTIBULE_LISTEN", "127.0.0.1:0".to_owned()),
            ("VESTIBULE_BCRYPT_COST", "4".to_owned()),
        ]);
        let mut settings = Settings::read(&Variables::of(variables)).expect("settings for tests");
        settings.edge.workers = Some(1);
        settings.edge.stop_timeout = Duration::ZERO;
        change(&mut settings);
        faults::collect();
        let (ready, is_ready) = mpsc::channel();
        let server_clock = clock.clone();
        let thread = thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let server = Server::start(settings, server_clock).await.expect("starts");
                let (addresses, public_url) = (
                    (server.address, server.metrics_address),
                    server.app.public_url.to_string(),
                );
                let app = Arc::downgrade(&server.app.clone().into_inner());
                let (running, stopper) = server.into_parts();
                ready
                    .send((addresses, public_url, app, stopper))
                    .expect("the test waits");
                running.await.expect("runs");
            });
        });
        let ((address, metrics), public_url, app, stopper): (
            (SocketAddr, Option<SocketAddr>),
            _,
            _,
            Stopper,
        ) = is_ready.recv().expect("the server starts");
        Self {
            base: format!("http://{address}"),
            metrics: metrics.map(|address| format!("http://{address}")),
            public_url,
            clock,
            home,
            app,
            stopper: Some(stopper),
            thread: Some(thread),
        }
    }

    /// Restarts the app on the same data, with changed settings.
    pub fn restart_with(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        self.halt();
        Self::start_in(Arc::clone(&self.home), self.clock.clone(), change)
    }

    /// Starts another node on the same data.
    pub fn another_node(&self, change: impl FnOnce(&mut Settings)) -> Self {
        Self::start_in(Arc::clone(&self.home), self.clock.clone(), change)
    }

    /// Returns a new browser.
    pub fn browser(&self) -> Browser {
        Browser::new(&self.base)
    }

    pub fn advance(&self, duration: Duration) {
        self.clock.advance(duration);
    }

    /// Returns every email so far, newest first.
    pub fn mails(&self) -> Vec<Mail> {
        let answer = self.browser().get("/dev/mailbox.json");
        assert_eq!(answer.status, 200, "{}", answer.body);
        let mails: Vec<Value> = serde_json::from_str(&answer.body).expect("JSON");
        mails.into_iter().map(Mail::from).collect()
    }

    /// Returns every email to one address, newest first.
    pub fn mails_to(&self, address: &str) -> Vec<Mail> {
        self.mails()
            .into_iter()
            .filter(|mail| mail.to == address)
            .collect()
    }

    /// Returns the newest email to an address, which must exist.
    pub fn mail_to(&self, address: &str) -> Mail {
        self.mails_to(address)
            .into_iter()
            .next()
            .unwrap_or_else(|| panic!("an email to {address}"))
    }

    /// Signs up and confirms the address. Returns the browser, which is logged out.
    pub fn register(&self, email: &str, password: &str) -> Browser {
        let browser = self.browser();
        // Elsewhere: the browser that signs up is logged in by the confirmation.
        self.browser()
            .post(
                "/signup",
                &[("email", email), ("password", password), ("name", "")],
            )
            .assert_redirect("/signup/sent");
        let token = self.mail_to(email).token();
        browser
            .post("/verify", &[("token", &token)])
            .assert_redirect("/login");
        browser
    }

    /// Signs up, confirms the address and logs in.
    pub fn sign_in(&self, email: &str, password: &str) -> Browser {
        let browser = self.register(email, password);
        browser
            .log_in(email, password)
            .assert_redirect("/dashboard");
        browser
    }

    /// Signs up, confirms the address and logs in with a session that outlives the browser process.
    pub fn sign_in_remembered(&self, email: &str, password: &str) -> Browser {
        let browser = self.register(email, password);
        browser
            .log_in_remembered(email, password)
            .assert_redirect("/dashboard");
        browser
    }

    /// Requests a reset link in a new browser. Returns its token.
    #[track_caller]
    pub fn reset_token(&self, email: &str) -> String {
        self.request_reset(&self.browser(), email)
    }

    /// Requests a reset link in this browser. Returns its token.
    #[track_caller]
    pub fn request_reset(&self, browser: &Browser, email: &str) -> String {
        browser
            .post("/password/forgot", &[("email", email)])
            .assert_redirect("/password/sent");
        self.mail_about(email, "Reset your password – Vestibule")
            .token()
    }

    /// Requests another email address in a logged-in browser. Returns the email with the link.
    #[track_caller]
    pub fn request_address(&self, browser: &Browser, email: &str) -> Mail {
        browser
            .post("/account/email", &[("email", email)])
            .assert_redirect("/account/email");
        self.mail_about(email, "Confirm your new email address – Vestibule")
    }

    /// Logs a new browser in.
    pub fn log_in(&self, email: &str, password: &str) -> Browser {
        let browser = self.browser();
        browser
            .log_in(email, password)
            .assert_redirect("/dashboard");
        browser
    }

    /// Returns a new browser with the session cookie of another, like an attacker who has copied
    /// it.
    pub fn with_session_of(&self, browser: &Browser) -> Browser {
        let other = self.browser();
        other.set_cookie("session", &browser.cookie("session").expect("signed in"));
        other
    }

    /// Returns the newest email to an address with this subject, which must exist.
    #[track_caller]
    pub fn mail_about(&self, address: &str, subject: &str) -> Mail {
        let mails = self.mails_to(address);
        let subjects: Vec<_> = mails.iter().map(|mail| mail.subject.clone()).collect();
        let mail = mails.into_iter().find(|mail| mail.subject == subject);
        mail.unwrap_or_else(|| panic!("{subject} for {address}; there are {subjects:?}"))
    }

    fn halt(&mut self) {
        if let Some(stopper) = self.stopper.take() {
            actix_web::rt::System::new().block_on(stopper.stop());
        }
        if let Some(thread) = self.thread.take() {
            thread.join().expect("the server ends in order");
        }
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        if let Some(stopper) = self.stopper.take() {
            actix_web::rt::System::new().block_on(stopper.stop());
        }
        if let Some(thread) = self.thread.take() {
            // The test that waited for a response saw a panic of the server.
            drop(thread.join());
        }
        let faults = faults::take();
        assert!(
            faults.is_empty() || thread::panicking(),
            "the server had faults: {faults:#?}"
        );
    }
}

impl Mail {
    /// Returns the token of the main link.
    pub fn token(&self) -> String {
        let (_, token) = self.links[0]
            .split_once("token=")
            .unwrap_or_else(|| panic!("a token in {:?}", self.links));
        token.to_owned()
    }

    /// Returns the token of the undo link, “This wasn’t me”, which is the last one.
    pub fn undo_token(&self) -> String {
        let undo = self
            .links
            .last()
            .and_then(|link| link.split_once("/undo?token="));
        undo.unwrap_or_else(|| panic!("an undo in {:?}", self.links))
            .1
            .to_owned()
    }

    /// Returns the path of the main link.
    pub fn path(&self) -> String {
        let at = self.links[0].find("://").map_or(0, |at| at + 3);
        self.links[0][at..]
            .find('/')
            .map_or_else(String::new, |slash| self.links[0][at + slash..].to_owned())
    }

    /// Returns a header.
    pub fn header(&self, name: &str) -> &str {
        self.headers[name].as_str().unwrap_or_default()
    }
}

impl From<Value> for Mail {
    fn from(mail: Value) -> Self {
        let text = |name: &str| mail[name].as_str().expect(name).to_owned();
        Self {
            to: text("to"),
            subject: text("subject"),
            text: text("text"),
            html: text("html"),
            links: mail["links"]
                .as_array()
                .expect("links")
                .iter()
                .map(|link| link.as_str().expect("a link").to_owned())
                .collect(),
            headers: mail["headers"].clone(),
        }
    }
}
