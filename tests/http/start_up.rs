//! Start and stop, as the operator sees them: output, rejected settings, and nothing overwritten.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::path::Path;

use serde_json::Value;

use crate::support::{Home, PASSWORD, Process, TestApp, connect, eventually};

/// Runs the server, which must refuse to start. Returns its status and its one line.
pub fn rejected(home: &Home, variables: &[(&str, &str)]) -> (i32, String) {
    let output = Process::output(home, &[], variables);
    let line = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(line.trim_end().lines().count(), 1, "{line}");
    assert!(output.stdout.is_empty());
    (output.status.code().expect("a status"), line)
}

#[test]
fn malformed_setting_exits_with_2_and_one_line() {
    let home = Home::new();
    for (variable, held) in [
        ("VESTIBULE_BCRYPT_COST", "99"),
        ("VESTIBULE_LISTEN", "nowhere"),
        ("DATABASE_URL", "mysql://x"),
    ] {
        let (status, line) = rejected(&home, &[(variable, held)]);
        assert_eq!(status, 2, "{line}");
        assert!(
            line.contains(variable) && line.contains("must be"),
            "{line}"
        );
    }
    assert_eq!(
        fs::read_dir(home.path()).expect("the folder").count(),
        0,
        "nothing was made"
    );
}

/// A value from a file with Windows line ends has a carriage return at its end.
#[test]
fn database_url_with_line_end_is_rejected() {
    let home = Home::new();
    let (status, line) = rejected(&home, &[("DATABASE_URL", "sqlite://data/v.db\r")]);
    assert_eq!(status, 2);
    assert!(
        line.contains("DATABASE_URL") && line.contains("control characters"),
        "{line}"
    );
    assert_eq!(fs::read_dir(home.path()).expect("the folder").count(), 0);
}

#[test]
fn unknown_variable_causes_one_warning() {
    let home = Home::new();
    let variables = [("VESTIBULE_PUBLIC_ULR", "https://login.example.org")];
    let process = Process::serve(&home, &variables);
    process.signal("TERM");
    let log = process.wait().1;
    let warnings = log.lines().filter(|line| line.contains("\"WARN\""));
    let warnings: Vec<_> = warnings.collect();
    assert_eq!(warnings.len(), 1, "{log}");
    assert!(warnings[0].contains("VESTIBULE_PUBLIC_ULR"), "{log}");
    let check = Process::output(&home, &["check"], &variables);
    let printed = String::from_utf8(check.stdout).expect("UTF-8");
    assert_eq!(
        printed.matches("VESTIBULE_PUBLIC_ULR").count(),
        1,
        "{printed}"
    );
    assert!(check.status.success());
}

#[test]
fn load_balancer_can_take_a_draining_node_out() {
    let home = Home::new();
    let process = Process::serve(&home, &[("VESTIBULE_DRAIN", "60")]);
    assert_eq!(process.browser().get("/readyz").status, 200);
    process.signal("TERM");
    eventually(|| process.browser().get("/readyz").status == 503);
    assert_eq!(process.browser().get("/login").status, 200);
    assert_eq!(process.browser().get("/healthz").status, 200);
    // A second signal ends it at once.
    process.signal("TERM");
    assert_eq!(process.wait().0, Some(130));

    let process = Process::serve(&home, &[("VESTIBULE_DRAIN", "1")]);
    process.signal("TERM");
    let (status, log) = process.wait();
    let order = ["draining before shutdown", "shutting down"].map(|line| log.find(line));
    assert!(
        status == Some(0) && order[0].is_some() && order[0] < order[1],
        "{log}"
    );
}

#[test]
fn unwritable_standard_error_keeps_exit_status() {
    let full = || {
        fs::File::options()
            .write(true)
            .open("/dev/full")
            .expect("Linux has it")
    };
    let home = Home::new();
    let status = |variables: &[(&str, &str)], arguments: &[&str]| {
        let mut command = Process::command(&home, arguments, variables);
        command.stdout(full()).stderr(full());
        command.status().expect("it runs").code()
    };
    assert_eq!(
        status(&[("VESTIBULE_BCRYPT_COST", "99")], &["check"]),
        Some(2)
    );
    assert_eq!(status(&[], &["check"]), Some(1));
    assert_eq!(status(&[], &["user", "show", "ada@example.org"]), Some(1));
}

#[test]
fn development_mode_requires_a_loopback_address() {
    let home = Home::new();
    for variables in [
        &[("VESTIBULE_LISTEN", "0.0.0.0:0")][..],
        &[("VESTIBULE_PUBLIC_URL", "http://login.example.org")],
        &[("VESTIBULE_PUBLIC_URL", "https://login.example.org")],
    ] {
        let (status, line) = rejected(&home, variables);
        assert_eq!(status, 1, "{line}");
        assert!(line.contains("set "), "it says what to set: {line}");
    }
    assert_eq!(
        fs::read_dir(home.path()).expect("the folder").count(),
        0,
        "nothing was made"
    );
}

#[test]
fn port_in_use_exits_with_one_line() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let home = Home::new();
    let (status, line) = rejected(&home, &[("VESTIBULE_LISTEN", &address)]);
    assert_eq!(status, 1);
    assert!(line.contains(&address), "{line}");
}

#[test]
fn newer_database_is_rejected() {
    let home = Home::new();
    assert!(Process::output(&home, &["migrate"], &[]).status.success());
    home.sql("INSERT INTO __diesel_schema_migrations (version) VALUES ('29991231')");
    let (status, line) = rejected(&home, &[]);
    assert_eq!(status, 1);
    assert!(line.contains("newer version of Vestibule"), "{line}");
}

#[test]
fn migrate_runs_pending_migrations_beside_a_server() {
    let home = Home::new();
    assert!(Process::output(&home, &["migrate"], &[]).status.success());
    let process = Process::serve(&home, &[]);
    assert!(Process::output(&home, &["migrate"], &[]).status.success());
    assert_eq!(process.browser().get("/readyz").status, 200);
}

#[test]
fn parallel_first_starts_agree_on_one_secret() {
    let home = Home::new();
    let started: Vec<Process> = std::thread::scope(|scope| {
        let starts: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| Process::serve(&home, &[])))
            .collect();
        starts
            .into_iter()
            .map(|start| start.join().expect("starts"))
            .collect()
    });
    started[0]
        .browser()
        .sign_up("ada@example.org", PASSWORD)
        .assert_redirect("/signup/sent");
    for process in &started {
        let emails = process.browser().get("/dev/mailbox.json");
        assert!(
            emails.body.contains("ada@example.org"),
            "each opens what another has sealed: {}",
            emails.body
        );
    }
}

/// Returns the variables that the configuration's sources name in quotes.
fn variables() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = fs::read_dir(folder.join("config")).expect("the configuration");
    let files = files.map(|file| file.expect("a file").path());
    // The table of `--help`, and tests with wrong names.
    let files =
        files.filter(|file| !file.ends_with("documented.rs") && !file.ends_with("tests.rs"));
    let mut variables = BTreeSet::new();
    for file in files.chain([folder.join("config.rs")]) {
        let source = fs::read_to_string(file).expect("UTF-8");
        let quoted = source.split('"').map(str::to_owned);
        variables.extend(quoted.filter(|text| {
            let is_name = |letter: char| letter.is_ascii_uppercase() || letter == '_';
            text == "DATABASE_URL"
                || (text.len() > 10 && text.starts_with("VESTIBULE_") && text.chars().all(is_name))
        }));
    }
    variables
}

#[test]
fn help_lists_every_command_and_every_variable() {
    let output = Process::output(&Home::new(), &["--help"], &[]);
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let starts_a_line = |word: &str| {
        text.lines()
            .any(|line| line.split_whitespace().next() == Some(word))
    };
    for command in [
        "serve",
        "check",
        "migrate",
        "user",
        "client",
        "mail",
        "why",
        "doctor",
        "passwords",
    ] {
        assert!(starts_a_line(command), "{command} in {text}");
    }
    let variables = variables();
    assert_eq!(variables.len(), 24, "{variables:?}");
    for variable in variables {
        assert!(starts_a_line(&variable), "{variable} in {text}");
    }
    assert_eq!(
        Process::output(&Home::new(), &["nonsense"], &[])
            .status
            .code(),
        Some(2)
    );
}

#[test]
fn signal_finishes_requests_and_stops() {
    for signal in ["TERM", "INT"] {
        let home = Home::new();
        let process = Process::serve(&home, &[("VESTIBULE_LOG", "info")]);
        let mut stream = connect(&process.base);
        stream
            .write_all(
                b"POST /verify/resend HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: \
                           same-origin\r\nContent-Type: \
                           application/x-www-form-urlencoded\r\nContent-Length: 7\r\nExpect: \
                           100-continue\r\nConnection: close\r\n\r\n",
            )
            .expect("sends");
        // The server asks for the body once it has begun with the request.
        let mut begun = [0; 12];
        std::io::Read::read_exact(&mut stream, &mut begun).expect("100");
        process.signal(signal);
        stream.write_all(b"email=x").expect("sends the rest");
        let mut response = String::new();
        std::io::Read::read_to_string(&mut stream, &mut response).expect("UTF-8");
        assert!(response.contains("HTTP/1.1 422 "), "{response}");
        let (status, log) = process.wait();
        assert_eq!(status, Some(0), "{log}");
    }
}

#[test]
fn second_signal_exits_at_once() {
    let home = Home::new();
    let process = Process::serve(&home, &[]);
    // A request that never ends keeps the stop waiting.
    let mut stream = connect(&process.base);
    stream
        .write_all(
            b"POST /verify/resend HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: \
                       same-origin\r\nContent-Type: \
                       application/x-www-form-urlencoded\r\nContent-Length: 7\r\nExpect: \
                       100-continue\r\n\r\n",
        )
        .expect("sends");
    let mut begun = [0; 12];
    std::io::Read::read_exact(&mut stream, &mut begun).expect("100");
    process.signal("TERM");
    // A server that has seen the first signal takes no new connection.
    let address = process
        .base
        .strip_prefix("http://")
        .expect("an address")
        .to_owned();
    while TcpStream::connect(&address).is_ok() {
        std::thread::yield_now();
    }
    process.signal("TERM");
    assert_eq!(process.wait().0, Some(130));
}

#[test]
fn rejection_is_logged_with_the_pages_reference() {
    let home = Home::new();
    let process = Process::serve(&home, &[]);
    let id = process
        .browser()
        .get("/nowhere")
        .header("x-request-id")
        .to_owned();
    process.signal("TERM");
    let (_, log) = process.wait();
    let line = log
        .lines()
        .find(|line| line.contains(&id))
        .unwrap_or_else(|| panic!("{id} in {log}"));
    let line: Value = serde_json::from_str(line).expect("JSON");
    assert_eq!(
        (&line["status"], &line["level"]),
        (&serde_json::json!(404), &serde_json::json!("INFO"))
    );
}

/// An attacker could fill the disk with such lines.
#[test]
fn malformed_head_is_400_and_not_logged() {
    let home = Home::new();
    let process = Process::serve(&home, &[]);
    let address = process
        .base
        .strip_prefix("http://")
        .expect("an address")
        .to_owned();
    for head in [
        "GET / HTTP/1.1\r\nHost: localhost\r\nX: \u{1}\r\n\r\n",
        "nonsense\r\n\r\n",
    ] {
        let mut stream = TcpStream::connect(&address).expect("connects");
        stream.write_all(head.as_bytes()).expect("sends");
        let mut response = String::new();
        std::io::Read::read_to_string(&mut stream, &mut response).expect("UTF-8");
        assert!(response.starts_with("HTTP/1.1 400 "), "{response}");
    }
    process.signal("TERM");
    let (status, log) = process.wait();
    assert!(status == Some(0) && !log.is_empty(), "{log}");
    let tells_of_it = |line: &&str| line.contains("actix") || line.contains("\"status\"");
    assert_eq!(
        log.lines().filter(tells_of_it).collect::<Vec<_>>(),
        [""; 0],
        "{log}"
    );
}

/// A full disk of the journal does this, or a program behind a pipe that hangs.
#[test]
fn slow_log_reader_blocks_nothing_and_loses_lines() {
    let home = Home::new();
    let loud = [("VESTIBULE_LOG", "trace")];
    // At this level each connection logs two lines. The test sends requests until lines are lost.
    let connect = |times: usize, process: &Process| {
        let address = process
            .base
            .strip_prefix("http://")
            .expect("a base")
            .to_owned();
        for number in 1..=times {
            drop(TcpStream::connect(&address).expect("it listens"));
            // A request waits until the earlier connections were accepted, so that no queue
            // overflows.
            if number % 500 == 0 {
                assert_eq!(process.browser().get("/healthz").status, 200);
            }
        }
        process.browser().get("/healthz")
    };
    let stalled = Process::serve_unread(&home, &loud);
    assert_eq!(connect(500, &stalled).status, 200);
    stalled.signal("TERM");
    assert_eq!(stalled.wait().0, Some(0));

    let slow = Process::serve_unread(&home, &loud);
    assert_eq!(connect(6_000, &slow).status, 200);
    slow.read_log();
    let lost = |line: &str| {
        let line: Value = serde_json::from_str(line).expect("one object a line");
        line["message"]
            .as_str()?
            .contains("lost log lines")
            .then(|| line["lines"].as_u64())?
    };
    eventually(|| slow.log().lines().filter_map(lost).any(|lines| lines > 0));
    slow.signal("TERM");
    assert_eq!(slow.wait().0, Some(0));
}

#[test]
fn log_has_json_lines_and_no_secret() {
    let home = Home::new();
    let process = Process::serve(&home, &[("VESTIBULE_LOG", "trace")]);
    let browser = process.browser();
    let email = "ada@example.org";
    browser.post(
        "/signup",
        &[
            ("email", email),
            ("password", PASSWORD),
            ("name", "Augusta"),
        ],
    );
    let emails: Value = serde_json::from_str(&browser.get("/dev/mailbox.json").body).expect("JSON");
    let link = emails[0]["links"][0].as_str().expect("a link").to_owned();
    let token = link.split_once("token=").expect("a token").1.to_owned();
    browser.get(&format!("/verify?token={token}"));
    browser
        .post("/verify", &[("token", &token)])
        .assert_redirect("/dashboard");
    browser.log_in(email, "wrong velvet onion");
    browser
        .log_in(email, PASSWORD)
        .assert_redirect("/dashboard");
    let cookie = browser.cookie("session").expect("signed in");
    let rejected = browser.send("POST", "/logout", &[("sec-fetch-site", "cross-site")], "");
    // A link that a mail program has damaged.
    for mark in ["%3F", "%253F", "&", ";", "="] {
        browser.get(&format!("/verify{mark}token={token}"));
    }
    let secret = home.secret();
    process.signal("TERM");
    let (_, log) = process.wait();
    for line in log.lines() {
        let object: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("JSON: {line}"));
        assert!(object.is_object());
    }
    assert!(
        log.contains(rejected.header("x-request-id")),
        "a refusal is in the log with its id"
    );
    assert!(
        log.contains("\"event\":\"logged_in\"") && log.contains("\"event\":\"log_in_refused\"")
    );
    let signature = cookie.rsplit('.').next().expect("three parts");
    for hidden in [
        email,
        PASSWORD,
        "wrong velvet onion",
        &token,
        signature,
        &secret,
        "Augusta",
        "$2b$",
    ] {
        assert!(!log.contains(hidden), "{hidden} in the log");
    }
}

/// The test app checks this for every other test.
#[test]
fn server_fault_fails_its_test() {
    let app = TestApp::start();
    tracing::error!(target: "vestibule", "planted");
    let dropped = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| drop(app)));
    assert!(dropped.is_err());
    TestApp::start();
}
