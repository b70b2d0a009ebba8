//! The program itself, as an operator starts it: for what only a process can show (refusals, signals, kill -9).

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use tempfile::TempDir;

use super::Browser;

/// A running program.
pub struct Process {
    pub child: Child,
    pub base: String,
    /// Its first two lines on standard output.
    pub lines: [String; 2],
}

/// A folder for a program of its own.
pub fn free_folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

impl Process {
    /// A command on `folder`, with nothing of this process's environment but what is given.
    pub fn command(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_vestibule"));
        command.args(arguments).current_dir(folder).env_clear().stdin(Stdio::null());
        command.envs(variables.iter().copied());
        command
    }

    /// Runs a command to its end.
    pub fn output(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
        Self::command(folder, arguments, variables).output().expect("runs")
    }

    /// Starts the server in `folder` on a free port and waits until it answers.
    pub fn serve(folder: &Path, variables: &[(&str, &str)]) -> Self {
        let defaults = [("VESTIBULE_LISTEN", "127.0.0.1:0"), ("VESTIBULE_BCRYPT_COST", "4")];
        let mut child = Self::command(folder, &[], &defaults)
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
        let lines = [line(), line()];
        let base = lines[0].strip_prefix("listening on ").unwrap_or_default().to_owned();
        if base.is_empty() {
            let mut log = String::new();
            drop(child.stderr.take().expect("piped").read_to_string(&mut log));
            panic!("it does not start: {log}");
        }
        Self { child, base, lines }
    }

    pub fn browser(&self) -> Browser {
        Browser::new(&self.base)
    }

    /// Sends it a signal by name.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status();
        assert!(sent.expect("kill runs").success());
    }

    /// Waits for its end; gives the status and the log.
    pub fn wait(mut self) -> (Option<i32>, String) {
        let mut log = String::new();
        self.child.stderr.take().expect("piped").read_to_string(&mut log).expect("UTF-8");
        (self.child.wait().expect("ends").code(), log)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
