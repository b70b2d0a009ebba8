//! `vestibule serve`: serves until SIGTERM or SIGINT. A second signal ends the process at once.

use std::error::Error;
use std::io::{self, Write};
use std::process;

use actix_web::rt::System;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::logging;
use crate::clock::Clock;
use crate::config::Settings;
use crate::server::Server;
use crate::urls;

/// The status that a shell reports for a program that SIGINT ended.
const STATUS_ENDED_AT_ONCE: i32 = 130;

pub(super) fn run(settings: Settings) -> Result<(), Box<dyn Error>> {
    let _log = logging::start_for_server(&settings.log)?;
    for variable in &settings.unknown {
        tracing::warn!(variable, "ignoring unknown variable, see vestibule --help");
    }
    settings.check_together()?;
    let runner = System::new();
    // Every thread of the server holds a handle of the actix `System`. Dropping the last handle
    // wakes the runtime. That panics on a thread that ends after the main thread, because its
    // thread-local state is gone. This handle is never dropped.
    std::mem::forget(System::current());
    let ended = runner.block_on(serve(settings));
    // Dropping the runtime would wait for threads that wait for a slow name server. The process
    // ends here anyway.
    std::mem::forget(runner);
    ended
}

async fn serve(settings: Settings) -> Result<(), Box<dyn Error>> {
    let (mut terminate, mut interrupt) = (
        signal(SignalKind::terminate())?,
        signal(SignalKind::interrupt())?,
    );
    let server = tokio::select! {
        started = Server::start(settings, Clock::System) => started?,
        () = either(&mut terminate, &mut interrupt) => return Ok(()),
    };
    let (address, public_url) = (server.address, server.app.public_url.clone());
    let has_mailbox = server.app.has_dev_mailbox();
    let (running, stopper) = server.into_parts();
    let mut running = actix_web::rt::spawn(running);
    // The reader of standard output may be gone. The server runs all the same.
    drop(writeln!(
        io::stdout(),
        "listening on http://{address}\nopen {public_url}"
    ));

    if has_mailbox {
        tracing::info!(
            path = urls::DEV_MAILBOX,
            readers = "local users, clients of undetected proxies",
            "serving mailbox instead of sending emails"
        );
    }

    tokio::select! {
        () = either(&mut terminate, &mut interrupt) => (),
        ended = &mut running => {
            ended??;
            return Err("the server stopped unexpectedly".into());
        }
    }
    actix_web::rt::spawn(async move {
        either(&mut terminate, &mut interrupt).await;
        process::exit(STATUS_ENDED_AT_ONCE);
    });
    stopper.drain().await;
    tracing::info!("shutting down, finishing requests in progress");
    stopper.stop().await;
    running.await??;
    Ok(())
}

async fn either(terminate: &mut Signal, interrupt: &mut Signal) {
    tokio::select! {
        _ = terminate.recv() => (),
        _ = interrupt.recv() => (),
    }
}
