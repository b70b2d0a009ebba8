//! The harness of black-box tests: the app on a free port ([`TestApp`]), a browser-like client
//! ([`Browser`]), the mailbox. Tests fill forms, read emails and follow links. None sleeps, all can
//! run at once, and nothing is left behind.

#![allow(
    dead_code,
    unused_imports,
    reason = "each test file is a crate of its own and uses its part of this"
)]

mod api;
mod authenticator;
pub mod behind;
pub mod browser;
pub mod chromium;
mod email;
mod faults;
mod home;
pub mod passkey;
mod person;
pub mod postgres;
mod process;
pub mod proxy;
pub mod races;
mod records;
pub mod smtp;
pub mod tls;

use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Barrier, Mutex, MutexGuard, PoisonError, Weak, mpsc};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use vestibule::app::App;
use vestibule::clock::{Clock, Timestamp};
use vestibule::config::{Settings, TrustedProxies, Variables};
use vestibule::server::{Server, Stopper};

pub use api::{Program, Tokens};
pub use authenticator::Authenticator;
pub use behind::AppAt;
pub use browser::{Browser, Response};
pub use email::Email;
pub use home::Home;
pub use passkey::Passkey;
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

/// Locks a mutex, even if a thread has panicked while it held the lock. The servers and databases
/// of a failed test still have to end in order.
fn unpoisoned<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
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

impl TestApp {
    /// Starts the app with the default settings.
    pub fn start() -> Self {
        Self::start_with(|_| {})
    }

    /// Starts the app with changed settings.
    pub fn start_with(change: impl FnOnce(&mut Settings)) -> Self {
        Self::start_in(Arc::new(Home::new()), Clock::fixed(START), change)
    }

    /// Starts the app at the present time. Commands use it, too.
    pub fn start_now(change: impl FnOnce(&mut Settings)) -> Self {
        let clock = Clock::fixed(Clock::System.now());
        Self::start_in(Arc::new(Home::new()), clock, change)
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
        let server_thread = thread::Builder::new().name(faults::SERVER_THREAD.to_owned());
        let serve = move || {
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
        };
        let thread = server_thread.spawn(serve).expect("a thread");
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
        let token = self.email_to(email).token();
        browser
            .post("/verify", &[("token", &token)])
            .assert_redirect("/login");
        browser
    }

    /// Signs up, confirms the address and logs in.
    pub fn register_and_log_in(&self, email: &str, password: &str) -> Browser {
        let browser = self.register(email, password);
        browser
            .log_in(email, password)
            .assert_redirect("/dashboard");
        browser
    }

    /// Signs up, confirms the address and logs in with a session that outlives the browser process.
    pub fn register_and_log_in_remembered(&self, email: &str, password: &str) -> Browser {
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
        self.email_about(email, "Reset your password – Vestibule")
            .token()
    }

    /// Requests another email address in a logged-in browser. Returns the email with the link.
    #[track_caller]
    pub fn request_address(&self, browser: &Browser, email: &str) -> Email {
        browser
            .post("/account/email", &[("email", email)])
            .assert_redirect("/account/email");
        self.email_about(email, "Confirm your new email address – Vestibule")
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

    /// Returns a new browser with all cookies of another.
    pub fn with_cookies_of(&self, browser: &Browser) -> Browser {
        let other = self.browser();
        for (name, value) in browser.cookies() {
            other.set_cookie(&name, &value);
        }
        other
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
