//! Limits of the system: the size of files, which is like a full disk, and the number of file
//! descriptors.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::num::NonZero;
use std::process::{Child, Command, Stdio};
use std::thread;

use crate::support::{Browser, Home, PASSWORD, Process, connect, eventually};

const EMAIL: &str = "ada@example.org";
const UNAVAILABLE: &str = "Sorry, we’re not available right now";
const NO_LIMITS: (&str, &str) = ("VESTIBULE_LIMITS", "off");

/// A server that was started with a limit.
struct Limited {
    child: Child,
    base: String,
}

impl Limited {
    /// Starts a server that logs to this file.
    fn start(home: &Home, limit: &str, log: File) -> Self {
        let mut child = command(home, limit)
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .expect("starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped"))
            .read_line(&mut line)
            .expect("UTF-8");
        let base = line.trim_end().strip_prefix("listening on ");
        Self {
            base: base.expect("its address").to_owned(),
            child,
        }
    }
}

impl Drop for Limited {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Returns the command that starts the server with a limit of the shell's `ulimit`.
fn command(home: &Home, limit: &str) -> Command {
    let server = Process::command(home, &[], &[("VESTIBULE_BCRYPT_COST", "4")]);
    let mut command = Command::new("/bin/sh");
    command
        .args(["-c", &format!("ulimit {limit} && exec \"$0\"")])
        .arg(server.get_program())
        .current_dir(home.path())
        .env_clear()
        .stdin(Stdio::null());
    for (name, value) in server.get_envs() {
        command.env(name, value.expect("a value"));
    }
    command
}

/// Changes a limit of a running server.
fn set_limit(process: &Process, limit: &str) {
    let pid = process.child.id().to_string();
    let set = Command::new("prlimit")
        .args([limit, "--pid", &pid])
        .status();
    assert!(set.expect("prlimit runs").success());
}

fn sign_up(browser: &Browser, email: &str) -> u16 {
    browser.sign_up(email, PASSWORD).status
}

/// Signs up, confirms the address and logs in.
fn log_in(process: &Process) -> Browser {
    let browser = process.browser();
    assert_eq!(sign_up(&browser, EMAIL), 303);
    let emails = browser.get("/dev/mailbox.json").json();
    let link = emails[0]["links"][0].as_str().expect("a link");
    let token = link.split_once("token=").expect("a token").1;
    process
        .browser()
        .post("/verify", &[("token", token)])
        .assert_redirect("/login");
    browser
        .log_in(EMAIL, PASSWORD)
        .assert_redirect("/dashboard");
    browser
}

fn descriptors(child: &Child) -> usize {
    let folder = format!("/proc/{}/fd", child.id());
    fs::read_dir(folder).expect("its descriptors").count()
}

/// Returns the processor time that a process has used, in hundredths of a second.
fn processor_time(child: &Child) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{}/stat", child.id())).expect("its figures");
    // The name, in parentheses, may contain spaces. User and system time are fields 14 and 15.
    let (_, figures) = stat.rsplit_once(") ").expect("a name");
    let times = figures.split(' ').skip(11).take(2);
    times
        .map(|time| time.parse::<u64>().expect("a number"))
        .sum()
}

#[test]
fn file_size_limit_is_503_and_no_logout() {
    let home = Home::new();
    let process = Process::serve(&home, &[]);
    let browser = log_in(&process);
    let forgot = || browser.post("/password/forgot", &[("email", EMAIL)]);
    set_limit(&process, "--fsize=0:");
    for _ in 0..3 {
        let response = forgot();
        response.assert_page(503, UNAVAILABLE);
        assert_ne!(response.header("retry-after"), "");
    }
    let logout = browser.post("/logout", &[]);
    assert_eq!(logout.status, 503);
    assert!(logout.set_cookies("session").is_empty());
    for path in ["/dashboard", "/account", "/healthz", "/readyz"] {
        assert_eq!(browser.get(path).status, 200, "{path}");
    }
    set_limit(&process, "--fsize=unlimited:");
    forgot().assert_redirect("/password/sent");
    assert_eq!(browser.get("/dashboard").status, 200);
}

/// The limit cuts a write in the middle.
#[test]
fn acknowledged_sign_ups_survive_file_size_limit() {
    let home = Home::new();
    let process = Process::serve(&home, &[NO_LIMITS]);
    assert_eq!(sign_up(&process.browser(), EMAIL), 303);
    let log = home.file().with_extension("db-wal");
    let size = fs::metadata(log).expect("the write-ahead log").len();
    set_limit(&process, &format!("--fsize={}:", size + 200_001));
    let mut acknowledged = vec![EMAIL.to_owned()];
    let status = loop {
        let email = format!("person-{}@example.org", acknowledged.len());
        match sign_up(&process.browser(), &email) {
            303 => acknowledged.push(email),
            status => break status,
        }
    };
    assert!(status == 503 && acknowledged.len() > 1, "{acknowledged:?}");
    process.signal("KILL");
    process.wait();

    let doctor = Process::output(&home, &["doctor"], &[]);
    assert!(doctor.status.success(), "{doctor:?}");
    let process = Process::serve(&home, &[]);
    let emails = process.browser().get("/dev/mailbox.json").body;
    for email in acknowledged {
        assert!(emails.contains(&email), "{email}");
    }
}

#[test]
fn start_without_file_writes_fails_in_one_line() {
    let home = Home::new();
    let output = command(&home, "-f 0").output().expect("runs");
    let line = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(
        (output.status.code(), line.lines().count()),
        (Some(1), 1),
        "{line}"
    );
    assert!(line.contains("vestibule.db"), "{line}");
    // The files left behind do not prevent a later start.
    assert_eq!(
        log_in(&Process::serve(&home, &[])).get("/account").status,
        200
    );
}

/// The server holds no more connections than its descriptors allow. The others wait.
#[test]
fn few_descriptors_bound_the_connections() {
    let home = Home::new();
    let log = home.path().join("log");
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let limit = format!("-n {}", 128 + 16 * cores);
    let server = Limited::start(&home, &limit, File::create(&log).expect("a file"));
    let browser = Browser::new(&server.base);
    assert_eq!(browser.get("/readyz").status, 200);
    let before = descriptors(&server.child);
    let idle: Vec<_> = (0..100 + 16 * cores)
        .map(|_| connect(&server.base))
        .collect();
    eventually(|| descriptors(&server.child) >= before + 8 * cores);
    drop(idle);
    assert_eq!(Browser::new(&server.base).get("/readyz").status, 200);
    assert_eq!(sign_up(&browser, EMAIL), 303);
    let log = fs::read_to_string(log).expect("UTF-8");
    assert!(!log.contains("ERROR"), "{log}");
}

/// The limit was lowered later, so the number of connections is not bounded by it.
#[test]
fn exhausted_descriptors_cause_few_lines_and_no_spinning() {
    let home = Home::new();
    let process = Process::serve(&home, &[]);
    let mut kept = connect(&process.base);
    let request = "GET /readyz HTTP/1.1\r\nHost: localhost\r\n";
    write!(kept, "{request}\r\n").expect("sends");
    kept.read_exact(&mut [0; 12]).expect("an answer");
    let limit = format!("--nofile={}:", descriptors(&process.child) + 30);
    set_limit(&process, &limit);
    let idle: Vec<_> = (0..50).map(|_| connect(&process.base)).collect();
    let lines = || process.log().matches("Too many open files").count();
    eventually(|| lines() >= 1);
    let used = processor_time(&process.child);
    write!(kept, "{request}Connection: close\r\n\r\n").expect("sends");
    let mut response = String::new();
    kept.read_to_string(&mut response).expect("UTF-8");
    assert!(response.contains("HTTP/1.1 200 "), "{response}");
    // Half a second passes from line to line.
    eventually(|| lines() >= 3);
    assert!(processor_time(&process.child) < used + 30);
    drop(idle);
    assert_eq!(sign_up(&process.browser(), EMAIL), 303);
    assert!(lines() < 20, "{}", process.log());
}
