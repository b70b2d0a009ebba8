//! The program itself, as an operator starts it, for what only a process can show: failed starts,
//! signals, kill -9.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex, mpsc};
use std::thread::{self, JoinHandle};

use super::{Browser, Home, TestApp};

/// A running program.
pub struct Process {
    pub child: Child,
    pub base: String,
    /// The first two lines on standard output.
    pub lines: [String; 2],
    /// The part of the log that was read.
    log: Arc<Mutex<String>>,
    /// The thread that reads the log to the end.
    log_reader: Option<JoinHandle<()>>,
    /// Starts the reader.
    log_is_wanted: mpsc::Sender<()>,
}

impl TestApp {
    /// Runs a command on the app's data to its end.
    pub fn run(&self, arguments: &[&str]) -> Output {
        Process::output(&self.home, arguments, &[("VESTIBULE_BCRYPT_COST", "4")])
    }

    /// Runs a command that must succeed. Returns what it prints.
    #[track_caller]
    pub fn command(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(
            output.status.success(),
            "{arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).expect("UTF-8")
    }
}

impl Process {
    /// Returns a command in `home`. Its environment has nothing else of this process. A server gets
    /// a free port, because the default port may be in use.
    pub fn command(home: &Home, arguments: &[&str], variables: &[(&str, &str)]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_vestibule"));
        command
            .args(arguments)
            .current_dir(home.path())
            .env_clear()
            .stdin(Stdio::null());
        if matches!(arguments, [] | ["serve", ..]) {
            command.env("VESTIBULE_LISTEN", "127.0.0.1:0");
        }
        command
            .envs(home.variables())
            .envs(variables.iter().copied());
        command
    }

    /// Runs a command to its end.
    pub fn output(home: &Home, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
        Self::command(home, arguments, variables)
            .output()
            .expect("runs")
    }

    /// Starts the server in `home` on a free port and waits until it answers.
    pub fn serve(home: &Home, variables: &[(&str, &str)]) -> Self {
        let process = Self::serve_unread(home, variables);
        process.read_log();
        process
    }

    /// Starts the server without reading its log, until `read_log` or its end.
    pub fn serve_unread(home: &Home, variables: &[(&str, &str)]) -> Self {
        let mut child = Self::command(home, &[], &[("VESTIBULE_BCRYPT_COST", "4")])
            .envs(variables.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("starts");
        let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let mut line = || match lines.next() {
            Some(line) => line.expect("UTF-8"),
            None => String::new(),
        };
        let stderr = BufReader::new(child.stderr.take().expect("piped"));
        let (log_is_wanted, is_wanted) = mpsc::channel();
        let log = Arc::new(Mutex::new(String::new()));
        let read = Arc::clone(&log);
        let log_reader = thread::spawn(move || {
            // The sender may be gone.
            is_wanted.recv().ok();
            for line in stderr.lines() {
                let mut read = read.lock().expect("no reader panicked");
                read.push_str(&line.expect("UTF-8"));
                read.push('\n');
            }
        });
        let lines = [line(), line()];
        let base = lines[0]
            .strip_prefix("listening on ")
            .unwrap_or_default()
            .to_owned();
        if base.is_empty() {
            log_is_wanted.send(()).expect("the reader waits");
            log_reader.join().expect("its log");
            panic!(
                "it does not start: {}",
                log.lock().expect("no reader panicked")
            );
        }
        Self {
            child,
            base,
            lines,
            log,
            log_reader: Some(log_reader),
            log_is_wanted,
        }
    }

    /// Starts to read the log.
    pub fn read_log(&self) {
        self.log_is_wanted.send(()).expect("the reader waits");
    }

    pub fn browser(&self) -> Browser {
        Browser::new(&self.base)
    }

    /// Returns the log so far.
    pub fn log(&self) -> String {
        self.log.lock().expect("no reader panicked").clone()
    }

    /// Sends the process a signal by name.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill")
            .args([&format!("-{name}"), &self.child.id().to_string()])
            .status();
        assert!(sent.expect("kill runs").success());
    }

    /// Waits for the end. Returns the status and the log.
    pub fn wait(mut self) -> (Option<i32>, String) {
        let status = self.child.wait().expect("ends").code();
        // The log may have been read already.
        self.log_is_wanted.send(()).ok();
        if let Some(reader) = self.log_reader.take() {
            reader.join().expect("its log");
        }
        (status, self.log())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // The process may have exited already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
