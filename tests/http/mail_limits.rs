//! Emails to one address, whatever an attacker types: 3 an hour and 10 a day of all kinds but
//! notices. The owner still gets a reset link.

use std::collections::HashSet;
use std::time::Duration;

use proptest::prelude::*;

use crate::support::races::cases;
use crate::support::{Email, OTHER_PASSWORD, PASSWORD, TestApp};

const EMAIL: &str = "ada@example.org";
const OTHER: &str = "eve@example.org";
const RESET: &str = "Reset your password – Vestibule";
const DAY: u64 = 24 * 60;

/// The forms into which anyone may type the address.
#[derive(Clone, Copy, Debug)]
enum Form {
    SignUp,
    Resend,
    Forgot,
    ChangeOfAddress,
}

/// Returns the number of these minutes within the last `within`.
fn recent(minutes: &[u64], now: u64, within: u64) -> usize {
    minutes
        .iter()
        .filter(|minute| **minute + within > now)
        .count()
}

fn histories() -> impl Strategy<Value = (bool, Vec<(Form, u64)>)> {
    let form = prop::sample::select(vec![
        Form::SignUp,
        Form::Resend,
        Form::Forgot,
        Form::ChangeOfAddress,
    ]);
    (
        any::<bool>(),
        prop::collection::vec(
            (form, prop::sample::select(vec![0, 1, 20, 61, 180])),
            10..60,
        ),
    )
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: cases(),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    /// Any owner of the address, and any order of the forms.
    #[test]
    fn limits_hold_and_owner_gets_a_link(
        (has_account, history) in histories(),
    ) {
        let app = TestApp::start();
        app.register(OTHER, PASSWORD);
        if has_account {
            app.register(EMAIL, PASSWORD);
        }
        let id = |message: &Email| message.header("Message-ID").to_owned();
        let mut seen: HashSet<_> = app.emails_to(EMAIL).iter().map(id).collect();
        let (mut now, mut mailed, mut links) = (0, vec![0; seen.len()], Vec::new());
        for (form, gap) in history {
            now += gap;
            app.advance(Duration::from_mins(gap));
            let link_is_due = recent(&links, now, 60) == 0 && recent(&links, now, DAY) < 3;
            let browser = app.browser();
            let response = match form {
                Form::SignUp => {
                    let fields = [("email", EMAIL), ("password", OTHER_PASSWORD)];
                    browser.post("/signup", &fields)
                }
                Form::Resend => browser.post("/verify/resend", &[("email", EMAIL)]),
                Form::Forgot => browser.post("/password/forgot", &[("email", EMAIL)]),
                Form::ChangeOfAddress => {
                    let typed = [("email", EMAIL), ("current_password", PASSWORD)];
                    app.log_in(OTHER, PASSWORD).post("/account/email", &typed)
                }
            };
            // One network, and one account, have limits of their own.
            prop_assert!(matches!(response.status, 303 | 429), "{form:?}: {}", response.body);
            let emails = app.emails_to(EMAIL).into_iter();
            for message in emails.filter(|message| seen.insert(id(message))) {
                mailed.push(now);
                if message.subject == RESET {
                    links.push(now);
                }
            }
            prop_assert!(recent(&mailed, now, 60) <= 3, "{mailed:?}");
            prop_assert!(recent(&mailed, now, DAY) <= 10, "{mailed:?}");
            if has_account && link_is_due && matches!(form, Form::Forgot) {
                prop_assert_eq!(links.last(), Some(&now), "no link: {:?}, {:?}", mailed, links);
            }
        }
    }
}
