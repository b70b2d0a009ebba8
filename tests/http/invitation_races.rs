//! Invitations that are accepted while an administrator withdraws them or sends them again.

use crate::support::races::{Outcomes, head_starts, let_go_first};
use crate::support::{Browser, OTHER_PASSWORD, PASSWORD, TestApp, at_once};

const ADMIN: &str = "root@example.org";
const INVITATIONS: &str = "/admin/invitations";
const INVITED: &str = "You’re invited – Vestibule";

/// The page that the acceptance gets, and the number of accounts of the address.
type Outcome = (u16, usize);

const ACCEPTED: Outcome = (303, 1);
const TOO_LATE: Outcome = (410, 0);

/// Accepts an invitation while `act` changes it, in each round with another address. Calls `then`
/// with the address and the outcome.
fn race_against(act: impl Fn(&Browser, &str) + Sync, then: impl Fn(&TestApp, &str, Outcome)) {
    let app = TestApp::start_with(|settings| {
        settings.limits = false;
        settings.edge.workers = Some(4);
    });
    app.register(ADMIN, PASSWORD);
    app.command(&["user", "make-admin", ADMIN]);
    let admin = app.log_in(ADMIN, PASSWORD);
    let mut outcomes = Outcomes::of(&[ACCEPTED, TOO_LATE]);
    while let Some(round) = outcomes.next_round() {
        let email = format!("p{round}@example.org");
        app.command(&["invite", &email]);
        let token = app.email_about(&email, INVITED).token();
        let (before, after) = head_starts(round);
        let (guest, admin) = (app.browser(), app.with_session_of(&admin));
        let (act, address) = (&act, &email);
        let statuses = at_once::<Option<u16>>(vec![
            Box::new(move || {
                let_go_first(&guest, before);
                Some(accept(&guest, &token))
            }),
            Box::new(move || {
                let_go_first(&admin, after);
                act(&admin, address);
                None
            }),
        ]);
        let status = statuses.into_iter().flatten().next().expect("a status");
        let outcome = (status, app.user_ids(&email).len());
        outcomes.record(outcome);
        then(&app, &email, outcome);
    }
}

fn accept(browser: &Browser, token: &str) -> u16 {
    let form = [("token", token), ("name", ""), ("password", OTHER_PASSWORD)];
    browser.post("/invitation", &form).status
}

fn open_invitations(app: &TestApp) -> i64 {
    app.home.count("invitations", "accepted_at IS NULL")
}

#[test]
fn withdrawal_leaves_an_account_or_nothing() {
    let withdraw = |admin: &Browser, email: &str| {
        let page = admin.post("/admin/invitations/withdraw", &[("email", email)]);
        page.assert_redirect(INVITATIONS);
    };
    race_against(withdraw, |app, _, _| assert_eq!(open_invitations(app), 0));
}

#[test]
fn second_email_leaves_one_working_link() {
    let send_again = |admin: &Browser, email: &str| {
        admin
            .post(INVITATIONS, &[("addresses", email)])
            .assert_page(200, "Invitations");
    };
    race_against(send_again, |app, email, outcome| {
        if outcome == TOO_LATE {
            let token = app.email_about(email, INVITED).token();
            assert_eq!(accept(&app.browser(), &token), 303);
        }
        assert_eq!(app.user_ids(email).len(), 1);
        assert_eq!(open_invitations(app), 0);
    });
}
