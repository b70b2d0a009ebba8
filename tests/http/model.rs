//! Random histories of one account, beside a small model of its logins. After each step, pages open
//! in exactly those browsers that are logged in by the model.

use std::time::Duration;

use proptest::prelude::*;

use crate::support::races::cases;
use crate::support::{Browser, Email, OTHER_PASSWORD, PASSWORD, TestApp, eventually};

const ADMIN: &str = "root@example.org";
const EMAIL: &str = "ada@example.org";
const RESET: &str = "Reset your password – Vestibule";
const PASSWORDS: [&str; 4] = [
    PASSWORD,
    OTHER_PASSWORD,
    "pebble orbit cinnamon",
    "thistle gravel monsoon",
];
const BROWSERS: usize = 3;
/// In minutes, the unit of time here.
const DAY: u64 = 24 * 60;

/// A step of a history. Browsers and passwords are numbers.
#[derive(Clone, Copy, Debug)]
enum Step {
    LogIn {
        browser: usize,
        /// The distance from the current password, which is 0.
        password: usize,
        remember: bool,
    },
    LogOut(usize),
    /// Asks for a reset link and uses it.
    Reset {
        password: usize,
    },
    ChangePassword {
        browser: usize,
        password: usize,
        end_others: bool,
    },
    EndOthers(usize),
    /// Uses the undo link of an earlier notice.
    Undo(usize),
    SetLocked(bool),
    Delete(usize),
    SignUp {
        password: usize,
    },
    /// Moves the clock so many times, and looks at every page in between.
    Wait {
        minutes: u64,
        times: u32,
    },
}

#[derive(Clone, Copy)]
struct Session {
    begun: u64,
    seen: u64,
    remember: bool,
}

/// An undo link of a notice.
struct Undo {
    token: String,
    expires: u64,
    works: bool,
}

/// The model, with the account that it describes.
struct Model<'a> {
    app: &'a TestApp,
    browsers: [Browser; BROWSERS],
    now: u64,
    exists: bool,
    locked: bool,
    /// An undo was used, and no new password has been set since.
    blocked: bool,
    password: usize,
    /// The last session of each browser, unless it was ended.
    sessions: [Option<Session>; BROWSERS],
    /// Oldest first.
    undos: Vec<Undo>,
}

fn histories() -> impl Strategy<Value = Vec<Step>> {
    let (browser, password) = (|| 0..BROWSERS, || 0..PASSWORDS.len());
    let distance = prop_oneof![3 => Just(0_usize), 1 => 1..PASSWORDS.len()];
    let waits: Vec<(u64, u32)> = vec![
        (1, 1),
        (11, 1),
        (23 * 60, 1),
        (23 * 60, 8),
        (25 * 60, 1),
        (8 * DAY, 1),
        (29 * DAY, 7),
    ];
    let step = prop_oneof![
        6 => (browser(), distance, any::<bool>()).prop_map(|(browser, password, remember)| {
            Step::LogIn { browser, password, remember }
        }),
        1 => browser().prop_map(Step::LogOut),
        1 => password().prop_map(|password| Step::Reset { password }),
        2 => (browser(), password(), any::<bool>()).prop_map(|(browser, password, end_others)| {
            Step::ChangePassword { browser, password, end_others }
        }),
        1 => browser().prop_map(Step::EndOthers),
        2 => (0..10_usize).prop_map(Step::Undo),
        2 => any::<bool>().prop_map(Step::SetLocked),
        1 => browser().prop_map(Step::Delete),
        1 => password().prop_map(|password| Step::SignUp { password }),
        3 => prop::sample::select(waits).prop_map(|(minutes, times)| Step::Wait { minutes, times }),
    ];
    prop::collection::vec(step, 6..20)
}

impl Session {
    fn is_live(self, now: u64) -> bool {
        let (idle, absolute) = if self.remember {
            (30 * DAY, 180 * DAY)
        } else {
            (DAY, 7 * DAY)
        };
        now < self.seen + idle && now < self.begun + absolute
    }
}

impl<'a> Model<'a> {
    fn new(app: &'a TestApp) -> Self {
        app.register(EMAIL, PASSWORDS[0]);
        Self {
            app,
            browsers: [(); BROWSERS].map(|()| app.browser()),
            now: 0,
            exists: true,
            locked: false,
            blocked: false,
            password: 0,
            sessions: [None; BROWSERS],
            undos: Vec::new(),
        }
    }

    fn play(&mut self, step: Step) {
        match step {
            Step::LogIn {
                browser,
                password,
                remember,
            } => self.log_in(browser, password, remember),
            Step::LogOut(browser) => self.log_out(browser),
            Step::Reset { password } => self.reset(password),
            Step::ChangePassword {
                browser,
                password,
                end_others,
            } => self.change_password(browser, password, end_others),
            Step::EndOthers(browser) => self.end_others(browser),
            Step::Undo(notice) => self.undo(notice),
            Step::SetLocked(locked) => self.set_locked(locked),
            Step::Delete(browser) => self.delete(browser),
            Step::SignUp { password } => self.sign_up(password),
            Step::Wait { minutes, times } => self.wait(minutes, times),
        }
        self.look_everywhere();
    }

    fn log_in(&mut self, browser: usize, distance: usize, remember: bool) {
        let password = (self.password + distance) % PASSWORDS.len();
        let mut form = vec![("email", EMAIL), ("password", PASSWORDS[password])];
        form.extend(remember.then_some(("remember", "on")));
        let status = self.browsers[browser].post("/login", &form).status;
        assert_eq!(status, self.status_of_login(password));
        if status == 303 {
            self.sessions[browser] = Some(Session {
                begun: self.now,
                seen: self.now,
                remember,
            });
            self.note_undo();
        }
    }

    fn log_out(&mut self, browser: usize) {
        self.browsers[browser]
            .post("/logout", &[])
            .assert_redirect("/login");
        self.sessions[browser] = None;
    }

    fn reset(&mut self, password: usize) {
        let browser = self.app.browser();
        let emails = self.app.emails_to(EMAIL).len();
        browser
            .post("/password/forgot", &[("email", EMAIL)])
            .assert_redirect("/password/sent");
        if !self.exists {
            assert_eq!(self.app.emails_to(EMAIL).len(), emails);
            return;
        }
        let token = self.app.email_about(EMAIL, RESET).token();
        let form = [("token", token.as_str()), ("password", PASSWORDS[password])];
        let response = browser.post("/password/reset", &form);
        if self.blocked && password == self.password {
            assert_eq!(response.status, 422);
            return;
        }
        response.assert_redirect("/login");
        (self.password, self.blocked) = (password, false);
        self.sessions = [None; BROWSERS];
        self.note_undo();
    }

    fn change_password(&mut self, browser: usize, password: usize, end_others: bool) {
        let mut form = vec![
            ("current_password", PASSWORDS[self.password]),
            ("password", PASSWORDS[password]),
        ];
        form.extend(end_others.then_some(("end_others", "on")));
        let status = self.browsers[browser]
            .post("/account/password", &form)
            .status;
        let is_other = password != self.password;
        assert_eq!(
            status,
            self.status_of_form(browser, if is_other { 303 } else { 422 })
        );
        if status == 303 {
            self.password = password;
            if end_others {
                self.keep_only(browser);
            }
            self.note_undo();
        }
    }

    fn end_others(&mut self, browser: usize) {
        let form = [("current_password", PASSWORDS[self.password])];
        let response = self.browsers[browser].post("/account/sessions/end-others", &form);
        assert_eq!(response.status, self.status_of_form(browser, 303));
        if response.status == 303 {
            self.keep_only(browser);
        }
    }

    fn undo(&mut self, notice: usize) {
        if self.undos.is_empty() {
            return;
        }
        let number = notice % self.undos.len();
        let undo = &self.undos[number];
        let works = undo.works && self.now < undo.expires;
        let form = [("token", undo.token.as_str())];
        let status = self.app.browser().post("/undo", &form).status;
        assert_eq!(status, if works { 303 } else { 410 });
        if works {
            // An undo link wins over those that were sent later.
            for undo in &mut self.undos[number..] {
                undo.works = false;
            }
            self.blocked = true;
            self.sessions = [None; BROWSERS];
        }
    }

    fn set_locked(&mut self, locked: bool) {
        if !self.exists {
            return;
        }
        let ids = format!("SELECT id AS line FROM users WHERE email = '{EMAIL}'");
        let id = self.app.home.lines(&ids).remove(0);
        let action = if locked { "lock" } else { "unlock" };
        let path = format!("/api/v1/users/{id}/{action}");
        let administrator = self
            .app
            .program_with(&self.app.tokens(ADMIN, PASSWORD).access);
        assert_eq!(administrator.send("POST", &path, &[], "").status, 200);
        self.locked = locked;
        if locked {
            self.sessions = [None; BROWSERS];
        }
    }

    fn delete(&mut self, browser: usize) {
        let form = [("current_password", PASSWORDS[self.password])];
        let response = self.browsers[browser].post("/account/delete", &form);
        assert_eq!(response.status, self.status_of_form(browser, 303));
        if response.status == 303 {
            self.exists = false;
            self.sessions = [None; BROWSERS];
            for undo in &mut self.undos {
                undo.works = false;
            }
        }
    }

    /// A sign-up for the address of an account changes nothing.
    fn sign_up(&mut self, password: usize) {
        if self.exists {
            self.app
                .browser()
                .sign_up(EMAIL, PASSWORDS[password])
                .assert_redirect("/signup/sent");
            return;
        }
        self.app.register(EMAIL, PASSWORDS[password]);
        (self.exists, self.locked, self.blocked) = (true, false, false);
        self.password = password;
    }

    fn wait(&mut self, minutes: u64, times: u32) {
        for _ in 0..times {
            self.app.advance(Duration::from_mins(minutes));
            self.now += minutes;
            self.look_everywhere();
        }
    }

    /// Looks at a page in every browser, which counts as a use of its session.
    fn look_everywhere(&mut self) {
        let mut live = 0;
        for number in 0..BROWSERS {
            let is_logged_in = self.is_logged_in(number);
            let status = self.browsers[number].get("/dashboard").status;
            let expected = if is_logged_in { 200 } else { 303 };
            assert_eq!(status, expected, "browser {number}");
            if let Some(session) = self.sessions[number].as_mut().filter(|_| is_logged_in) {
                session.seen = self.now;
                live += 1;
            }
        }
        // A page does not wait until its use of the session is stored.
        let used = format!(
            "ended_at IS NULL AND last_seen_at = {} AND user_id IN \
             (SELECT id FROM users WHERE email = '{EMAIL}')",
            self.app.clock.now().millis()
        );
        eventually(|| self.app.home.count("sessions", &used) == live);
    }

    /// Tries every password in a new browser.
    fn try_passwords(&self) {
        for (number, password) in PASSWORDS.iter().enumerate() {
            let status = self.app.browser().log_in(EMAIL, password).status;
            assert_eq!(status, self.status_of_login(number), "{password}");
        }
    }

    fn is_logged_in(&self, browser: usize) -> bool {
        self.sessions[browser].is_some_and(|session| session.is_live(self.now))
    }

    fn status_of_login(&self, password: usize) -> u16 {
        if !self.exists || password != self.password {
            422
        } else if self.blocked || self.locked {
            403
        } else {
            303
        }
    }

    /// Returns the status of a form for logged-in users, given its status in a live session.
    fn status_of_form(&self, browser: usize, live: u16) -> u16 {
        if self.is_logged_in(browser) {
            live
        } else {
            401
        }
    }

    fn keep_only(&mut self, browser: usize) {
        let kept = self.sessions[browser];
        self.sessions = [None; BROWSERS];
        self.sessions[browser] = kept;
    }

    /// Notes the undo link of the newest notice. A step sends at most one.
    fn note_undo(&mut self) {
        let is_notice = |message: &&Email| {
            message
                .links
                .last()
                .is_some_and(|link| link.contains("/undo?token="))
        };
        let mails = self.app.emails_to(EMAIL);
        let newest = mails.iter().find(is_notice).map(Email::undo_token);
        if let Some(token) = newest
            && self.undos.iter().all(|undo| undo.token != token)
        {
            self.undos.push(Undo {
                token,
                expires: self.now + 7 * DAY,
                works: true,
            });
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: cases(),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn logins_match_the_model(history in histories()) {
        let app = TestApp::start_with(|settings| settings.limits = false);
        app.register(ADMIN, PASSWORD);
        app.home.sql("UPDATE users SET is_admin = TRUE");
        let mut model = Model::new(&app);
        for step in history {
            model.play(step);
        }
        model.try_passwords();
    }
}
