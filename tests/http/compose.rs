//! The settings of Vestibule in `packaging/compose.yaml`.

use crate::support::browser::encoded;
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

fn value<'a>(variables: &'a [(String, String)], name: &str) -> &'a str {
    let found = variables.iter().find(|(known, _)| known == name);
    &found.expect(name).1
}

fn borrowed(variables: &[(String, String)]) -> Vec<(&str, &str)> {
    let variables = variables.iter();
    variables
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect()
}

#[test]
fn compose_settings_are_valid_as_written() {
    let variables = environment("vestibule");
    let check = Process::output(&Home::new(), &["check"], &borrowed(&variables));
    let printed = String::from_utf8_lossy(&check.stdout);
    assert!(
        check.status.success() && printed.contains("127.0.0.1/vestibule"),
        "{check:?}"
    );
    assert!(!printed.contains("0123456789abcdef"), "{printed}");
}

/// Replaces the database and the ports.
#[test]
fn compose_settings_start_the_server_and_send_email() {
    let (home, sink) = (Home::new(), SmtpSink::start());
    let mut variables = environment("vestibule");
    assert_eq!(
        value(&variables, "VESTIBULE_SMTP_URL"),
        "smtp://127.0.0.1:1025"
    );
    assert_eq!(value(&variables, "VESTIBULE_LISTEN"), "127.0.0.1:8080");
    variables.retain(|(name, _)| name != "DATABASE_URL");
    let replaced = [
        ("VESTIBULE_SMTP_URL", sink.url()),
        ("VESTIBULE_LISTEN", "127.0.0.1:0".to_owned()),
    ];
    variables.extend(replaced.map(|(name, value)| (name.to_owned(), value)));

    let process = Process::serve(&home, &borrowed(&variables));
    assert_eq!(process.lines[1], "open https://login.localhost");
    let headers = [
        ("origin", "https://login.localhost"),
        ("content-type", "application/x-www-form-urlencoded"),
        ("x-forwarded-for", "127.0.0.1"),
        ("x-forwarded-proto", "https"),
    ];
    let form = encoded(&[("email", "ada@example.org"), ("password", PASSWORD)]);
    let signed_up = process.browser().send("POST", "/signup", &headers, &form);
    signed_up.assert_redirect("/signup/sent");
    sink.wait_until(|received| received.len() == 1);
    let email = &sink.received()[0];
    assert_eq!(email.from, "no-reply@login.localhost");
    assert!(email.links()[0].starts_with("https://login.localhost/verify?token="));
}

#[test]
fn compose_gives_postgres_the_password_of_the_url() {
    let (vestibule, postgres) = (environment("vestibule"), environment("postgres"));
    let url = value(&vestibule, "DATABASE_URL");
    let user = value(&postgres, "POSTGRES_USER");
    let password = value(&postgres, "POSTGRES_PASSWORD");
    assert!(
        url.starts_with(&format!("postgres://{user}:{password}@127.0.0.1/{user}")),
        "{url}"
    );
}
