//! The command line. Each command has a file of its own, and its result determines the exit status.

mod app;
mod check;
mod client;
mod doctor;
mod group;
mod invite;
mod log_queue;
mod logging;
mod mail;
mod migrate;
mod passwords;
mod proxy_config;
mod serve;
mod standard_error;
mod user;
mod why;
mod with_app;

use std::io;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use rustix::process::Signal;
use tokio::runtime;
use tokio::signal::unix::{SignalKind, signal};

use self::standard_error::print_line;
use crate::config::{Settings, Variables, help};
use crate::values::one_line;

/// Exit status for invalid settings or arguments.
const STATUS_USAGE: u8 = 2;
/// Exit status for all other failures.
const STATUS_FAILED: u8 = 1;

/// Sign-up, login and sessions for a web app.
#[derive(Debug, Parser)]
#[command(name = "vestibule", after_help = help(), disable_version_flag = true)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server (the default)
    Serve,
    /// Check the configuration and print it, without opening the database
    Check,
    /// Run pending database migrations and exit
    Migrate,
    /// Check configuration, database, clock, mail and proxies, or the proxy of an app
    Doctor(doctor::Command),
    /// Explain why a user cannot log in
    Why(why::Command),
    /// Invite people by email to create an account
    Invite(invite::Command),
    /// Manage accounts
    #[command(subcommand)]
    User(user::Command),
    /// Manage groups of accounts
    #[command(subcommand)]
    Group(group::Command),
    /// Manage registered apps
    #[command(subcommand)]
    App(app::Command),
    /// Manage OAuth clients (deprecated: use `app`)
    #[command(subcommand)]
    Client(client::Command),
    /// Manage the filter of breached passwords
    #[command(subcommand)]
    Passwords(passwords::Command),
    /// Manage queued emails
    #[command(subcommand)]
    Mail(mail::Command),
}

/// Runs the command that the process was started with.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    if let Err(error) = survive_file_size_limit() {
        return fail(STATUS_FAILED, &error);
    }
    let settings = match Settings::read(&Variables::of_process()) {
        Ok(settings) => settings,
        Err(invalid) => return fail(STATUS_USAGE, &invalid),
    };
    let result = match arguments.command.unwrap_or(Command::Serve) {
        Command::Serve => serve::run(settings),
        Command::Check => check::run(&settings),
        Command::Migrate => migrate::run(&settings),
        Command::User(command) => user::run(settings, command),
        Command::Invite(command) => invite::run(settings, command),
        Command::Group(command) => group::run(settings, command),
        Command::App(command) => app::run(settings, command),
        Command::Client(command) => client::run(settings, command),
        Command::Passwords(command) => passwords::run(&settings, command),
        Command::Mail(command) => mail::run(settings, command),
        Command::Why(command) => why::run(settings, command),
        Command::Doctor(command) => doctor::run(settings, command),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        // The reader of the output has closed the pipe, as `head` does.
        Err(error) if error.downcast_ref().is_some_and(is_broken_pipe) => ExitCode::SUCCESS,
        Err(error) => fail(STATUS_FAILED, error.as_ref()),
    }
}

/// Installs a handler for SIGXFSZ that stays until the process ends. A write beyond the file size
/// limit then returns an error, as on a full disk. Without a handler it would end the process.
fn survive_file_size_limit() -> io::Result<()> {
    let runtime = runtime::Builder::new_current_thread().enable_io().build()?;
    let _context = runtime.enter();
    signal(SignalKind::from_raw(Signal::XFSZ.as_raw())).map(drop)
}

fn is_broken_pipe(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::BrokenPipe
}

/// Prints the reason on one line and returns the exit status.
fn fail(status: u8, reason: &dyn std::error::Error) -> ExitCode {
    print_line(format_args!("vestibule: {}", one_line(&reason.to_string())));
    ExitCode::from(status)
}
