//! Starting and stopping, as an operator sees it: what is printed, what is refused, and that nothing is overwritten.

use std::fs;
use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::support::{PASSWORD, Process, free_folder};

/// Runs the server where it must refuse to start: its status and its one line.
fn refused(folder: &Path, variables: &[(&str, &str)]) -> (i32, String) {
    let output = Process::output(folder, &[], variables);
    let line = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(line.trim_end().lines().count(), 1, "{line}");
    assert!(output.stdout.is_empty());
    (output.status.code().expect("a status"), line)
}

const FREE_PORT: (&str, &str) = ("VESTIBULE_LISTEN", "127.0.0.1:0");

#[test]
fn with_nothing_configured_it_makes_its_folder_and_its_secret_for_its_owner_alone() {
    let folder = free_folder();
    let process = Process::serve(folder.path(), &[]);
    let port = process.base.rsplit(':').next().expect("a port");
    assert_eq!(process.lines[0], format!("listening on http://127.0.0.1:{port}"));
    assert_eq!(process.lines[1], format!("open http://localhost:{port}"));
    assert_eq!(process.browser().get("/").status, 200);
    let mode = |path: &str| fs::metadata(folder.path().join(path)).expect(path).permissions().mode() & 0o777;
    assert_eq!(mode("data"), 0o700);
    for file in ["secret", "vestibule.db", "vestibule.db-wal", "vestibule.db-shm"] {
        assert_eq!(mode(&format!("data/{file}")), 0o600, "{file}");
    }
    assert_eq!(fs::read_dir(folder.path().join("data")).expect("the folder").count(), 4, "nothing else");
}

#[test]
fn a_setting_that_does_not_parse_is_status_2_and_one_line() {
    let folder = free_folder();
    for (variable, held) in
        [("VESTIBULE_BCRYPT_COST", "99"), ("VESTIBULE_LISTEN", "nowhere"), ("DATABASE_URL", "mysql://x")]
    {
        let (status, line) = refused(folder.path(), &[(variable, held)]);
        assert_eq!(status, 2, "{line}");
        assert!(line.contains(variable) && line.contains("must be"), "{line}");
    }
    assert_eq!(fs::read_dir(folder.path()).expect("the folder").count(), 0, "nothing was made");
}

#[test]
fn development_mode_cannot_be_reached_from_outside() {
    let folder = free_folder();
    for variables in [
        &[("VESTIBULE_LISTEN", "0.0.0.0:0")][..],
        &[("VESTIBULE_PUBLIC_URL", "http://login.example.org"), FREE_PORT],
        &[("VESTIBULE_PUBLIC_URL", "https://login.example.org"), FREE_PORT],
    ] {
        let (status, line) = refused(folder.path(), variables);
        assert_eq!(status, 1, "{line}");
        assert!(line.contains("set "), "it says what to set: {line}");
    }
    assert_eq!(fs::read_dir(folder.path()).expect("the folder").count(), 0, "nothing was made");
}

#[test]
fn a_port_in_use_is_one_line_and_status_1() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let folder = free_folder();
    let (status, line) = refused(folder.path(), &[("VESTIBULE_LISTEN", &address)]);
    assert_eq!(status, 1);
    assert!(line.contains(&address), "{line}");
}

#[test]
fn a_damaged_database_is_refused_and_not_overwritten() {
    let folder = free_folder();
    fs::create_dir(folder.path().join("data")).expect("a folder");
    let file = folder.path().join("data/vestibule.db");
    let junk = "this is no database, but somebody may want it back".repeat(100);
    fs::write(&file, &junk).expect("written");
    let (status, line) = refused(folder.path(), &[FREE_PORT]);
    assert_eq!(status, 1, "{line}");
    assert!(line.contains("vestibule.db"), "{line}");
    assert_eq!(fs::read_to_string(&file).expect("still there"), junk);
}

#[test]
fn a_database_that_is_newer_than_the_program_is_refused() {
    use diesel::connection::SimpleConnection;
    use diesel::{Connection, SqliteConnection};
    let folder = free_folder();
    assert!(Process::output(folder.path(), &["migrate"], &[]).status.success());
    let file = folder.path().join("data/vestibule.db");
    let mut connection = SqliteConnection::establish(file.to_str().expect("UTF-8")).expect("opens");
    connection.batch_execute("INSERT INTO __diesel_schema_migrations (version) VALUES ('29991231')").expect("inserts");
    drop(connection);
    let (status, line) = refused(folder.path(), &[FREE_PORT]);
    assert_eq!(status, 1);
    assert!(line.contains("newer version of Vestibule"), "{line}");
}

#[test]
fn a_secret_that_is_damaged_missing_or_another_one_is_refused() {
    let folder = free_folder();
    drop(Process::serve(folder.path(), &[]));
    let file = folder.path().join("data/secret");
    let secret = fs::read_to_string(&file).expect("the secret");

    fs::write(&file, "short").expect("written");
    let (status, line) = refused(folder.path(), &[FREE_PORT]);
    assert!(status == 1 && line.contains("damaged"), "{line}");
    assert_eq!(fs::read_to_string(&file).expect("still there"), "short", "not overwritten");

    fs::remove_file(&file).expect("removed");
    let (status, line) = refused(folder.path(), &[FREE_PORT]);
    assert!(status == 1 && line.contains("missing"), "{line}");
    assert!(!file.exists(), "no new one is made");

    let other = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let (status, line) = refused(folder.path(), &[FREE_PORT, ("VESTIBULE_SECRET", other)]);
    assert!(status == 1 && line.contains("another secret") && !line.contains(other), "{line}");

    // The right one from the variable is as good as the file, and may have a new one in front.
    let both = format!("{other},{}", secret.trim());
    drop(Process::serve(folder.path(), &[("VESTIBULE_SECRET", &both)]));
    drop(Process::serve(folder.path(), &[("VESTIBULE_SECRET", other)]));
}

#[test]
fn a_folder_that_cannot_be_made_is_one_line() {
    let folder = free_folder();
    fs::write(folder.path().join("file"), "").expect("written");
    let url = format!("sqlite://{}/file/data/test.db", folder.path().display());
    let (status, line) = refused(folder.path(), &[FREE_PORT, ("DATABASE_URL", &url)]);
    assert_eq!(status, 1);
    assert!(line.contains("file/data"), "{line}");
}

#[test]
fn check_says_what_it_understood_and_makes_nothing() {
    let folder = free_folder();
    let secret = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let output =
        Process::output(folder.path(), &["check"], &[("VESTIBULE_APP_NAME", "Example"), ("VESTIBULE_SECRET", secret)]);
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(output.status.success(), "{text}");
    assert!(text.contains("Example") && text.contains("development") && text.contains("127.0.0.1:8080"), "{text}");
    assert!(!text.contains(secret));
    assert_eq!(fs::read_dir(folder.path()).expect("the folder").count(), 0);
    let bad = Process::output(folder.path(), &["check"], &[("VESTIBULE_LISTEN", "0.0.0.0:80")]);
    assert_eq!(bad.status.code(), Some(1));
}

#[test]
fn migrate_runs_what_is_pending_and_can_run_beside_a_server() {
    let folder = free_folder();
    assert!(Process::output(folder.path(), &["migrate"], &[]).status.success());
    let process = Process::serve(folder.path(), &[]);
    assert!(Process::output(folder.path(), &["migrate"], &[]).status.success());
    assert_eq!(process.browser().get("/readyz").status, 200);
}

#[test]
fn several_starts_at_once_on_an_empty_folder_agree() {
    let folder = free_folder();
    let started: Vec<Process> = std::thread::scope(|scope| {
        let starts: Vec<_> = (0..4).map(|_| scope.spawn(|| Process::serve(folder.path(), &[]))).collect();
        starts.into_iter().map(|start| start.join().expect("starts")).collect()
    });
    started[0]
        .browser()
        .post("/signup", &[("email", "ada@example.org"), ("password", PASSWORD)])
        .assert_redirect("/signup/sent");
    for process in &started {
        let mails = process.browser().get("/dev/mailbox.json");
        assert!(mails.body.contains("ada@example.org"), "each opens what another has sealed: {}", mails.body);
    }
}

#[test]
fn help_lists_every_command_and_every_variable() {
    let output = Process::output(free_folder().path(), &["--help"], &[]);
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    for word in [
        "serve",
        "check",
        "migrate",
        "DATABASE_URL",
        "VESTIBULE_LISTEN",
        "VESTIBULE_PUBLIC_URL",
        "VESTIBULE_SECRET",
        "VESTIBULE_SMTP_URL",
        "VESTIBULE_MAIL_FROM",
        "VESTIBULE_BCRYPT_COST",
        "VESTIBULE_APP_NAME",
        "VESTIBULE_SUPPORT",
        "VESTIBULE_LOG",
    ] {
        assert!(text.contains(word), "{word}");
    }
    assert_eq!(Process::output(free_folder().path(), &["nonsense"], &[]).status.code(), Some(2));
}

#[test]
fn a_signal_stops_it_in_order_and_what_is_in_flight_is_finished() {
    for signal in ["TERM", "INT"] {
        let folder = free_folder();
        let process = Process::serve(folder.path(), &[("VESTIBULE_LOG", "info")]);
        let mut stream =
            TcpStream::connect(process.base.strip_prefix("http://").expect("an address")).expect("connects");
        stream.write_all(b"POST /verify/resend HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 7\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n").expect("sends");
        // The server has begun with it when it asks for the body.
        let mut begun = [0; 12];
        std::io::Read::read_exact(&mut stream, &mut begun).expect("100");
        process.signal(signal);
        stream.write_all(b"email=x").expect("sends the rest");
        let mut answer = String::new();
        std::io::Read::read_to_string(&mut stream, &mut answer).expect("UTF-8");
        assert!(answer.contains("HTTP/1.1 422 "), "{answer}");
        let (status, log) = process.wait();
        assert_eq!(status, Some(0), "{log}");
    }
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let folder = free_folder();
    let process = Process::serve(folder.path(), &[]);
    // A request that never ends keeps the stop waiting.
    let mut stream = TcpStream::connect(process.base.strip_prefix("http://").expect("an address")).expect("connects");
    stream.write_all(b"POST /verify/resend HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 7\r\nExpect: 100-continue\r\n\r\n").expect("sends");
    let mut begun = [0; 12];
    std::io::Read::read_exact(&mut stream, &mut begun).expect("100");
    process.signal("TERM");
    // It has seen the first signal when it takes no new connection.
    let address = process.base.strip_prefix("http://").expect("an address").to_owned();
    while TcpStream::connect(&address).is_ok() {
        std::thread::yield_now();
    }
    process.signal("TERM");
    assert_eq!(process.wait().0, Some(130));
}

#[test]
fn a_refusal_is_in_the_log_with_the_reference_of_its_page() {
    let folder = free_folder();
    let process = Process::serve(folder.path(), &[]);
    let id = process.browser().get("/nowhere").header("x-request-id").to_owned();
    process.signal("TERM");
    let (_, log) = process.wait();
    let line = log.lines().find(|line| line.contains(&id)).unwrap_or_else(|| panic!("{id} in {log}"));
    let line: serde_json::Value = serde_json::from_str(line).expect("JSON");
    assert_eq!((&line["status"], &line["level"]), (&serde_json::json!(404), &serde_json::json!("INFO")));
}

#[test]
fn the_log_is_one_json_object_a_line_and_knows_no_secret() {
    let folder = free_folder();
    let process = Process::serve(folder.path(), &[("VESTIBULE_LOG", "trace")]);
    let browser = process.browser();
    let email = "ada@example.org";
    browser.post("/signup", &[("email", email), ("password", PASSWORD), ("name", "Augusta")]);
    let mails: serde_json::Value = serde_json::from_str(&browser.get("/dev/mailbox.json").body).expect("JSON");
    let link = mails[0]["links"][0].as_str().expect("a link").to_owned();
    let token = link.split_once("token=").expect("a token").1.to_owned();
    browser.get(&format!("/verify?token={token}"));
    browser.post("/verify", &[("token", &token)]).assert_redirect("/login");
    browser.log_in(email, "wrong velvet onion");
    browser.log_in(email, PASSWORD).assert_redirect("/dashboard");
    let cookie = browser.cookie("session").expect("signed in");
    let refused = browser.send("POST", "/logout", &[("sec-fetch-site", "cross-site")], "");
    let secret = fs::read_to_string(folder.path().join("data/secret")).expect("the secret");
    process.signal("TERM");
    let (_, log) = process.wait();
    for line in log.lines() {
        let object: serde_json::Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("JSON: {line}"));
        assert!(object.is_object());
    }
    assert!(log.contains(refused.header("x-request-id")), "a refusal is in the log with its id");
    assert!(log.contains("\"event\":\"logged_in\"") && log.contains("\"event\":\"log_in_refused\""));
    let signature = cookie.rsplit('.').next().expect("three parts");
    for hidden in [email, PASSWORD, "wrong velvet onion", &token, signature, secret.trim(), "Augusta", "$2b$"] {
        assert!(!log.contains(hidden), "{hidden} in the log");
    }
}
