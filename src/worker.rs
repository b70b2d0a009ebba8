//! Background work: `mail_outbox` delivers emails, `cleanup` deletes outdated data. Both run on the
//! main thread from start to stop, apart from the threads that serve pages.

mod approvals;
mod cleanup;
mod delivery_limiter;
mod delivery_record;
mod factor_recoveries;
mod logged_reply;
mod mail_outbox;
mod second_steps;

use std::time::Duration;

use actix_web::rt;
use actix_web::web::Data;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::app::App;

/// The running background tasks.
pub struct Workers {
    stop: watch::Sender<bool>,
    running: Vec<JoinHandle<()>>,
}

/// A signal that is sent once, when the background work must end.
#[derive(Clone)]
struct Stop(watch::Receiver<bool>);

impl Workers {
    /// Starts the tasks. The current thread must be able to spawn local tasks.
    pub fn start(app: &Data<App>) -> Self {
        let (stop, stopped) = watch::channel(false);
        let stopped = Stop(stopped);
        let mut running = vec![rt::spawn(cleanup::run(app.clone(), stopped.clone()))];
        if let Some(url) = app.settings.mail.smtp.clone() {
            running.push(rt::spawn(mail_outbox::run(app.clone(), url, stopped)));
        }
        Self { stop, running }
    }

    /// Stops the tasks. They begin nothing new. Emails that are being sent get `timeout` to finish.
    pub async fn stop(self, timeout: Duration) {
        self.stop.send_replace(true);
        let all = futures_util::future::join_all(self.running);
        drop(tokio::time::timeout(timeout, all).await);
    }
}

impl Stop {
    /// Waits until the work must end.
    async fn requested(&mut self) {
        // A dropped sender also means the end.
        drop(self.0.wait_for(|stop| *stop).await);
    }
}
