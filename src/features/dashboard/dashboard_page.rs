//! `GET /dashboard`: the last login, the security check-up, and a next step for a new user.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::accounts::authentication::recovery_codes::{self, are_few};
use crate::clock::Timestamp;
use crate::db::Tx;
use crate::http::error::Error;
use crate::http::pages::current_user::{SignedIn, SignedInWithSummary};
use crate::http::pages::frame::Frame;
use crate::http::pages::times::PastTime;
use crate::store::account_summary::{AccountSummary, ExpiringToken};
use crate::store::users::User;
use crate::texts::second_step::few_codes_left;
use crate::texts::times::display_in_days;
use crate::values::display_device;

#[derive(Template)]
#[template(path = "dashboard/dashboard.html")]
struct DashboardPage {
    frame: Frame,
    greeting: String,
    has_name: bool,
    last_login: Option<LoginView>,
    /// Those that need attention come first.
    checks: Vec<Check>,
    /// Number of checks that need attention.
    attention: usize,
}

struct LoginView {
    when: PastTime,
    device: String,
}

/// A row of the security check-up.
enum Check {
    NewLogin { login: LoginView, address: String },
    Email { email: String },
    PendingEmail { new_email: String },
    Password { changed: PastTime },
    NoSecondStep,
    FewRecoveryCodes { warning: String },
    SecondStep,
    Sessions { live: i64 },
    Tokens { live: i64 },
    ExpiringToken { name: String, in_days: String },
}

/// The state of a check, the most urgent first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Mark {
    Review,
    Pending,
    Ok,
}

impl LoginView {
    fn new(at: Timestamp, user_agent: &str, now: Timestamp) -> Self {
        Self {
            when: PastTime::new(at, now),
            device: display_device(user_agent),
        }
    }
}

impl Check {
    /// Returns the checks of an account, those that need attention first.
    fn all(
        email: String,
        summary: AccountSummary,
        codes_left: Option<i64>,
        now: Timestamp,
    ) -> Vec<Self> {
        let email = match summary.pending_email {
            Some(new_email) => Self::PendingEmail { new_email },
            None => Self::Email { email },
        };
        let password = summary.password_changed_at.map(|at| Self::Password {
            changed: PastTime::new(at, now),
        });
        let sessions = Self::Sessions {
            live: summary.live_sessions,
        };
        let tokens = match summary.expiring_token {
            Some(ExpiringToken { name, expires_at }) => Self::ExpiringToken {
                name,
                in_days: display_in_days(days_between(now, expires_at)),
            },
            None => Self::Tokens {
                live: summary.live_tokens,
            },
        };
        let new_login = summary.new_login.map(|login| Self::NewLogin {
            login: LoginView::new(login.at, &login.user_agent, now),
            address: login.client_address,
        });
        let mut checks: Vec<_> = new_login.into_iter().collect();
        checks.push(email);
        checks.extend(password);
        checks.extend([Self::second_step(codes_left), sessions, tokens]);
        checks.sort_by_key(Self::mark);
        checks
    }

    /// `codes_left` is `None` if the account has no second step.
    fn second_step(codes_left: Option<i64>) -> Self {
        match codes_left {
            None => Self::NoSecondStep,
            Some(left) if are_few(left) => Self::FewRecoveryCodes {
                warning: few_codes_left(left),
            },
            Some(_) => Self::SecondStep,
        }
    }

    fn mark(&self) -> Mark {
        match self {
            Self::NewLogin { .. } | Self::ExpiringToken { .. } | Self::FewRecoveryCodes { .. } => {
                Mark::Review
            }
            Self::PendingEmail { .. } => Mark::Pending,
            Self::Email { .. }
            | Self::Password { .. }
            | Self::NoSecondStep
            | Self::SecondStep
            | Self::Sessions { .. }
            | Self::Tokens { .. } => Mark::Ok,
        }
    }
}

/// Returns the number of midnights between two times, in UTC.
fn days_between(from: Timestamp, to: Timestamp) -> i64 {
    const DAY: i64 = 24 * 60 * 60;
    to.seconds().div_euclid(DAY) - from.seconds().div_euclid(DAY)
}

impl DashboardPage {
    fn new(
        frame: Frame,
        user: User,
        mut summary: AccountSummary,
        codes_left: Option<i64>,
        now: Timestamp,
    ) -> Self {
        let last_login = summary.other_login.take();
        let last_login = last_login.map(|login| LoginView::new(login.at, &login.user_agent, now));
        let checks = Check::all(user.email.clone(), summary, codes_left, now);
        let is_open = |check: &&Check| check.mark() != Mark::Ok;
        Self {
            frame,
            has_name: user.name.is_some(),
            greeting: user.name.unwrap_or(user.email),
            last_login,
            attention: checks.iter().filter(is_open).count(),
            checks,
        }
    }
}

pub async fn show(
    SignedInWithSummary { signed_in, summary }: SignedInWithSummary,
) -> Result<HttpResponse, Error> {
    let SignedIn { request, current } = signed_in;
    let (frame, now) = (request.frame(), request.app.clock.now());
    let codes_left = if current.user.has_second_step() {
        let user = current.user.id.clone();
        let count = move |tx: &mut Tx<'_>| recovery_codes::count_left(tx, &user);
        Some(request.app.read(count).await?)
    } else {
        None
    };
    let page = DashboardPage::new(frame, current.user, summary, codes_left, now);
    request.page(StatusCode::OK, &page)
}

/// Renders every state of the page with hostile input.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    use std::time::Duration;

    use crate::http::samples::HOSTILE;
    use crate::store::account_summary::{NewLogin, OtherLogin};
    use crate::values::UserId;

    let now = Timestamp::from_millis(0);
    let agent = || "Mozilla/5.0 (Windows NT 10.0) Firefox/143.0".to_owned();
    let quiet = || AccountSummary {
        live_sessions: 1,
        other_login: None,
        new_login: None,
        pending_email: None,
        password_changed_at: Some(now),
        live_tokens: 0,
        expiring_token: None,
    };
    let expiring = |hours| ExpiringToken {
        name: HOSTILE.to_owned(),
        expires_at: now + Duration::from_hours(hours),
    };
    let one_token = |hours| AccountSummary {
        live_tokens: 1,
        expiring_token: Some(expiring(hours)),
        ..quiet()
    };
    let all = AccountSummary {
        live_sessions: 50,
        other_login: Some(OtherLogin {
            at: now,
            user_agent: agent(),
        }),
        new_login: Some(NewLogin {
            at: now,
            user_agent: agent(),
            client_address: HOSTILE.to_owned(),
        }),
        pending_email: Some(HOSTILE.to_owned()),
        live_tokens: 50,
        expiring_token: Some(expiring(100)),
        ..quiet()
    };
    let page = |name: Option<&str>, summary, codes_left| {
        let user = User::new(UserId("an-id".to_owned()), HOSTILE, name, now);
        DashboardPage::new(Frame::sample_signed_in(), user, summary, codes_left, now).render()
    };
    let two_sessions = AccountSummary {
        live_sessions: 2,
        live_tokens: 1,
        ..quiet()
    };
    vec![
        page(None, quiet(), None),
        page(Some(HOSTILE), all, Some(3)),
        page(Some(HOSTILE), one_token(1), Some(10)),
        page(Some(HOSTILE), one_token(30), Some(0)),
        page(Some(HOSTILE), two_sessions, Some(1)),
    ]
}
