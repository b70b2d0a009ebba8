//! Two requests at once that change an account. Each order has its outcome, and there is no third
//! one. Each test plays the same moment many times, with a short head start for one or the other.

use crate::support::races::{self, Outcomes, rounds};
use crate::support::{Browser, OTHER_PASSWORD, PASSWORD, TestApp, at_once};

const NEW_LOGIN: &str = "New login to your account – Vestibule";
const CHANGING: &str = "Email address change requested – Vestibule";
const CHANGED_BACK: &str = "Your email address was changed back – Vestibule";
const SECURED: &str = "Reset your password to get back in – Vestibule";
const DELETED: &str = "Your account was deleted – Vestibule";

/// Starts a server with several threads and without limits, because a round takes no hour.
fn app() -> TestApp {
    TestApp::start_with(|settings| {
        settings.limits = false;
        settings.edge.workers = Some(4);
    })
}

/// Returns the status of a form.
fn post(browser: &Browser, path: &str, form: &[(&str, &str)]) -> u16 {
    let response = browser.post(path, form);
    assert!(
        response.status < 500,
        "{path}: {} {}",
        response.status,
        response.body
    );
    response.status
}

/// Plays a round: both forms at once, each from its own browser.
fn both(round: usize, one: Form<'_>, two: Form<'_>) -> (u16, u16) {
    let side = |form: Form<'_>| {
        let Form {
            browser,
            path,
            fields,
        } = form;
        let path = path.to_owned();
        let send = move |browser: &Browser| {
            let fields: Vec<_> = fields
                .iter()
                .map(|(name, value)| (*name, value.as_str()))
                .collect();
            post(browser, &path, &fields)
        };
        (browser, send)
    };
    races::both(round, side(one), side(two))
}

struct Form<'a> {
    browser: Browser,
    path: &'a str,
    fields: Vec<(&'static str, String)>,
}

fn form<'a>(browser: Browser, path: &'a str, fields: &[(&'static str, &str)]) -> Form<'a> {
    Form {
        browser,
        path,
        fields: fields
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()))
            .collect(),
    }
}

/// Registers an account and logs in. Returns the browser and an undo link from a login elsewhere.
fn with_undo(app: &TestApp, email: &str) -> (Browser, String) {
    let browser = app.register_and_log_in(email, PASSWORD);
    app.log_in(email, PASSWORD);
    let undo = app.email_about(email, NEW_LOGIN).undo_token();
    (browser, undo)
}

fn log_in(app: &TestApp, email: &str, password: &str) -> u16 {
    app.browser().log_in(email, password).status
}

#[test]
fn one_of_twenty_parallel_undos_takes_effect() {
    let app = app();
    for round in 0..rounds() {
        let email = format!("ada{round}@example.org");
        let (_, undo) = with_undo(&app, &email);
        let before = app.emails_to(&email).len();
        let press = || -> Box<dyn FnOnce() -> u16 + Send> {
            let (browser, undo) = (app.browser(), undo.clone());
            Box::new(move || post(&browser, "/undo", &[("token", &undo)]))
        };
        let mut statuses = at_once((0..20).map(|_| press()).collect());
        statuses.sort_unstable();
        assert_eq!((statuses[0], &statuses[1..]), (303, &[410; 19][..]));
        assert_eq!(app.emails_to(&email).len(), before + 1, "one email");
        assert_eq!(log_in(&app, &email, PASSWORD), 403);
        app.clear_mailbox();
    }
    assert_eq!(usize::try_from(app.events("undone")), Ok(rounds()));
}

#[test]
fn one_of_twenty_parallel_confirmations_takes_effect() {
    let app = app();
    for round in 0..rounds() {
        let [old, new] =
            ["example.org", "example.net"].map(|domain| format!("ada{round}@{domain}"));
        let browser = app.register_and_log_in(&old, PASSWORD);
        let token = app.request_address(&browser, &new).token();
        let before = app.emails_to(&old).len();
        let press = || -> Box<dyn FnOnce() -> u16 + Send> {
            let (browser, token) = (app.with_session_of(&browser), token.clone());
            Box::new(move || post(&browser, "/account/email/confirm", &[("token", &token)]))
        };
        let mut statuses = at_once((0..20).map(|_| press()).collect());
        statuses.sort_unstable();
        assert_eq!((statuses[0], &statuses[1..]), (303, &[410; 19][..]));
        assert_eq!(
            (app.emails_to(&old).len(), app.emails_to(&new).len()),
            (before + 1, 1),
            "one notice"
        );
        assert_eq!(
            (log_in(&app, &old, PASSWORD), log_in(&app, &new, PASSWORD)),
            (422, 303)
        );
        app.clear_mailbox();
    }
    assert_eq!(usize::try_from(app.events("address_changed")), Ok(rounds()));
}

#[test]
fn one_of_twenty_parallel_acceptances_creates_the_account() {
    let app = app();
    let invited = (0..rounds()).map(|round| format!("ada{round}@example.org"));
    let invited: Vec<String> = invited.collect();
    let mut arguments = vec!["invite"];
    arguments.extend(invited.iter().map(String::as_str));
    app.command(&arguments);
    for email in &invited {
        let token = app.email_to(email).token();
        let press = || -> Box<dyn FnOnce() -> u16 + Send> {
            let (browser, token) = (app.browser(), token.clone());
            Box::new(move || {
                let form = [("token", &token[..]), ("password", PASSWORD)];
                post(&browser, "/invitation", &form)
            })
        };
        let mut statuses = at_once((0..20).map(|_| press()).collect());
        statuses.sort_unstable();
        assert_eq!((statuses[0], &statuses[1..]), (303, &[410; 19][..]));
        assert_eq!(app.user_ids(email).len(), 1);
    }
}

/// Confirms two links at once. The older one is invalidated in either order.
#[test]
fn cve_2026_32700_two_links_at_once_change_address_once() {
    let app = app();
    for round in 0..rounds() {
        let [old, one, two] = ["org", "net", "com"].map(|top| format!("ada{round}@example.{top}"));
        let browser = app.register_and_log_in(&old, PASSWORD);
        let tokens = [&one, &two].map(|email| app.request_address(&browser, email).token());
        let confirm = |token| {
            form(
                app.with_session_of(&browser),
                "/account/email/confirm",
                &[("token", token)],
            )
        };
        assert_eq!(
            both(round, confirm(&tokens[0]), confirm(&tokens[1])),
            (410, 303)
        );
        assert_eq!(
            [&old, &one, &two].map(|email| app.user_ids(email).len()),
            [0, 0, 1]
        );
        app.clear_mailbox();
    }
}

/// Confirms one address while another is requested. The account never gets a third address, and the
/// last request can still be confirmed.
#[test]
fn confirmation_and_new_request_leave_one_change() {
    let app = app();
    let mut outcomes = Outcomes::of(&[(303, 303), (410, 303)]);
    while let Some(round) = outcomes.next_round() {
        let [old, one, two] = ["org", "net", "com"].map(|top| format!("ada{round}@example.{top}"));
        let browser = app.register_and_log_in(&old, PASSWORD);
        let token = app.request_address(&browser, &one).token();
        let confirm = form(
            app.with_session_of(&browser),
            "/account/email/confirm",
            &[("token", &token)],
        );
        let wish = form(
            app.with_session_of(&browser),
            "/account/email",
            &[("email", &two)],
        );
        let (confirmed, asked) = both(round, confirm, wish);
        outcomes.record((confirmed, asked));
        let address = if confirmed == 303 { &one } else { &old };
        assert_eq!(app.user_ids(address).len(), 1);
        let token = app
            .email_about(&two, "Confirm your new email address – Vestibule")
            .token();
        browser
            .post("/account/email/confirm", &[("token", &token)])
            .assert_redirect("/account");
        assert_eq!(
            [&old, &one, &two].map(|email| app.user_ids(email).len()),
            [0, 0, 1]
        );
        app.clear_mailbox();
    }
}

#[test]
fn one_of_two_accounts_gets_the_wanted_address() {
    let app = app();
    let mut outcomes = Outcomes::of(&[(303, 410), (410, 303)]);
    while let Some(round) = outcomes.next_round() {
        let wanted = format!("wanted{round}@example.net");
        let people = ["ada", "grace"].map(|name| format!("{name}{round}@example.org"));
        let browsers = people
            .each_ref()
            .map(|email| app.register_and_log_in(email, PASSWORD));
        let tokens = browsers
            .each_ref()
            .map(|browser| app.request_address(browser, &wanted).token());
        let [one, two] = browsers;
        let (one, two) = both(
            round,
            form(one, "/account/email/confirm", &[("token", &tokens[0])]),
            form(two, "/account/email/confirm", &[("token", &tokens[1])]),
        );
        outcomes.record((one, two));
        let kept = if one == 303 { &people[1] } else { &people[0] };
        assert_eq!(
            (app.user_ids(&wanted).len(), app.user_ids(kept).len()),
            (1, 1)
        );
        assert_eq!(
            (
                log_in(&app, &wanted, PASSWORD),
                log_in(&app, kept, PASSWORD)
            ),
            (303, 303)
        );
        app.clear_mailbox();
    }
}

#[test]
fn address_confirmed_twice_at_once_has_one_account() {
    let app = app();
    let mut outcomes = Outcomes::of(&[(303, 410), (410, 303)]);
    while let Some(round) = outcomes.next_round() {
        let [old, wanted] = ["org", "net"].map(|top| format!("ada{round}@example.{top}"));
        let sign_up = [("email", wanted.as_str()), ("password", OTHER_PASSWORD)];
        app.browser()
            .post("/signup", &sign_up)
            .assert_redirect("/signup/sent");
        let sign_up = app.email_to(&wanted).token();
        let browser = app.register_and_log_in(&old, PASSWORD);
        let change = app.request_address(&browser, &wanted).token();
        let (verified, changed) = both(
            round,
            form(app.browser(), "/verify", &[("token", &sign_up)]),
            form(browser, "/account/email/confirm", &[("token", &change)]),
        );
        outcomes.record((verified, changed));
        let by_sign_up = verified == 303;
        assert_eq!(app.user_ids(&wanted).len(), 1);
        assert_eq!(
            log_in(
                &app,
                &wanted,
                if by_sign_up { OTHER_PASSWORD } else { PASSWORD }
            ),
            303
        );
        assert_eq!(
            log_in(
                &app,
                &wanted,
                if by_sign_up { PASSWORD } else { OTHER_PASSWORD }
            ),
            422
        );
        assert_eq!(
            log_in(&app, &old, PASSWORD),
            if by_sign_up { 303 } else { 422 }
        );
        app.clear_mailbox();
    }
    assert_eq!(app.home.count("pending_signups", "TRUE"), 0);
}

#[test]
fn new_password_and_undo_end_with_locked_account() {
    let app = app();
    let mut outcomes = Outcomes::of(&[(303, 303), (401, 303)]);
    while let Some(round) = outcomes.next_round() {
        let email = format!("ada{round}@example.org");
        let (attacker, undo) = with_undo(&app, &email);
        let new = [
            ("current_password", PASSWORD),
            ("password", OTHER_PASSWORD),
            ("end_others", "on"),
        ];
        let tab = app.with_session_of(&attacker);
        let (changed, undone) = both(
            round,
            form(attacker, "/account/password", &new),
            form(app.browser(), "/undo", &[("token", &undo)]),
        );
        outcomes.record((changed, undone));
        let (right, wrong) = if changed == 303 {
            (OTHER_PASSWORD, PASSWORD)
        } else {
            (PASSWORD, OTHER_PASSWORD)
        };
        assert_eq!(
            (log_in(&app, &email, right), log_in(&app, &email, wrong)),
            (403, 422),
            "either password is invalidated"
        );
        assert_eq!(tab.get("/account").status, 303);
        assert_eq!(app.live_sessions(), 0, "no session lives");
        let live = "used_at IS NULL AND void_at IS NULL AND purpose = 'undo'";
        assert_eq!(
            app.home.count("links", live),
            0,
            "the undo link of the attacker's password is invalidated"
        );
        assert_eq!(app.email_to(&email).subject, SECURED);
        app.clear_mailbox();
    }
}

#[test]
fn login_and_undo_at_once_leave_no_session() {
    let app = app();
    let mut outcomes = Outcomes::of(&[(303, 303), (403, 303)]);
    while let Some(round) = outcomes.next_round() {
        let email = format!("ada{round}@example.org");
        let (_, undo) = with_undo(&app, &email);
        outcomes.record(both(
            round,
            form(
                app.browser(),
                "/login",
                &[("email", &email), ("password", PASSWORD)],
            ),
            form(app.browser(), "/undo", &[("token", &undo)]),
        ));
        assert_eq!(app.live_sessions(), 0);
        assert_eq!(log_in(&app, &email, PASSWORD), 403);
        app.clear_mailbox();
    }
}

#[test]
fn address_change_and_undo_keep_the_old_address() {
    let app = app();
    let mut outcomes = Outcomes::of(&[(303, 303), (401, 303)]).and_rarely((410, 303));
    while let Some(round) = outcomes.next_round() {
        let [old, new] = ["org", "net"].map(|top| format!("ada{round}@example.{top}"));
        let attacker = app.register_and_log_in(&old, PASSWORD);
        let token = app.request_address(&attacker, &new).token();
        let undo = app.email_about(&old, CHANGING).undo_token();
        let (changed, undone) = both(
            round,
            form(attacker, "/account/email/confirm", &[("token", &token)]),
            form(app.browser(), "/undo", &[("token", &undo)]),
        );
        outcomes.record((changed, undone));
        assert_eq!((app.user_ids(&old).len(), app.user_ids(&new).len()), (1, 0));
        assert_eq!(
            (log_in(&app, &old, PASSWORD), log_in(&app, &new, PASSWORD)),
            (403, 422)
        );
        assert_eq!(app.live_sessions(), 0);
        let told = app
            .emails_to(&new)
            .iter()
            .filter(|message| message.subject == CHANGED_BACK)
            .count();
        assert_eq!(
            told,
            usize::from(changed == 303),
            "the address that lost the account is notified"
        );
        assert_eq!(app.email_about(&old, SECURED).to, old);
        let live = "used_at IS NULL AND void_at IS NULL AND purpose <> 'reset'";
        assert_eq!(app.home.count("links", live), 0);
        app.clear_mailbox();
    }
}

/// Accounts that were deleted while a request used them.
struct Deletions<'a> {
    app: &'a TestApp,
    gone: Vec<String>,
}

impl Deletions<'_> {
    /// Deletes an account while a form is sent. Returns both statuses.
    fn play(&mut self, round: usize, email: &str, deleter: Browser, other: Form<'_>) -> (u16, u16) {
        let user = self.app.user_ids(email).remove(0);
        let statuses = both(
            round,
            form(
                deleter,
                "/account/delete",
                &[("current_password", PASSWORD)],
            ),
            other,
        );
        if statuses.0 == 303 {
            // The mailbox is emptied after each round. Everything else is checked at the end.
            assert_eq!(
                self.app
                    .home
                    .count("outbox", &format!("subject_id = '{user}'")),
                0
            );
            assert_eq!(log_in(self.app, email, PASSWORD), 422);
            self.gone.push(user);
        }
        statuses
    }

    /// Asserts that no row of any account is left.
    #[track_caller]
    fn assert_gone(&self) {
        let is_theirs = |row: &String| self.gone.iter().any(|user| row.contains(user));
        let left: Vec<_> = self.app.home.rows().into_iter().filter(is_theirs).collect();
        assert!(left.is_empty() && !self.gone.is_empty(), "{left:?}");
    }
}

#[test]
fn login_during_deletion_leaves_no_data() {
    let app = app();
    let mut deletions = Deletions {
        app: &app,
        gone: Vec::new(),
    };
    let mut outcomes = Outcomes::of(&[(303, 303), (303, 422)]);
    while let Some(round) = outcomes.next_round() {
        let email = format!("ada{round}@example.org");
        let browser = app.register_and_log_in(&email, PASSWORD);
        let login = form(
            app.browser(),
            "/login",
            &[("email", &email), ("password", PASSWORD)],
        );
        outcomes.record(deletions.play(round, &email, browser, login));
        app.clear_mailbox();
    }
    deletions.assert_gone();
}

#[test]
fn wrong_password_during_deletion_is_no_error() {
    let app = app();
    let mut deletions = Deletions {
        app: &app,
        gone: Vec::new(),
    };
    let mut outcomes = Outcomes::of(&[(303, 401), (303, 422)]);
    while let Some(round) = outcomes.next_round() {
        let email = format!("ada{round}@example.org");
        let browser = app.register_and_log_in(&email, PASSWORD);
        let wrong = [("current_password", "wrong"), ("password", OTHER_PASSWORD)];
        let rejected = form(app.with_session_of(&browser), "/account/password", &wrong);
        outcomes.record(deletions.play(round, &email, browser, rejected));
        app.clear_mailbox();
    }
    deletions.assert_gone();
}

#[test]
fn logout_during_deletion_is_no_error() {
    let app = app();
    let mut deletions = Deletions {
        app: &app,
        gone: Vec::new(),
    };
    for round in 0..rounds() {
        let email = format!("ada{round}@example.org");
        let browser = app.register_and_log_in(&email, PASSWORD);
        let log_out = form(app.log_in(&email, PASSWORD), "/logout", &[]);
        assert_eq!(deletions.play(round, &email, browser, log_out), (303, 303));
        app.clear_mailbox();
    }
    deletions.assert_gone();
}

#[test]
fn reset_request_during_deletion_leaves_no_data() {
    let app = app();
    let mut deletions = Deletions {
        app: &app,
        gone: Vec::new(),
    };
    for round in 0..rounds() {
        let email = format!("ada{round}@example.org");
        let browser = app.register_and_log_in(&email, PASSWORD);
        let forgot = form(app.browser(), "/password/forgot", &[("email", &email)]);
        assert_eq!(deletions.play(round, &email, browser, forgot), (303, 303));
        app.clear_mailbox();
    }
    deletions.assert_gone();
}

#[test]
fn address_change_during_deletion_leaves_no_data() {
    let app = app();
    let mut deletions = Deletions {
        app: &app,
        gone: Vec::new(),
    };
    let mut outcomes = Outcomes::of(&[(303, 303), (303, 401)]).and_rarely((303, 410));
    while let Some(round) = outcomes.next_round() {
        let [old, new] = ["org", "net"].map(|top| format!("ada{round}@example.{top}"));
        let browser = app.register_and_log_in(&old, PASSWORD);
        let token = app.request_address(&browser, &new).token();
        let confirm = form(
            app.with_session_of(&browser),
            "/account/email/confirm",
            &[("token", &token)],
        );
        let (deleted, confirmed) = deletions.play(round, &old, browser, confirm);
        outcomes.record((deleted, confirmed));
        assert!(app.user_ids(&new).is_empty());
        let told: Vec<_> = app
            .emails()
            .into_iter()
            .filter(|message| message.subject == DELETED)
            .map(|message| message.to)
            .collect();
        let expected = if confirmed == 303 {
            vec![old, new]
        } else {
            vec![old]
        };
        assert_eq!(
            told, expected,
            "every address that could have the account is notified, newest first"
        );
        app.clear_mailbox();
    }
    deletions.assert_gone();
}

#[test]
fn first_of_deletion_and_undo_wins() {
    let app = app();
    let mut deletions = Deletions {
        app: &app,
        gone: Vec::new(),
    };
    let mut outcomes = Outcomes::of(&[(303, 410), (401, 303)]);
    while let Some(round) = outcomes.next_round() {
        let email = format!("ada{round}@example.org");
        let (attacker, undo) = with_undo(&app, &email);
        let user = app.user_ids(&email).remove(0);
        let undo = form(app.browser(), "/undo", &[("token", &undo)]);
        let (deleted, undone) = deletions.play(round, &email, attacker, undo);
        outcomes.record((deleted, undone));
        if deleted == 303 {
            assert_eq!(app.email_to(&email).subject, DELETED);
        } else {
            assert_eq!(app.user_ids(&email), [user]);
            assert_eq!(log_in(&app, &email, PASSWORD), 403);
            assert_eq!(app.email_to(&email).subject, SECURED);
        }
        app.clear_mailbox();
    }
    deletions.assert_gone();
}

/// Both requests lock the user and the reset links. They must do so in the same order, or
/// PostgreSQL aborts one.
#[test]
fn reset_request_during_address_change_is_no_error() {
    let app = app();
    for round in 0..rounds() {
        let [old, new] = ["org", "net"].map(|top| format!("ada{round}@example.{top}"));
        let browser = app.register_and_log_in(&old, PASSWORD);
        let token = app.request_address(&browser, &new).token();
        let undo = app.email_about(&old, CHANGING).undo_token();
        app.browser()
            .post("/password/forgot", &[("email", &old)])
            .assert_redirect("/password/sent");
        let forget = |email: &str| form(app.browser(), "/password/forgot", &[("email", email)]);
        let confirm = form(
            app.with_session_of(&browser),
            "/account/email/confirm",
            &[("token", &token)],
        );
        assert_eq!(both(round, forget(&old), confirm), (303, 303));
        app.browser()
            .post("/password/forgot", &[("email", &new)])
            .assert_redirect("/password/sent");
        let press = form(app.browser(), "/undo", &[("token", &undo)]);
        assert_eq!(both(round, forget(&new), press), (303, 303));
        assert_eq!((app.user_ids(&old).len(), app.user_ids(&new).len()), (1, 0));
        let live = format!(
            "purpose = 'reset' AND used_at IS NULL AND void_at IS NULL AND email_key = '{old}' AND \
             subject_id = '{}'",
            app.user_ids(&old)[0]
        );
        assert_eq!(app.home.count("links", &live), 1, "the link of the undo");
        app.clear_mailbox();
    }
}
