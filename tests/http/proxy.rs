//! Behind a proxy: the client address that is believed, and the warning to an operator who did not
//! name the proxy.

use serde_json::Value;

use crate::support::{Home, Process};

const PRODUCTION: [(&str, &str); 3] = [
    ("VESTIBULE_PUBLIC_URL", "https://login.example.org"),
    ("VESTIBULE_SMTP_URL", "smtp://127.0.0.1:9"),
    ("VESTIBULE_MAIL_FROM", "Post <post@example.org>"),
];
const FORM: &str = "email=nobody%40example.org";

/// Requests reset links with these headers. Returns the log.
fn log_of(variables: &[(&str, &str)], forwarded: &[&str]) -> Vec<Value> {
    let home = Home::new();
    let process = Process::serve(&home, variables);
    for forwarded in forwarded {
        let headers = [
            ("sec-fetch-site", "same-origin"),
            ("content-type", "application/x-www-form-urlencoded"),
            ("x-forwarded-for", forwarded),
        ];
        assert_eq!(
            process
                .browser()
                .send("POST", "/password/forgot", &headers, FORM)
                .status,
            303
        );
    }
    process.signal("TERM");
    process
        .wait()
        .1
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect()
}

fn clients(log: &[Value]) -> Vec<&str> {
    let requested = log.iter().filter(|line| line["event"] == "reset_requested");
    requested
        .map(|line| line["client"].as_str().expect("an address"))
        .collect()
}

fn warnings(log: &[Value]) -> usize {
    let is_warning = |line: &&Value| line.to_string().contains("VESTIBULE_TRUSTED_PROXIES");
    log.iter().filter(is_warning).count()
}

#[test]
fn only_a_trusted_proxy_is_believed() {
    let mut variables = PRODUCTION.to_vec();
    variables.push(("VESTIBULE_TRUSTED_PROXIES", "127.0.0.1, 10.0.0.0/8"));
    let log = log_of(
        &variables,
        &["203.0.113.7", "198.51.100.1, 203.0.113.7, 10.0.0.5", "junk"],
    );
    assert_eq!(clients(&log), ["203.0.113.7", "203.0.113.7", "127.0.0.1"]);
    assert_eq!(warnings(&log), 0);
    let is_about_client = |line: &&Value| line.to_string().contains("skipping network limits");
    assert_eq!(log.iter().filter(is_about_client).count(), 1);
}

#[test]
fn unnamed_proxy_causes_one_warning() {
    let log = log_of(&PRODUCTION, &["203.0.113.7", "203.0.113.8"]);
    assert_eq!(clients(&log), ["127.0.0.1", "127.0.0.1"]);
    assert_eq!(warnings(&log), 1);
    let log = log_of(&[], &["203.0.113.7"]);
    assert_eq!(warnings(&log), 0, "not in development mode");
    let check = Process::output(&Home::new(), &["check"], &PRODUCTION);
    assert!(String::from_utf8_lossy(&check.stdout).contains("VESTIBULE_TRUSTED_PROXIES"));
}

/// nginx adds whatever headers its configuration names.
#[test]
fn forwarded_request_for_the_mailbox_warns_once() {
    let home = Home::new();
    let process = Process::serve(&home, &[]);
    for name in [
        "x-forwarded-proto",
        "x-forwarded-port",
        "x-forwarded-prefix",
    ] {
        let response = process
            .browser()
            .send("GET", "/dev/mailbox", &[(name, "x")], "");
        assert_eq!(response.status, 404, "{name}");
    }
    process.signal("TERM");
    let log = process.wait().1;
    let lines: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let about_mailbox = |level: &str| {
        let is_about_it = |line: &&Value| {
            let message = line["message"].as_str().expect("a message");
            line["level"] == level
                && (message.contains("mailbox") || line["path"] == "/dev/mailbox")
        };
        lines.iter().filter(is_about_it).count()
    };
    assert_eq!(
        (about_mailbox("INFO"), about_mailbox("WARN")),
        (1, 1),
        "{log}"
    );
}

#[test]
fn limits_can_be_off_in_development_only() {
    let mut variables = PRODUCTION.to_vec();
    variables.push(("VESTIBULE_LIMITS", "off"));
    let rejected = Process::output(&Home::new(), &[], &variables);
    let line = String::from_utf8_lossy(&rejected.stderr).into_owned();
    assert!(
        rejected.status.code() == Some(1) && line.contains("VESTIBULE_LIMITS"),
        "{line}"
    );
    let home = Home::new();
    let process = Process::serve(&home, &[("VESTIBULE_LIMITS", "off")]);
    for _ in 0..5 {
        process.browser().post(
            "/signup",
            &[
                ("email", "ada@example.org"),
                ("password", "harbour velvet onion"),
            ],
        );
    }
    assert_eq!(
        home.count("outbox", "letter IN ('confirm_email', 'choose_password')"),
        5
    );
}

#[test]
fn malformed_proxy_settings_exit_with_status_2() {
    for (variable, held) in [
        ("VESTIBULE_TRUSTED_PROXIES", "10.0.0.0/33"),
        ("VESTIBULE_TRUSTED_PROXIES", "proxy.example.org"),
        ("VESTIBULE_TRUSTED_PROXIES", ","),
        ("VESTIBULE_LIMITS", "maybe"),
    ] {
        let output = Process::output(&Home::new(), &[], &[(variable, held)]);
        let line = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(
            (output.status.code(), line.lines().count()),
            (Some(2), 1),
            "{line}"
        );
        assert!(line.contains(variable) && line.contains(held), "{line}");
    }
}
