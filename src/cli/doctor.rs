//! `vestibule doctor`: checks configuration, files, database, clock, mail and proxies, and prints
//! the result of each check. `vestibule doctor app` checks the proxy of an app. The exit status is
//! 1 if a check fails.

mod app_origins;
mod report;

use std::error::Error;

use clap::{Args, Subcommand};
use tokio::time::Instant;

use self::report::{Finding, Report};
use super::with_app;
use crate::accounts::apps as registered;
use crate::accounts::authentication::authenticator_apps::{self, AppSeals};
use crate::app::App;
use crate::brand::Brand;
use crate::clock::Timestamp;
use crate::config::Settings;
use crate::exposed_files::exposed_files;
use crate::mail::SmtpServer;
use crate::server::{StaticFiles, open_breached};
use crate::store::instance;
use crate::store::outbox::{self, DeliveryProblems};

/// Time when this program was written, in milliseconds since 1970. A clock behind it is wrong.
const WRITTEN_AT: Timestamp = Timestamp::from_millis(1_795_000_000_000);
/// Largest accepted difference between the clocks of the server and the database, in milliseconds.
const MAX_APART: i64 = 30_000;

#[derive(Debug, Args)]
pub(super) struct Command {
    #[command(subcommand)]
    subject: Option<Subject>,
}

#[derive(Debug, Subcommand)]
enum Subject {
    /// Send requests to the origins of an app, and check the responses
    App {
        #[arg(allow_hyphen_values = true)]
        id: String,
    },
}

pub(super) fn run(settings: Settings, command: Command) -> Result<(), Box<dyn Error>> {
    match command.subject {
        None => check_server(settings),
        Some(Subject::App { id }) => app_origins::check(settings, &id),
    }
}

fn check_server(settings: Settings) -> Result<(), Box<dyn Error>> {
    let mut report = Report::default();
    report.print(
        "configuration",
        of_result(settings.check_together(), "in order"),
    )?;
    report.print(
        "static files",
        of_result(StaticFiles::find().map(|_| ()), "found"),
    )?;
    if let Some(folder) = &settings.brand {
        report.print(
            "brand",
            of_result(Brand::open(Some(folder)).map(|_| ()), "in order"),
        )?;
    }
    report.print("passwords", stolen_passwords(&settings))?;
    report.print("files", files(&settings))?;
    if report.has_wrong() {
        return report.end();
    }
    with_app::run(settings, |app| async move {
        report.print("database", database(&app).await)?;
        report.print("clock", clock(&app).await)?;
        report.print("mail", mail(&app).await)?;
        report.print("second step", second_step(&app).await)?;
        report.print("passkeys", passkeys(&app).await)?;
        report.print("proxies", proxies(&app).await)?;
        report.print("apps", apps(&app).await)?;
        report.end()
    })
}

fn of_result<E: Error>(result: Result<(), E>, right: &str) -> Finding {
    result.map_or_else(
        |error| Finding::Wrong(error.to_string()),
        |()| Finding::Right(right.to_owned()),
    )
}

fn stolen_passwords(settings: &Settings) -> Finding {
    match open_breached(settings) {
        Ok(Some(_)) => Finding::Right("the filter of breached passwords is in order".to_owned()),
        Ok(None) => Finding::Right(
            "only the most common ones are rejected; docs/operating.md describes a larger filter"
                .to_owned(),
        ),
        Err(error) => Finding::Wrong(error.to_string()),
    }
}

fn files(settings: &Settings) -> Finding {
    let exposed: Vec<String> = exposed_files(settings)
        .iter()
        .map(ToString::to_string)
        .collect();
    if exposed.is_empty() {
        Finding::Right("no secret, database or data directory is readable by every user".to_owned())
    } else {
        Finding::Warning(exposed.join("; "))
    }
}

async fn database(app: &App) -> Finding {
    if !app.db.is_ready().await {
        return Finding::Wrong("it does not answer, or a migration is missing".to_owned());
    }
    match app.db.damage().await {
        // Opening the database has already written to it, because it stores the fingerprint of the
        // secret.
        Ok(None) => Finding::Right(format!(
            "{} is readable and writable",
            app.settings.database
        )),
        Ok(Some(damage)) => Finding::Wrong(format!("it is damaged, restore a backup: {damage}")),
        Err(error) => Finding::Wrong(error.to_string()),
    }
}

async fn clock(app: &App) -> Finding {
    let now = app.clock.now();
    if now < WRITTEN_AT {
        return Finding::Wrong(format!("it says {}, which is in the past", now.iso()));
    }
    match app.read(|tx| Ok(instance::database_clock(tx)?)).await {
        Ok(Some(theirs)) if (theirs - app.clock.now().millis()).abs() > MAX_APART => {
            Finding::Wrong(format!(
                "the database's clock says {}, this machine's {}",
                Timestamp::from_millis(theirs).iso(),
                now.iso()
            ))
        }
        Ok(_) => Finding::Right(now.iso()),
        Err(error) => Finding::Wrong(error.to_string()),
    }
}

async fn mail(app: &App) -> Finding {
    let Some(url) = app.settings.mail.smtp.clone() else {
        return Finding::Warning(
            "VESTIBULE_SMTP_URL is not set: emails are shown at /dev/mailbox and not sent"
                .to_owned(),
        );
    };
    let name = url.to_string();
    let deadline = Instant::now() + app.settings.mail.delivery.longest_send;
    let server = SmtpServer::new(url, app.public_url.host());
    match server.connect(deadline).await {
        Ok(connection) => connection.quit().await,
        Err(reason) => return Finding::Wrong(format!("{name}: {reason}")),
    }
    match app.read(|tx| Ok(outbox::delivery_problems(tx)?)).await {
        Ok(problems) => delivery_finding(&name, problems),
        Err(error) => Finding::Wrong(error.to_string()),
    }
}

fn delivery_finding(name: &str, problems: DeliveryProblems) -> Finding {
    let DeliveryProblems {
        sender_rejected,
        outcome_unknown,
        // Most of them went to a mistyped address.
        given_up: _,
    } = problems;
    let mut findings = Vec::new();
    if sender_rejected > 0 {
        findings.push(format!(
            "emails waiting after a rejected sender or a policy: {sender_rejected}, see `reply` in \
             the log"
        ));
    }
    if outcome_unknown > 0 {
        findings.push(format!(
            "emails with an unknown outcome, not retried: {outcome_unknown}"
        ));
    }
    if findings.is_empty() {
        Finding::Right(format!(
            "{name} accepts connections; `vestibule mail test ADDRESS` sends a test email"
        ))
    } else {
        Finding::Warning(format!("{name}: {}", findings.join("; ")))
    }
}

/// Checks that the keys that seal the authenticator apps are configured.
async fn second_step(app: &App) -> Finding {
    match app.read(authenticator_apps::count_seals).await {
        Ok(AppSeals { unknown, .. }) if unknown > 0 => Finding::Wrong(format!(
            "authenticator apps that don’t work, because the secret that sealed them was removed \
             from VESTIBULE_SECRET: {unknown}"
        )),
        Ok(AppSeals { older, .. }) if older > 0 => Finding::Warning(format!(
            "authenticator apps that still need an older secret: {older}; the server seals them \
             again at its next clean-up"
        )),
        Ok(AppSeals { newest, .. }) => Finding::Right(format!("authenticator apps: {newest}")),
        Err(error) => Finding::Wrong(error.to_string()),
    }
}

/// Checks that the passkeys are for the host of the public URL.
async fn passkeys(app: &App) -> Finding {
    let host = app.public_url.host().to_owned();
    let count = app.read(move |tx| Ok(crate::store::passkeys::count_of_other_hosts(tx, &host)?));
    match count.await {
        Ok(0) => Finding::Right(format!("all are for {}", app.public_url.host())),
        Ok(others) => Finding::Warning(format!(
            "passkeys that belong to another host than {} and so don’t work: {others}. They work \
             again when VESTIBULE_PUBLIC_URL has its earlier host",
            app.public_url.host()
        )),
        Err(error) => Finding::Wrong(error.to_string()),
    }
}

async fn apps(app: &App) -> Finding {
    match app.read(registered::unknown_origin).await {
        Ok(None) => Finding::Right("no proxy asked about an unknown origin".to_owned()),
        Ok(Some(origin)) => Finding::Warning(format!(
            "a proxy asked about {origin}, which belongs to no app: if it is yours, run `vestibule \
             app create ID --origin {origin}`"
        )),
        Err(error) => Finding::Wrong(error.to_string()),
    }
}

async fn proxies(app: &App) -> Finding {
    let seen = match app.read(|tx| Ok(instance::unknown_proxy(tx)?)).await {
        Ok(seen) => seen,
        Err(error) => return Finding::Wrong(error.to_string()),
    };
    let trusted = &app.settings.edge.trusted_proxies;
    match app.still_unknown_proxy(seen) {
        Some(peer) => Finding::Warning(format!(
            "a request was forwarded by {peer}, which is not a trusted proxy: if it is yours, add \
             it to VESTIBULE_TRUSTED_PROXIES, or every client has its address"
        )),
        None if trusted.is_empty() && !app.public_url.is_development() => {
            Finding::Warning("none is set, and no forwarded request has arrived yet".to_owned())
        }
        None if trusted.is_empty() => Finding::Right("none".to_owned()),
        None => Finding::Right(trusted.to_string()),
    }
}
