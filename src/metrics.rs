//! The metrics of the running program: their Prometheus names and the text for a scrape. The code
//! that handles an event also counts it. No user, email address or account is ever a label.

use std::time::Duration;

use prometheus::{
    Gauge, HistogramOpts, HistogramVec, IntCounterVec, IntGauge, Opts, Registry, TEXT_FORMAT,
    TextEncoder,
};
use strum::{AsRefStr, VariantArray};

/// The content type of [`Metrics::text`].
pub const CONTENT_TYPE: &str = TEXT_FORMAT;

/// Upper bounds in seconds. They separate pages, forms that are synced to disk, password checks,
/// and queued password checks.
const BUCKETS: [f64; 9] = [0.001, 0.005, 0.025, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0];
/// All names, labels and buckets are constants in this file. A test registers every metric.
const WELL_FORMED: &str = "names and labels are well formed, and none is there twice";

/// The counters and gauges of the running program. Cheap to clone, and clones share their counts.
#[derive(Clone, Debug)]
pub struct Metrics {
    registry: Registry,
    requests: HistogramVec,
    logins: IntCounterVec,
    mails: IntCounterVec,
    password_checks: IntGauge,
    password_wait: Gauge,
    mails_waiting: IntGauge,
    oldest_mail: Gauge,
    database_up: IntGauge,
}

/// The outcome of a login.
#[derive(Clone, Copy, Debug, PartialEq, Eq, AsRefStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Login {
    SignedIn,
    /// The email address or password is wrong.
    Wrong,
    /// Too many attempts failed. The password was not compared.
    #[strum(to_string = "held")]
    LoginBlocked,
    /// The password is right, but an undo link has blocked it until the user sets a new one.
    Blocked,
    /// The password is right, but an administrator has locked the account.
    Locked,
    /// The password is right, but an administrator has not approved the account yet.
    AwaitingApproval,
    /// The password is right, and the login waits for the second step.
    SecondStep,
    /// The second step was wrong or came too late.
    SecondStepWrong,
    /// The password queue was full, or the database did not answer.
    Unavailable,
}

/// The outcome of an attempt to deliver an email.
#[derive(Clone, Copy, Debug, PartialEq, Eq, AsRefStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Delivery {
    Sent,
    /// A temporary rejection. The email will be retried.
    #[strum(to_string = "refused_for_now")]
    RejectedTemporarily,
    /// The mail server rejected the email permanently, or it could not be composed.
    GivenUp,
    /// The mail server did not answer, or the connection broke.
    ServerAway,
    /// The mail server rejected the sender, or applied a policy. The email will be retried.
    SenderRejected,
    /// The mail server may have accepted the email.
    OutcomeUnknown,
}

/// Values that are read at the time of a scrape.
#[derive(Clone, Copy, Debug, Default)]
pub struct Snapshot {
    /// Number of running and waiting password checks.
    pub password_checks: usize,
    /// Expected wait of the next password check.
    pub password_wait: Duration,
    /// Number of emails that wait for delivery, and age of the oldest. `None` if the database does
    /// not answer.
    pub mails: Option<(i64, Duration)>,
}

/// Creates the histogram of database waits, from query to answer. Its label `kind` is `read` or
/// `write`.
pub fn database_waits() -> HistogramVec {
    histogram(
        "vestibule_database_wait_seconds",
        "Time from a database query to its result.",
        &["kind"],
    )
}

impl Metrics {
    /// Creates the metrics with zero counts.
    pub fn new(database_waits: &HistogramVec) -> Self {
        let metrics = Self {
            registry: Registry::new(),
            requests: histogram(
                "vestibule_request_duration_seconds",
                "Time from a request's head to its response's head.",
                &["method", "route", "status"],
            ),
            logins: counter("vestibule_logins_total", "Number of logins by outcome."),
            mails: counter(
                "vestibule_mails_total",
                "Number of delivery attempts by outcome.",
            ),
            password_checks: gauge(
                "vestibule_password_checks",
                "Number of running and queued password checks.",
            ),
            password_wait: float_gauge(
                "vestibule_password_check_wait_seconds",
                "Expected wait of the next password check.",
            ),
            mails_waiting: gauge(
                "vestibule_mails_waiting",
                "Number of emails that wait for delivery.",
            ),
            oldest_mail: float_gauge(
                "vestibule_oldest_mail_seconds",
                "Age of the oldest email that waits for delivery.",
            ),
            database_up: gauge(
                "vestibule_database_up",
                "1 if the database answers, else 0.",
            ),
        };
        metrics.register(database_waits);
        // Creates every label with a count of zero. Otherwise monitoring would miss the first
        // increase.
        for outcome in Login::VARIANTS {
            metrics.logins.with_label_values(&[outcome]);
        }
        for outcome in Delivery::VARIANTS {
            metrics.mails.with_label_values(&[outcome]);
        }
        metrics
    }

    /// Records a request. `route` is a pattern from the route table, never the path that the client
    /// sent.
    pub fn request(&self, method: &str, route: &str, status: &str, took: Duration) {
        self.requests
            .with_label_values(&[method, route, status])
            .observe(took.as_secs_f64());
    }

    pub fn login(&self, outcome: Login) {
        self.logins.with_label_values(&[outcome]).inc();
    }

    pub fn mail(&self, outcome: Delivery) {
        self.mails.with_label_values(&[outcome]).inc();
    }

    /// Updates the gauges from `now` and returns all metrics as text.
    pub fn text(&self, now: Snapshot) -> Result<String, prometheus::Error> {
        self.password_checks
            .set(i64::try_from(now.password_checks).unwrap_or(i64::MAX));
        self.password_wait.set(now.password_wait.as_secs_f64());
        self.database_up.set(i64::from(now.mails.is_some()));
        // If the database does not answer, these gauges keep their last values.
        if let Some((waiting, oldest)) = now.mails {
            self.mails_waiting.set(waiting);
            self.oldest_mail.set(oldest.as_secs_f64());
        }
        TextEncoder::new().encode_to_string(&self.registry.gather())
    }

    fn register(&self, database_waits: &HistogramVec) {
        let all: [Box<dyn prometheus::core::Collector>; 9] = [
            Box::new(self.requests.clone()),
            Box::new(self.logins.clone()),
            Box::new(self.mails.clone()),
            Box::new(self.password_checks.clone()),
            Box::new(self.password_wait.clone()),
            Box::new(self.mails_waiting.clone()),
            Box::new(self.oldest_mail.clone()),
            Box::new(self.database_up.clone()),
            Box::new(database_waits.clone()),
        ];
        for one in all {
            self.registry.register(one).expect(WELL_FORMED);
        }
    }
}

fn histogram(name: &str, help: &str, labels: &[&str]) -> HistogramVec {
    HistogramVec::new(
        HistogramOpts::new(name, help).buckets(BUCKETS.to_vec()),
        labels,
    )
    .expect(WELL_FORMED)
}

fn counter(name: &str, help: &str) -> IntCounterVec {
    IntCounterVec::new(Opts::new(name, help), &["outcome"]).expect(WELL_FORMED)
}

fn gauge(name: &str, help: &str) -> IntGauge {
    IntGauge::new(name, help).expect(WELL_FORMED)
}

fn float_gauge(name: &str, help: &str) -> Gauge {
    Gauge::new(name, help).expect(WELL_FORMED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_written_with_its_help_and_kind() {
        let waits = database_waits();
        let metrics = Metrics::new(&waits);
        metrics.login(Login::Wrong);
        metrics.request("GET", "/people/{handle}", "404", Duration::from_millis(3));
        waits.with_label_values(&["read"]).observe(0.2);
        let mails = Some((7, Duration::from_secs(90)));
        let snapshot = Snapshot {
            password_checks: 2,
            password_wait: Duration::from_millis(1500),
            mails,
        };
        let text = metrics.text(snapshot).expect("written");
        for line in [
            "# TYPE vestibule_logins_total counter",
            "vestibule_logins_total{outcome=\"signed_in\"} 0",
            "vestibule_logins_total{outcome=\"wrong\"} 1",
            "vestibule_mails_total{outcome=\"sent\"} 0",
            "# TYPE vestibule_request_duration_seconds histogram",
            "vestibule_request_duration_seconds_bucket{method=\"GET\",\
             route=\"/people/{handle}\",status=\"404\",le=\"0.005\"} 1",
            "vestibule_database_wait_seconds_bucket{kind=\"read\",le=\"0.1\"} 0",
            "vestibule_password_checks 2",
            "vestibule_password_check_wait_seconds 1.5",
            "vestibule_mails_waiting 7",
            "vestibule_oldest_mail_seconds 90",
            "vestibule_database_up 1",
        ] {
            assert!(
                text.lines().any(|written| written == line),
                "{line} in {text}"
            );
        }
        let away = metrics.text(Snapshot::default()).expect("written");
        assert!(
            away.contains("vestibule_database_up 0") && away.contains("vestibule_mails_waiting 7"),
            "{away}"
        );
    }
}
