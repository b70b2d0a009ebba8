//! The running program's parts, built once, by tests too, and handed to every operation.

mod password_check;
mod search;

use std::net::IpAddr;
use std::sync::{Arc, Once};
use std::thread;
use std::time::Duration;

use thiserror::Error;
use tokio::time::{Instant, sleep_until};

use crate::accounts::bearer::{self, BearerToken, Principal};
use crate::accounts::export_slots::ExportSlots;
use crate::accounts::hasher::{Hasher, HasherBusy};
use crate::accounts::passwords::Hints;
use crate::accounts::throttle::Limits;
use crate::clock::Clock;
use crate::config::{PublicUrl, Settings};
use crate::db::{Db, DbConnection, DbError};
use crate::mail::{self, MailContext, Outbox, Site};
use crate::metrics::Metrics;
use crate::security::access_token::AccessTokens;
use crate::security::breached::Breached;
use crate::security::keys::Keys;
use crate::security::session_token::SessionTokens;
use crate::store::instance;
use crate::values::{DisplayName, EmailAddress, UserId};

pub use password_check::{CheckOutcome, PasswordCheck};

/// A few milliseconds more than a transaction takes where the disk is quick, and less than anybody notices.
const EVEN_TIME: Duration = Duration::from_millis(5);

/// Why an operation could not be done at all. What a person can do about it is an outcome of its own, and not here.
#[derive(Debug, Error)]
pub enum Failure {
    /// The data.
    #[error(transparent)]
    Db(#[from] DbError),
    /// Work on passwords.
    #[error(transparent)]
    Hasher(#[from] HasherBusy),
    /// A mail that was kept can't be read.
    #[error(transparent)]
    Mail(#[from] mail::OpenError),
}

/// Everything that an operation needs. Cheap to share: one for all threads.
pub struct App {
    /// What the operator has set.
    pub settings: Settings,
    /// The origin that people see.
    pub public_url: PublicUrl,
    /// Where the static files are: `/static/<hash of their content>`.
    pub static_base: String,
    /// The data.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    /// Every key; shared with the threads that write.
    pub keys: Arc<Keys>,
    /// The tokens of session cookies.
    pub session_tokens: SessionTokens,
    /// The tokens that programs carry.
    pub access_tokens: AccessTokens,
    /// Threads for slow work on passwords.
    pub hasher: Hasher,
    /// How often something may happen.
    pub limits: Limits,
    /// The exports that run.
    pub exports: ExportSlots,
    /// What is counted and measured.
    pub metrics: Metrics,
    breached: Option<Arc<Breached>>,
    outbox: Outbox,
    unknown_proxy: Once,
}

impl App {
    /// Puts the parts together. `port` is the one really listened on.
    pub fn new(settings: Settings, port: u16, static_base: String, db: Db, keys: Keys, clock: Clock) -> Self {
        let public_url = settings.public_url(port);
        let keys = Arc::new(keys);
        let cores = thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self {
            session_tokens: SessionTokens::new(Arc::clone(&keys), &public_url),
            access_tokens: AccessTokens::new(Arc::clone(&keys), &public_url),
            public_url,
            hasher: Hasher::start(u32::try_from(cores).unwrap_or(1), settings.longest_hash_wait),
            breached: None,
            unknown_proxy: Once::new(),
            outbox: Outbox::new(Arc::clone(&keys)),
            limits: Limits::new(Arc::clone(&keys), settings.limits),
            exports: ExportSlots::default(),
            metrics: Metrics::new(db.waits()),
            keys,
            static_base,
            settings,
            db,
            clock,
        }
    }

    /// Refuses new passwords that this filter has.
    #[must_use]
    pub fn with_breached(self, breached: Option<Breached>) -> Self {
        Self { breached: breached.map(Arc::new), ..self }
    }

    /// Whether mails are read at the mailbox page instead of being sent.
    pub fn has_dev_mailbox(&self) -> bool {
        self.public_url.is_development() && self.settings.mail.smtp.is_none()
    }

    /// A transaction that may write mails, which are on their way as soon as it is committed.
    pub async fn write_with_mail<T, F>(&self, work: F) -> Result<T, DbError>
    where
        T: Send + 'static,
        F: FnOnce(&mut DbConnection, &Outbox) -> Result<T, DbError> + Send + 'static,
    {
        // Also when nobody waits for the answer any more: it may be committed all the same.
        let announces = self.outbox.wake_worker_on_drop();
        let outbox = self.outbox.clone();
        let done = self.db.write(move |db| work(db, &outbox)).await;
        drop(announces);
        done
    }

    /// The same for what depends on whose address was typed: the answer comes at the next of moments that are 5 milliseconds
    /// apart, from the beginning on. A row more or less, and whether a delivery keeps the disk busy, are lost in it (ASVS
    /// 6.3.8).
    pub async fn write_evenly<T, F>(&self, work: F) -> Result<T, DbError>
    where
        T: Send + 'static,
        F: FnOnce(&mut DbConnection, &Outbox) -> Result<T, DbError> + Send + 'static,
    {
        let begun = Instant::now();
        let done = self.write_with_mail(work).await;
        sleep_until(begun + next_even(begun.elapsed())).await;
        done
    }

    /// Whom a program's token acts for; `None` if it opens nothing. That it was used is noted, and not waited for.
    pub async fn principal_of(&self, token: &BearerToken) -> Result<Option<Principal>, DbError> {
        let (token, now) = (token.clone(), self.clock.now());
        let found = self.db.read(move |db| Principal::of(db, &token, now)).await?;
        if let Some(principal) = found.as_ref().filter(|principal| principal.is_use_due(now)) {
            let (user, by) = (UserId(principal.user().id.clone()), principal.credential());
            self.db.write_later(move |db| bearer::note_used(db, user, by, now));
        }
        Ok(found)
    }

    /// Waits until a transaction may have written a mail.
    pub async fn mail_announced(&self) {
        self.outbox.announced().await;
    }

    /// Says once that requests come through a proxy that the operator has not named: all its clients look like one.
    pub fn warn_of_unknown_proxy(&self, peer: IpAddr) {
        if !self.public_url.is_development() {
            self.unknown_proxy.call_once(|| {
                // For `vestibule doctor`.
                self.db.write_later(move |db| Ok(instance::set_unknown_proxy(db, &peer.to_string())?));
                tracing::warn!(
                    "a request came with a forwarding header from a peer that is no trusted proxy: if it is yours, set \
                     VESTIBULE_TRUSTED_PROXIES, or every client has the proxy's address"
                );
            });
        }
    }

    /// What mails are written with.
    pub fn context(&self) -> MailContext<'_> {
        let site = Site {
            app_name: &self.settings.app_name,
            public_url: &self.public_url,
            support: self.settings.support.as_deref(),
        };
        MailContext { from: &self.settings.mail.from, site }
    }

    /// Words that must not make up a password.
    pub fn password_hints(&self, email: Option<&EmailAddress>, name: Option<&DisplayName>) -> Hints {
        Hints::new(&self.settings.app_name, self.public_url.host(), email, name).with_breached(self.breached.clone())
    }
}

/// The end of the step of [`EVEN_TIME`] that something which took so long has come into.
fn next_even(took: Duration) -> Duration {
    let steps = took.as_nanos() / EVEN_TIME.as_nanos() + 1;
    EVEN_TIME.saturating_mul(u32::try_from(steps).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_come_at_even_times_and_never_before_the_work_is_done() {
        for (micros, millis) in
            [(0, 5), (900, 5), (4_999, 5), (5_000, 10), (5_001, 10), (12_300, 15), (2_500_000, 2_505)]
        {
            assert_eq!(next_even(Duration::from_micros(micros)), Duration::from_millis(millis), "{micros}");
        }
    }
}
