//! The parts of the running program. They are built once, also in tests, and passed to every
//! operation.

mod once_per_minute;
mod password_check;
mod search;
mod transactions;

use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Once};
use std::thread;

use thiserror::Error;
use tokio::sync::Notify;

use self::once_per_minute::OncePerMinute;
use crate::accounts::authentication::factors;
use crate::accounts::authentication::hasher::{Hasher, HasherBusy};
use crate::accounts::authentication::passkeys::Ceremony;
use crate::accounts::authentication::passwords::PasswordContext;
use crate::accounts::export_slots::ExportSlots;
use crate::accounts::sessions::bearer::{self, BearerToken, Principal};
use crate::brand::Brand;
use crate::clock::Clock;
use crate::config::{AfterLogin, PublicUrl, Settings};
use crate::db::{Db, DbError};
use crate::mail::{self, MailContext, Site};
use crate::metrics::Metrics;
use crate::security::access_token::AccessTokens;
use crate::security::app_session_token::AppSessionTokens;
use crate::security::assertion::Assertions;
use crate::security::breached::Breached;
use crate::security::challenge::Purpose;
use crate::security::keys::Keys;
use crate::security::session_token::SessionTokens;
use crate::security::webauthn::UserVerification;
use crate::store::instance;
use crate::store::users::User;
use crate::urls;
use crate::values::{AppId, DisplayName, EmailAddress, Origin};

pub use password_check::{CheckOutcome, PasswordCheck};
pub use search::Scan;
pub use transactions::at_even_time;

/// A technical error in an operation. A result that the user can act on is an outcome of the
/// operation instead.
#[derive(Debug, Error)]
pub enum Failure {
    #[error(transparent)]
    Db(#[from] DbError),
    #[error(transparent)]
    Hasher(#[from] HasherBusy),
    /// A queued email could not be opened or composed.
    #[error(transparent)]
    Mail(#[from] mail::OpenError),
}

/// The shared state that every operation needs. All threads share one instance.
pub struct App {
    pub settings: Settings,
    pub public_url: PublicUrl,
    /// Path prefix of the static files: `/static/<hash of their content>`.
    pub static_base: String,
    pub brand: Arc<Brand>,
    pub db: Db,
    pub clock: Clock,
    pub keys: Arc<Keys>,
    pub session_tokens: SessionTokens,
    pub access_tokens: AccessTokens,
    /// The tokens of cookies at the hosts of apps.
    pub app_session_tokens: AppSessionTokens,
    pub assertions: Assertions,
    pub hasher: Hasher,
    pub exports: ExportSlots,
    pub metrics: Metrics,
    breached: Option<Arc<Breached>>,
    email_queued: Arc<Notify>,
    unknown_proxy: Once,
    missing_client: Once,
    forwarded_mailbox: Once,
    untrusted_check: Once,
    unknown_origin: OncePerMinute,
    handover_loop: OncePerMinute,
    is_draining: AtomicBool,
}

impl App {
    /// Builds the parts. `port` is the port that the server really listens on.
    pub fn new(settings: Settings, port: u16, db: Db, keys: Keys, clock: Clock) -> Self {
        let public_url = settings.public_url(port);
        let keys = Arc::new(keys);
        let cores = thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self {
            session_tokens: SessionTokens::new(Arc::clone(&keys), &public_url),
            access_tokens: AccessTokens::new(Arc::clone(&keys), &public_url),
            app_session_tokens: AppSessionTokens::new(Arc::clone(&keys), &public_url),
            assertions: Assertions::new(Arc::clone(&keys), &public_url),
            public_url,
            hasher: Hasher::start(
                u32::try_from(cores).unwrap_or(1),
                settings.longest_hash_wait,
            ),
            breached: None,
            unknown_proxy: Once::new(),
            missing_client: Once::new(),
            forwarded_mailbox: Once::new(),
            untrusted_check: Once::new(),
            unknown_origin: OncePerMinute::default(),
            handover_loop: OncePerMinute::default(),
            is_draining: AtomicBool::new(false),
            email_queued: Arc::default(),
            exports: ExportSlots::default(),
            metrics: Metrics::new(db.waits()),
            keys,
            static_base: String::new(),
            brand: Arc::default(),
            settings,
            db,
            clock,
        }
    }

    /// Sets the path prefix of the static files. Programs that render no pages need none.
    #[must_use]
    pub fn with_static_base(self, static_base: &str) -> Self {
        Self {
            static_base: static_base.to_owned(),
            ..self
        }
    }

    /// Sets the brand of pages and emails. Without it, they have our own.
    #[must_use]
    pub fn with_brand(self, brand: Brand) -> Self {
        Self {
            brand: Arc::new(brand),
            ..self
        }
    }

    /// Rejects new passwords that this filter contains.
    #[must_use]
    pub fn with_breached(self, breached: Option<Breached>) -> Self {
        Self {
            breached: breached.map(Arc::new),
            ..self
        }
    }

    /// Returns true if emails are shown on the mailbox page instead of being sent.
    pub fn has_dev_mailbox(&self) -> bool {
        self.public_url.is_development() && self.settings.mail.smtp.is_none()
    }

    /// Returns the path to which a login without another target leads.
    pub fn after_login(&self) -> &'static str {
        match self.settings.site.after_login {
            AfterLogin::Dashboard => urls::DASHBOARD,
            AfterLogin::Home => urls::CONTINUE,
        }
    }

    /// Returns true if this account must add a second step before anything else.
    pub fn must_add_second_step(&self, user: &User) -> bool {
        factors::is_missing(user, self.settings.second_factor)
    }

    /// Returns the ceremony for `purpose`. The lifetime of its challenge starts now.
    pub fn ceremony<'a>(
        &'a self,
        purpose: Purpose<'a>,
        user_verification: UserVerification,
    ) -> Ceremony<'a> {
        Ceremony {
            keys: &self.keys,
            public_url: &self.public_url,
            purpose,
            user_verification,
            now: self.clock.now(),
        }
    }

    /// Returns the principal of an API client's token, or `None` if the token is not valid. Records
    /// the use of the token without waiting for that write.
    pub async fn principal_of(&self, token: &BearerToken) -> Result<Option<Principal>, DbError> {
        let (token, now) = (token.clone(), self.clock.now());
        let found = self.read(move |tx| Principal::of(tx, &token)).await?;
        if let Some(principal) = found.as_ref().filter(|principal| principal.is_use_due(now)) {
            let (user, by) = (principal.user().id.clone(), principal.credential());
            self.write_later(move |tx| bearer::record_use(tx, user, by));
        }
        Ok(found)
    }

    /// Waits until a transaction may have queued an email.
    pub async fn email_queued(&self) {
        self.email_queued.notified().await;
    }

    /// Warns once about a proxy that the operator has not configured. All its clients appear to
    /// have the proxy's IP address.
    pub fn warn_of_unknown_proxy(&self, peer: IpAddr) {
        if !self.public_url.is_development() {
            self.unknown_proxy.call_once(|| {
                // `vestibule doctor` reports it.
                self.write_later(move |tx| Ok(instance::set_unknown_proxy(tx, &peer.to_string())?));
                tracing::warn!(
                    %peer,
                    "ignoring forwarding header, peer is not in VESTIBULE_TRUSTED_PROXIES"
                );
            });
        }
    }

    /// Returns the stored peer that forwarded a request, unless the operator has made it a trusted
    /// proxy meanwhile. Any client that reaches the port can send such a header, so this is only a
    /// hint.
    pub fn still_unknown_proxy(&self, seen: Option<String>) -> Option<IpAddr> {
        let trusted = &self.settings.edge.trusted_proxies;
        let peer = seen.and_then(|peer| peer.parse().ok());
        peer.filter(|peer| !trusted.contain(*peer))
    }

    /// Warns once about a check by a peer that is no trusted proxy.
    pub fn warn_of_untrusted_check(&self, peer: IpAddr) {
        self.untrusted_check.call_once(|| {
            tracing::warn!(%peer, "rejecting check, peer is not in VESTIBULE_TRUSTED_PROXIES");
        });
    }

    /// Warns about a check for an origin that no app has, at most once a minute.
    pub fn warn_of_unknown_origin(&self, origin: &Origin) {
        if !self.unknown_origin.try_acquire(self.clock.now()) {
            return;
        }
        tracing::warn!(%origin, "rejecting check, no app has this origin");
        // `vestibule doctor` reports it.
        let origin = origin.as_str().to_owned();
        self.write_later(move |tx| Ok(instance::set_unknown_origin(tx, &origin)?));
    }

    /// Warns about a browser that goes round in circles, at most once a minute.
    pub fn warn_of_handover_loop(&self, app: &AppId) {
        if self.handover_loop.try_acquire(self.clock.now()) {
            tracing::warn!(app = app.0, "stopping hand-over loop");
        }
    }

    /// Tells load balancers, through `/readyz`, that this node will soon stop.
    pub fn start_draining(&self) {
        self.is_draining.store(true, Ordering::Relaxed);
    }

    /// Returns true if the node can take more requests.
    pub async fn is_ready(&self) -> bool {
        !self.is_draining.load(Ordering::Relaxed) && self.db.is_ready().await
    }

    /// Warns once about a trusted proxy that does not report the client's address.
    pub fn warn_of_missing_client(&self, proxy: IpAddr) {
        self.missing_client.call_once(|| {
            tracing::warn!(
                %proxy,
                "skipping network limits, trusted proxy reports no client address"
            );
        });
    }

    /// Warns once about a request for the mailbox that came through a proxy.
    pub fn warn_of_forwarded_mailbox(&self) {
        self.forwarded_mailbox
            .call_once(|| tracing::warn!("rejecting forwarded request for the mailbox"));
    }

    pub fn mail_context(&self) -> MailContext<'_> {
        let site = Site {
            app_name: &self.settings.app_name,
            public_url: &self.public_url,
            settings: &self.settings.site,
            brand: &self.brand,
        };
        MailContext {
            from: &self.settings.mail.from,
            site,
        }
    }

    /// Returns true if the filter of breached passwords could be read.
    pub fn has_breached_filter(&self) -> bool {
        self.breached.is_some()
    }

    /// Returns the words that must not make up a password, and the filter of breached passwords.
    pub fn password_context(
        &self,
        email: Option<&EmailAddress>,
        name: Option<&DisplayName>,
    ) -> PasswordContext {
        PasswordContext::new(&self.settings.app_name, self.public_url.host(), email, name)
            .with_breached(self.breached.clone())
    }
}
