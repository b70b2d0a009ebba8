//! Work that nobody waits for: `mail_outbox` delivers mails, `cleanup` removes what has outlived its time. Both run
//! on the main thread, away from those that serve pages, from the start to the stop of the program.

mod cleanup;
mod delivery_limiter;
mod mail_outbox;

use std::time::Duration;

use actix_web::rt;
use actix_web::web::Data;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::app::App;

/// The work that goes on.
pub struct Workers {
    stop: watch::Sender<bool>,
    running: Vec<JoinHandle<()>>,
}

/// Told once when the work is to end.
#[derive(Clone)]
struct Stop(watch::Receiver<bool>);

impl Workers {
    /// Begins it. To be called where tasks of this thread can be started.
    pub fn start(app: &Data<App>) -> Self {
        let (stop, stopped) = watch::channel(false);
        let stopped = Stop(stopped);
        let mut running = vec![rt::spawn(cleanup::run(app.clone(), stopped.clone()))];
        if let Some(url) = app.settings.mail.smtp.clone() {
            running.push(rt::spawn(mail_outbox::run(app.clone(), url, stopped)));
        }
        Self { stop, running }
    }

    /// Ends it: nothing new is begun, and what is being sent gets `timeout` to be done.
    pub async fn stop(self, timeout: Duration) {
        self.stop.send_replace(true);
        let all = futures_util::future::join_all(self.running);
        drop(tokio::time::timeout(timeout, all).await);
    }
}

impl Stop {
    /// Returns when the work is to end.
    async fn told(&mut self) {
        // Whoever would have told has gone: that is an end, too.
        drop(self.0.wait_for(|stop| *stop).await);
    }
}
