//! The settings of Vestibule in `packaging/compose.yaml`.

use crate::support::smtp::SmtpSink;
use crate::support::{Home, PASSWORD, Process};

const COMPOSE: &str = include_str!("../../packaging/compose.yaml");
/// The secrets that the operator sets.
const SECRETS: [(&str, &str); 2] = [
    ("POSTGRES_PASSWORD", "0123456789abcdef"),
    (
        "VESTIBULE_SECRET",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    ),
];

/// Returns the environment of a service, with the secrets.
fn environment(service: &str) -> Vec<(String, String)> {
    let (_, rest) = COMPOSE
        .split_once(&format!("\n  {service}:\n"))
        .expect("the service");
    let (_, rest) = rest.split_once("\n    environment:\n").expect("variables");
    rest.lines()
        .map_while(|line| line.strip_prefix("      "))
        .map(|line| {
            let (name, value) = line.split_once(": ").expect("a name and a value");
            (name.to_owned(), with_secrets(value))
        })
        .collect()
}

/// Replaces each `${NAME:?message}` by its value.
fn with_secrets(value: &str) -> String {
    let Some((start, rest)) = value.split_once("${") else {
        return value.to_owned();
    };
    let (name, rest) = rest.split_once(":?").expect("a required variable");
    let (_, end) = rest.split_once('}').expect("the end");
    let secret = SECRETS.iter().find(|(known, _)| *known == name);
    format!("{start}{}{}", secret.expect(name).1, with_secrets(end))
}

/// The database and the ports are those of the test.
#[test]
fn compose_settings_start_the_server_and_send_email() {
    let (home, sink) = (Home::new(), SmtpSink::start());
    let mut variables = environment("vestibule");
    let mut replace = |name: &str, value: &str, replacement: String| {
        let found = variables.iter_mut().find(|(known, _)| known == name);
        let (_, found) = found.expect(name);
        assert_eq!(found, value);
        *found = replacement;
    };
    replace("VESTIBULE_SMTP_URL", "smtp://127.0.0.1:1025", sink.url());
    replace(
        "VESTIBULE_LISTEN",
        "127.0.0.1:8080",
        "127.0.0.1:0".to_owned(),
    );
    let database = variables
        .iter()
        .position(|(name, _)| name == "DATABASE_URL");
    let (_, url) = variables.remove(database.expect("a database"));
    let written: Vec<_> = variables
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();

    // As it is written, the URL is accepted.
    let mut checked = written.clone();
    checked.push(("DATABASE_URL", &url));
    let check = Process::output(&home, &["check"], &checked);
    let printed = String::from_utf8_lossy(&check.stdout);
    assert!(
        check.status.success() && printed.contains("127.0.0.1/vestibule"),
        "{check:?}"
    );
    assert!(!printed.contains("0123456789abcdef"), "{printed}");

    let process = Process::serve(&home, &written);
    assert_eq!(process.lines[1], "open https://login.localhost");
    let headers = [
        ("origin", "https://login.localhost"),
        ("content-type", "application/x-www-form-urlencoded"),
        ("x-forwarded-for", "127.0.0.1"),
        ("x-forwarded-proto", "https"),
    ];
    let form = format!(
        "email=ada%40example.org&password={}",
        PASSWORD.replace(' ', "+")
    );
    let signed_up = process.browser().send("POST", "/signup", &headers, &form);
    signed_up.assert_redirect("/signup/sent");
    sink.wait_until(|received| received.len() == 1);
    let mail = &sink.received()[0];
    assert_eq!(mail.from, "no-reply@login.localhost");
    assert!(mail.links()[0].starts_with("https://login.localhost/verify?token="));
}

#[test]
fn compose_gives_postgres_the_password_of_the_url() {
    let postgres = environment("postgres");
    let value = |name: &str| {
        let found = postgres.iter().find(|(known, _)| known == name);
        &found.expect(name).1
    };
    let url = &environment("vestibule")[0].1;
    let (user, password) = (value("POSTGRES_USER"), value("POSTGRES_PASSWORD"));
    assert!(
        url.starts_with(&format!("postgres://{user}:{password}@127.0.0.1/{user}")),
        "{url}"
    );
}
