//! The release build as a server in its own process and folder, and its use of processor and
//! memory.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use rustix::thread::{CpuSet, Pid, sched_getaffinity, sched_setaffinity};
use tempfile::TempDir;

use crate::client::{Client, Response, get, header, post};

/// A page that reads nothing from the database.
pub const BARE_PAGE: &str = "/signup";
/// The path of the program.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_vestibule");
/// The URL-encoded password of every account. All password rules accept it.
pub const PASSWORD: &str = "harbour+velvet+onion";
/// Environment variables of every server. The fixed public URL keeps sessions valid after a restart
/// on another port. Rate limits are off, because they would stop a measurement.
const VARIABLES: [(&str, &str); 3] = [
    ("VESTIBULE_LISTEN", "127.0.0.1:0"),
    ("VESTIBULE_PUBLIC_URL", "http://localhost:8080"),
    ("VESTIBULE_LIMITS", "off"),
];

/// Creates a temporary folder below the build folder, because `/tmp` may be in memory.
pub fn folder() -> TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("the build folder is writable")
}

/// Opens the SQLite database of a server that runs in `folder`. Measurements prepare data there
/// that would take too many requests.
pub fn database(folder: &Path) -> SqliteConnection {
    let file = folder.join("data/vestibule.db");
    let mut database = SqliteConnection::establish(file.to_str().expect("the path is UTF-8"))
        .expect("the server created the database");
    database
        .batch_execute("PRAGMA busy_timeout = 5000")
        .expect("SQLite has this setting");
    database
}

/// A running server, which is killed when dropped.
pub struct Server {
    child: Child,
    address: String,
    // Kept open, because the server may write to it.
    _stdout: BufReader<ChildStdout>,
}

impl Server {
    /// Starts the program in `folder` and waits until it listens. `variables` are added to the
    /// default ones or replace them. The log goes to the file `log` in the folder.
    pub fn start(folder: &Path, variables: &[(&str, &str)]) -> Self {
        let log = folder.join("log");
        let mut child = Command::new(PROGRAM)
            .current_dir(folder)
            .env_clear()
            .envs(VARIABLES)
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(File::create(&log).expect("the folder is writable"))
            .spawn()
            .expect("the program starts");
        let mut stdout = BufReader::new(child.stdout.take().expect("its output is piped"));
        let mut line = String::new();
        stdout.read_line(&mut line).expect("the output is UTF-8");
        let address = line
            .trim()
            .strip_prefix("listening on http://")
            .map(str::to_owned);
        let errors = || fs::read_to_string(&log).unwrap_or_default();
        let address = address.unwrap_or_else(|| panic!("the program does not start: {}", errors()));
        Self {
            child,
            address,
            _stdout: stdout,
        }
    }

    /// Stops the server with SIGTERM, as an operator would, and waits for its exit.
    pub fn stop(mut self) {
        let id = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .arg(id)
                .status()
                .expect("kill is installed")
                .success()
        );
        assert!(self.child.wait().expect("the server exits").success());
    }

    pub fn client(&self) -> Client {
        Client::open(&self.address)
    }

    /// Sends a request on its own connection and waits for its response.
    pub fn fetch(&self, request: &str) -> Response {
        self.client().fetch(request)
    }

    /// Signs up, opens the confirmation link in the development mailbox, and logs in. Returns the
    /// session cookie.
    pub fn register_and_log_in(&self, email: &str) -> String {
        self.fetch(&sign_up(email)).expect_redirect();
        let token = self.newest_token();
        self.fetch(&post("/verify", &format!("token={token}")))
            .expect_redirect();
        session_cookie(&self.fetch(&log_in(email)))
    }

    /// Returns the token of the newest link in the development mailbox.
    pub fn newest_token(&self) -> String {
        // The newest email comes first.
        let emails = self.fetch(&get("/dev/mailbox.json", None)).body;
        emails
            .split("token=")
            .nth(1)
            .and_then(|rest| rest.get(..43))
            .expect("an email contains a link")
            .to_owned()
    }

    /// Returns the processor time of all threads so far. `schedstat` has it in nanoseconds, and
    /// `stat` only in ticks.
    pub fn cpu_seconds(&self) -> f64 {
        let threads = fs::read_dir(self.proc_path("task")).expect("the server runs");
        // A thread may end before its file is read.
        let times = threads
            .filter_map(|thread| fs::read_to_string(thread.ok()?.path().join("schedstat")).ok());
        times.map(|times| parse_cpu_seconds(&times)).sum()
    }

    /// Pins all current threads of the server to one processor.
    pub fn pin_to(&self, processor: usize) {
        for thread in fs::read_dir(self.proc_path("task"))
            .expect("the server runs")
            .flatten()
        {
            let id = thread
                .file_name()
                .to_str()
                .and_then(|id| id.parse().ok())
                .and_then(Pid::from_raw);
            // A thread may end before it is pinned.
            pin_thread(processor, Some(id.expect("the file name is a thread id"))).ok();
        }
    }

    /// Returns the resident memory in mebibytes. It includes the pages of the program file that are
    /// in memory.
    pub fn resident_memory(&self) -> f64 {
        let status = fs::read_to_string(self.proc_path("status")).expect("the server runs");
        let kibibytes = header(&status, "vmrss")
            .and_then(|size| size.trim_end_matches(" kB").parse::<f64>().ok());
        kibibytes.expect("Linux reports the size in kB") / 1024.0
    }

    /// Returns the number of open file descriptors, including sockets.
    pub fn open_descriptors(&self) -> usize {
        fs::read_dir(self.proc_path("fd"))
            .expect("the server runs")
            .count()
    }

    fn proc_path(&self, file: &str) -> String {
        format!("/proc/{}/{file}", self.child.id())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Both calls fail if the server has already exited.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Returns the session cookie from the response to a successful login, as `name=value`.
pub fn session_cookie(response: &Response) -> String {
    response.expect_redirect();
    let cookies = response
        .head
        .lines()
        .filter_map(|line| header(line, "set-cookie"));
    let mut pairs = cookies.filter_map(|cookie| cookie.split(';').next());
    pairs
        .find(|pair| pair.starts_with("session="))
        .expect("a login sets the session cookie")
        .to_owned()
}

/// Returns a sign-up request with [`PASSWORD`].
pub fn sign_up(email: &str) -> String {
    post("/signup", &credentials(email))
}

/// Returns a login request with [`PASSWORD`].
pub fn log_in(email: &str) -> String {
    post("/login", &credentials(email))
}

/// Returns a POST request to the JSON API.
pub fn json_post(path: &str, json: &str) -> String {
    let length = json.len();
    format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: figures\r\nContent-Type: \
         application/json\r\n\
         Content-Length: {length}\r\n\r\n{json}"
    )
}

/// Returns the JSON body of a login with [`PASSWORD`].
pub fn json_credentials(email: &str) -> String {
    format!(
        r#"{{"email":"{email}","password":"{}"}}"#,
        PASSWORD.replace('+', " ")
    )
}

fn credentials(email: &str) -> String {
    format!("email={}&password={PASSWORD}", email.replace('@', "%40"))
}

/// Pins a thread to one processor. `None` is the calling thread.
pub fn pin_thread(processor: usize, thread: Option<Pid>) -> rustix::io::Result<()> {
    let mut processors = CpuSet::new();
    processors.set(processor);
    sched_setaffinity(thread, &processors)
}

/// Returns two processors that the benchmark may use. If there is only one, returns it twice.
pub fn two_processors() -> [usize; 2] {
    let allowed = sched_getaffinity(None).expect("Linux reports the affinity of every thread");
    let mut processors = (0..CpuSet::MAX_CPU).filter(|processor| allowed.is_set(*processor));
    let first = processors.next().expect("this thread runs on a processor");
    [first, processors.next().unwrap_or(first)]
}

/// Returns the processor time of the calling thread so far.
pub fn thread_cpu_seconds() -> f64 {
    let schedstat = fs::read_to_string("/proc/thread-self/schedstat");
    parse_cpu_seconds(&schedstat.expect("Linux has this file"))
}

fn parse_cpu_seconds(schedstat: &str) -> f64 {
    let nanos = schedstat
        .split(' ')
        .next()
        .and_then(|run| run.parse::<f64>().ok());
    nanos.expect("the file starts with a number") / 1e9
}
