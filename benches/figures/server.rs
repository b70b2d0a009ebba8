//! The program as it is shipped, in its own process and folder, and the system's figures about it.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use rustix::thread::{CpuSet, Pid, sched_getaffinity, sched_setaffinity};
use tempfile::TempDir;

use crate::client::{Answer, Client, get, header, post};

/// The program.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_vestibule");
/// A password that every rule accepts.
const PASSWORD: &str = "harbour+velvet+onion";
/// Fixed, so that a session outlives a restart on another port, and no limit stops a measurement.
const VARIABLES: [(&str, &str); 3] = [
    ("VESTIBULE_LISTEN", "127.0.0.1:0"),
    ("VESTIBULE_PUBLIC_URL", "http://localhost:8080"),
    ("VESTIBULE_LIMITS", "off"),
];

/// Creates a folder on the disk of the sources, because `/tmp` may be none.
pub fn folder() -> TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder beside the build")
}

/// Opens the SQLite database of a program that runs in `folder`, to arrange what no page can.
pub fn database(folder: &Path) -> SqliteConnection {
    let file = folder.join("data/vestibule.db");
    let mut database = SqliteConnection::establish(file.to_str().expect("UTF-8")).expect("opens");
    database
        .batch_execute("PRAGMA busy_timeout = 5000")
        .expect("waits");
    database
}

/// A running program, which exits when dropped.
pub struct Server {
    child: Child,
    address: String,
    // Kept open, because the program may write to it.
    _stdout: BufReader<ChildStdout>,
}

impl Server {
    /// Starts the program in `folder` with its defaults but for `variables`, and waits until it
    /// listens. Its log is the file `log` of the folder.
    pub fn start(folder: &Path, variables: &[(&str, &str)]) -> Self {
        let log = folder.join("log");
        let mut child = Command::new(PROGRAM)
            .current_dir(folder)
            .env_clear()
            .envs(VARIABLES)
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(File::create(&log).expect("a log"))
            .spawn()
            .expect("the program starts");
        let mut stdout = BufReader::new(child.stdout.take().expect("its output is piped"));
        let mut line = String::new();
        stdout.read_line(&mut line).expect("a line");
        let address = line
            .trim()
            .strip_prefix("listening on http://")
            .map(str::to_owned);
        let why = || fs::read_to_string(&log).unwrap_or_default();
        let address = address.unwrap_or_else(|| panic!("the program does not start: {}", why()));
        Self {
            child,
            address,
            _stdout: stdout,
        }
    }

    /// Stops the program as an operator would, and waits for its exit.
    pub fn stop(mut self) {
        let id = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .arg(id)
                .status()
                .expect("kill runs")
                .success()
        );
        assert!(self.child.wait().expect("it ends").success());
    }

    pub fn client(&self) -> Client {
        Client::open(&self.address)
    }

    /// Sends one request on its own connection.
    pub fn ask(&self, request: &str) -> Answer {
        self.client().ask(request)
    }

    /// Signs up, confirms the address by the link in the mailbox, and logs in. Returns the
    /// session's cookie.
    pub fn register_and_log_in(&self, email: &str) -> String {
        self.ask(&sign_up(email)).expect_redirect();
        let mails = self.ask(&get("/dev/mailbox.json", None)).body;
        // Newest first.
        let token = mails
            .split("token=")
            .nth(1)
            .and_then(|rest| rest.get(..43))
            .expect("a mail with a link");
        self.ask(&post("/verify", &format!("token={token}")))
            .expect_redirect();
        cookie_of(&self.ask(&log_in(email)))
    }

    /// Returns the time that its threads have run so far. The scheduler counts in nanoseconds, not
    /// in ticks.
    pub fn cpu_seconds(&self) -> f64 {
        let threads = fs::read_dir(self.proc("task")).expect("its threads");
        // A thread that ends meanwhile is gone.
        let times = threads
            .filter_map(|thread| fs::read_to_string(thread.ok()?.path().join("schedstat")).ok());
        times.map(|times| seconds_of(&times)).sum()
    }

    /// Keeps all its threads on one processor.
    pub fn keep_to(&self, processor: usize) {
        for thread in fs::read_dir(self.proc("task"))
            .expect("its threads")
            .flatten()
        {
            let id = thread
                .file_name()
                .to_str()
                .and_then(|id| id.parse().ok())
                .and_then(Pid::from_raw);
            // A thread that ends meanwhile is gone.
            keep_to(processor, Some(id.expect("the id of a thread"))).ok();
        }
    }

    /// Returns its resident memory in mebibytes, including the part of the program's text that was
    /// read.
    pub fn resident(&self) -> f64 {
        let status = fs::read_to_string(self.proc("status")).expect("its status");
        let kibibytes = header(&status, "vmrss")
            .and_then(|size| size.trim_end_matches(" kB").parse::<f64>().ok());
        kibibytes.expect("a number") / 1024.0
    }

    /// Returns the number of open files, sockets and the like.
    pub fn descriptors(&self) -> usize {
        fs::read_dir(self.proc("fd"))
            .expect("its descriptors")
            .count()
    }

    fn proc(&self, file: &str) -> String {
        format!("/proc/{}/{file}", self.child.id())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have exited already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Answer {
    /// Returns the start of the response to an accepted form.
    pub fn expect_redirect(&self) {
        assert_eq!(self.status, 303, "{}", self.head);
    }
}

/// Returns the session's cookie from the response to a login.
pub fn cookie_of(answer: &Answer) -> String {
    answer.expect_redirect();
    let cookies = answer
        .head
        .lines()
        .filter_map(|line| header(line, "set-cookie"));
    let mut pairs = cookies.filter_map(|cookie| cookie.split(';').next());
    pairs
        .find(|pair| pair.starts_with("session="))
        .expect("a session")
        .to_owned()
}

/// Returns a sign-up.
pub fn sign_up(email: &str) -> String {
    post("/signup", &credentials(email))
}

/// Returns a login.
pub fn log_in(email: &str) -> String {
    post("/login", &credentials(email))
}

/// Returns a request of a program.
pub fn json_post(path: &str, json: &str) -> String {
    let length = json.len();
    format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: figures\r\nContent-Type: \
         application/json\r\n\
         Content-Length: {length}\r\n\r\n{json}"
    )
}

/// Returns the login of a program.
pub fn json_credentials(email: &str) -> String {
    format!(
        r#"{{"email":"{email}","password":"{}"}}"#,
        PASSWORD.replace('+', " ")
    )
}

fn credentials(email: &str) -> String {
    format!("email={}&password={PASSWORD}", email.replace('@', "%40"))
}

/// Keeps a thread, or the calling one, on one processor.
pub fn keep_to(processor: usize, thread: Option<Pid>) -> rustix::io::Result<()> {
    let mut processors = CpuSet::new();
    processors.set(processor);
    sched_setaffinity(thread, &processors)
}

/// Returns two processors that this program may use, or the same twice if there is one.
pub fn two_processors() -> [usize; 2] {
    let all = sched_getaffinity(None).expect("Linux tells");
    let mut usable = (0..CpuSet::MAX_CPU).filter(|processor| all.is_set(*processor));
    let first = usable.next().expect("this one runs");
    [first, usable.next().unwrap_or(first)]
}

/// Returns the time that the calling thread has run so far.
pub fn own_cpu_seconds() -> f64 {
    seconds_of(&fs::read_to_string("/proc/thread-self/schedstat").expect("Linux tells"))
}

fn seconds_of(schedstat: &str) -> f64 {
    let nanos = schedstat
        .split(' ')
        .next()
        .and_then(|run| run.parse::<f64>().ok());
    nanos.expect("a number") / 1e9
}
