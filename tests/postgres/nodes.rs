//! Several nodes on one database.

use std::sync::Arc;
use std::time::Duration;

use vestibule::clock::Clock;
use vestibule::config::Settings;

use crate::support::postgres::Postgres;
use crate::support::races::{Outcomes, head_starts, let_go_first};
use crate::support::{self, Home, OTHER_PASSWORD, PASSWORD, Process, Response, TestApp};

const EMAIL: &str = "ada@example.org";

/// One origin for all nodes, as behind one proxy.
const ORIGIN: (&str, &str) = ("VESTIBULE_PUBLIC_URL", "http://localhost:8080");

fn two_nodes(server: &Postgres, change: fn(&mut Settings)) -> [TestApp; 2] {
    let home = Arc::new(Home::on(&server.url("postgres")));
    let start = |clock: Clock| {
        TestApp::start_in(Arc::clone(&home), clock, |settings| {
            settings.edge.public_url = vestibule::config::PublicUrl::parse(ORIGIN.1);
            change(settings);
        })
    };
    let clock = Clock::fixed(vestibule::clock::Timestamp::from_millis(1_795_348_800_000));
    let behind = Clock::fixed(clock.now() - Duration::from_secs(5));
    [start(clock), start(behind)]
}

#[test]
fn four_parallel_first_starts_agree() {
    let server = Postgres::start();
    let home = Home::on(&server.url("postgres"));
    let nodes: Vec<Process> = std::thread::scope(|scope| {
        let starts: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| Process::serve(&home, &[ORIGIN])))
            .collect();
        starts
            .into_iter()
            .map(|start| start.join().expect("starts"))
            .collect()
    });
    let form = [("email", EMAIL), ("password", PASSWORD)];
    nodes[0]
        .browser()
        .post("/signup", &form)
        .assert_redirect("/signup/sent");
    for node in &nodes {
        assert_eq!(node.browser().get("/readyz").status, 200);
        assert!(
            node.browser().get("/dev/mailbox.json").body.contains(EMAIL),
            "each opens what another has sealed"
        );
    }
}

/// A load balancer may send the second press of a button to another node.
#[test]
fn form_pressed_on_two_nodes_takes_effect_once() {
    let server = Postgres::start();
    let nodes = two_nodes(&server, |_| {});
    nodes[0].register_and_log_in(EMAIL, PASSWORD);
    let form = [
        ("email", EMAIL),
        ("password", PASSWORD),
        ("form_id", "TXkgcmFuZG9tIGlkLCAxNg"),
    ];
    let press = |node: &TestApp| {
        let browser = node.browser();
        Box::new(move || browser.post("/login", &form)) as Box<dyn FnOnce() -> Response + Send>
    };
    let mut responses = support::at_once(nodes.iter().map(press).collect());
    responses.push(nodes[1].browser().post("/login", &form));
    for response in &responses {
        response.assert_redirect("/dashboard");
        assert_eq!(
            response.set_cookies("session"),
            responses[0].set_cookies("session")
        );
    }
    assert_eq!(nodes[0].home.count("sessions", "TRUE"), 2);
}

/// Clocks five seconds apart do no harm, whichever node gets the first request.
#[test]
fn session_is_shared_and_ends_on_every_node() {
    let server = Postgres::start();
    let nodes = two_nodes(&server, |_| {});
    for (number, (here, there)) in [(&nodes[0], &nodes[1]), (&nodes[1], &nodes[0])]
        .into_iter()
        .enumerate()
    {
        let email = format!("person-{number}@example.org");
        let form = [("email", email.as_str()), ("password", PASSWORD)];
        here.browser()
            .post("/signup", &form)
            .assert_redirect("/signup/sent");
        let token = there.email_to(&email).token();
        there
            .browser()
            .post("/verify", &[("token", &token)])
            .assert_redirect("/login");
        let browser = here.browser();
        browser
            .log_in(&email, PASSWORD)
            .assert_redirect("/dashboard");
        let elsewhere = there.browser();
        elsewhere.set_cookie("session", &browser.cookie("session").expect("signed in"));
        assert_eq!(elsewhere.get("/dashboard").status, 200);
        here.advance(Duration::from_mins(2));
        assert_eq!(browser.get("/dashboard").status, 200);
        assert_eq!(elsewhere.get("/dashboard").status, 200);
        elsewhere.post("/logout", &[]).assert_redirect("/login");
        browser
            .get("/dashboard")
            .assert_redirect("/login?next=%2Fdashboard");
    }
}

/// A reset ends sessions that start on another node at the same moment. In either order, no session
/// of the old password remains.
#[test]
fn login_and_reset_leave_no_old_session() {
    let server = Postgres::start();
    // Logins at the same time count as failures, of which few are free.
    let nodes = two_nodes(&server, |settings| settings.limits = false);
    let [here, there] = &nodes;
    here.register(EMAIL, PASSWORD);
    let (mut old, mut new) = (PASSWORD, OTHER_PASSWORD);
    let mut outcomes = Outcomes::of(&[303, 422]);
    while let Some(round) = outcomes.next_round() {
        here.advance(Duration::from_hours(9));
        there.advance(Duration::from_hours(9));
        here.browser().post("/password/forgot", &[("email", EMAIL)]);
        let token = here.email_to(EMAIL).token();
        let (before_login, before_reset) = head_starts(round);
        let logins: Vec<_> = std::thread::scope(|scope| {
            let log_in = || {
                let browser = there.browser();
                let_go_first(&browser, before_login);
                (browser.log_in(EMAIL, old).status, browser)
            };
            let logins: Vec<_> = (0..4).map(|_| scope.spawn(log_in)).collect();
            let form = [("token", token.as_str()), ("password", new)];
            let browser = here.browser();
            let_go_first(&browser, before_reset);
            browser
                .post("/password/reset", &form)
                .assert_redirect("/login");
            logins
                .into_iter()
                .map(|login| login.join().expect("answers"))
                .collect()
        });
        for (status, browser) in logins {
            outcomes.record(status);
            assert_eq!(browser.get("/dashboard").status, 303);
        }
        std::mem::swap(&mut old, &mut new);
    }
}

#[test]
fn one_of_many_parallel_presses_across_nodes_wins() {
    let server = Postgres::start();
    let nodes = two_nodes(&server, |_| {});
    // Each node wins at least once.
    let mut winners = Outcomes::in_rounds(10, &[0, 1]);
    while let Some(round) = winners.next_round() {
        let email = format!("person-{round}@example.org");
        // A network may sign up twenty times an hour.
        for node in &nodes {
            node.advance(Duration::from_hours(1));
        }
        let signed_up = at_once(&nodes, round, |node| {
            node.browser().sign_up(email.as_str(), PASSWORD).status
        });
        assert!(
            signed_up.iter().all(|status| *status == 303),
            "{signed_up:?}"
        );
        // One of ten was the first. The second drops its typed values, and the third email is the
        // last.
        assert_eq!(nodes[0].emails_to(&email).len(), 3);
        let token = nodes[0].email_to(&email).token();
        let form = [("token", token.as_str()), ("password", OTHER_PASSWORD)];
        let confirmed = at_once(&nodes, round, |node| {
            node.browser().post("/verify", &form).status
        });
        let winning: Vec<_> = (0..10).filter(|at| confirmed[*at] == 303).collect();
        assert_eq!(winning.len(), 1, "{confirmed:?}");
        winners.record((round + winning[0]) % 2);
        assert!(
            confirmed.iter().all(|status| matches!(status, 303 | 410)),
            "{confirmed:?}"
        );
        let asked = at_once(&nodes, round, |node| {
            node.browser()
                .post("/password/forgot", &[("email", email.as_str())])
                .status
        });
        assert!(asked.iter().all(|status| *status == 303), "{asked:?}");
        nodes[1]
            .browser()
            .log_in(&email, OTHER_PASSWORD)
            .assert_redirect("/dashboard");
    }
}

/// Sends ten requests at the same time, to all nodes in turn. Each round begins with another node.
fn at_once(nodes: &[TestApp], round: usize, send: impl Fn(&TestApp) -> u16 + Sync) -> Vec<u16> {
    std::thread::scope(|scope| {
        let sends: Vec<_> = nodes
            .iter()
            .cycle()
            .skip(round % nodes.len())
            .take(10)
            .map(|node| scope.spawn(|| send(node)))
            .collect();
        sends
            .into_iter()
            .map(|send| send.join().expect("answers"))
            .collect()
    })
}
