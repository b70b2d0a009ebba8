//! `GET /dashboard`: the last login, the security check-up, and a next step for a new user.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::accounts::authentication::recovery_codes::{self, are_few};
use crate::clock::Timestamp;
use crate::db::{DbError, Tx};
use crate::http::error::Error;
use crate::http::pages::current_user::{SignedIn, SignedInWithSummary};
use crate::http::pages::frame::Frame;
use crate::http::pages::times::PastTime;
use crate::store::account_summary::{AccountSummary, ExpiringToken};
use crate::store::users::User;
use crate::store::{apps, passkeys, totp_credentials};
use crate::texts::second_step::few_codes_left;
use crate::texts::times::display_in_days;
use crate::values::{UserId, display_device};

#[derive(Template)]
#[template(path = "dashboard/dashboard.html")]
struct DashboardPage {
    frame: Frame,
    greeting: String,
    has_name: bool,
    last_login: Option<LoginView>,
    tiles: Vec<Tile>,
    /// Those that need attention come first.
    checks: Vec<Check>,
    /// Number of checks that need attention.
    attention: usize,
}

/// A link to an app that the user may open.
struct Tile {
    name: String,
    href: String,
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
    NoPassword,
    NoSecondStep,
    FewRecoveryCodes { warning: String },
    SecondStep { factors: &'static str },
    NoPasskey,
    Passkeys { live: usize },
    Sessions { live: i64 },
    Tokens { live: i64 },
    ExpiringToken { name: String, in_days: String },
}

/// The second step of an account that has one.
#[derive(Clone, Copy)]
struct SecondStepState {
    has_app: bool,
    /// Number of live passkeys.
    passkeys: usize,
    /// Number of recovery codes left.
    codes_left: i64,
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
        second_step: Option<SecondStepState>,
        now: Timestamp,
    ) -> Vec<Self> {
        let email = match summary.pending_email {
            Some(new_email) => Self::PendingEmail { new_email },
            None => Self::Email { email },
        };
        let password = match summary.password_changed_at {
            Some(at) => Self::Password {
                changed: PastTime::new(at, now),
            },
            None => Self::NoPassword,
        };
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
        let passkeys = second_step.map_or(0, |state| state.passkeys);
        checks.extend([
            email,
            password,
            Self::second_step(second_step),
            Self::passkeys(passkeys),
            sessions,
            tokens,
        ]);
        checks.sort_by_key(Self::mark);
        checks
    }

    fn second_step(state: Option<SecondStepState>) -> Self {
        match state {
            None => Self::NoSecondStep,
            Some(state) if are_few(state.codes_left) => Self::FewRecoveryCodes {
                warning: few_codes_left(state.codes_left),
            },
            Some(state) => Self::SecondStep {
                factors: match (state.has_app, state.passkeys) {
                    (true, 0) => "authenticator app",
                    (true, _) => "authenticator app and passkey",
                    (false, _) => "passkey",
                },
            },
        }
    }

    fn passkeys(live: usize) -> Self {
        match live {
            0 => Self::NoPasskey,
            live => Self::Passkeys { live },
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
            | Self::NoPassword
            | Self::NoSecondStep
            | Self::SecondStep { .. }
            | Self::NoPasskey
            | Self::Passkeys { .. }
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
        second_step: Option<SecondStepState>,
        now: Timestamp,
    ) -> Self {
        let last_login = summary.other_login.take();
        let last_login = last_login.map(|login| LoginView::new(login.at, &login.user_agent, now));
        let checks = Check::all(user.email.clone(), summary, second_step, now);
        let is_open = |check: &&Check| check.mark() != Mark::Ok;
        Self {
            frame,
            has_name: user.name.is_some(),
            greeting: user.name.unwrap_or(user.email),
            last_login,
            tiles: Vec::new(),
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
    let (has_second_step, has_tiles) = (current.user.has_second_step(), summary.has_tiles);
    let (second_step, tiles) = if has_second_step || has_tiles {
        let user = current.user.id.clone();
        let find = move |tx: &mut Tx<'_>| {
            let second_step = has_second_step
                .then(|| second_step(tx, &user))
                .transpose()?;
            let tiles = if has_tiles {
                tiles(tx, &user)?
            } else {
                Vec::new()
            };
            Ok((second_step, tiles))
        };
        request.app.read(find).await?
    } else {
        (None, Vec::new())
    };
    let mut page = DashboardPage::new(frame, current.user, summary, second_step, now);
    page.tiles = tiles;
    if !request.app.public_url.has_passkeys() {
        page.checks
            .retain(|check| !matches!(check, Check::NoPasskey));
    }
    request.page(StatusCode::OK, &page)
}

fn second_step(tx: &mut Tx<'_>, user: &UserId) -> Result<SecondStepState, DbError> {
    Ok(SecondStepState {
        has_app: !totp_credentials::live(tx, user)?.is_empty(),
        passkeys: passkeys::live(tx, user)?.len(),
        codes_left: recovery_codes::count_left(tx, user)?,
    })
}

fn tiles(tx: &mut Tx<'_>, user: &UserId) -> Result<Vec<Tile>, DbError> {
    let apps = apps::with_url_for(tx, user)?.into_iter();
    Ok(apps.map(|(name, href)| Tile { name, href }).collect())
}

/// Renders every state of the page with hostile input.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    use std::time::Duration;

    use crate::http::samples::HOSTILE;
    use crate::store::account_summary::{NewLogin, OtherLogin};

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
        has_tiles: false,
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
    let page = |name: Option<&str>, summary, second_step| {
        let user = User::new(UserId("an-id".to_owned()), HOSTILE, name, now);
        DashboardPage::new(Frame::sample_signed_in(), user, summary, second_step, now).render()
    };
    let second_step = |has_app, passkeys, codes_left| {
        Some(SecondStepState {
            has_app,
            passkeys,
            codes_left,
        })
    };
    let two_sessions = AccountSummary {
        live_sessions: 2,
        live_tokens: 1,
        ..quiet()
    };
    let no_password = AccountSummary {
        password_changed_at: None,
        ..quiet()
    };
    let user = User::new(UserId("an-id".to_owned()), HOSTILE, None, now);
    let frame = Frame::sample_signed_in();
    let mut with_tiles = DashboardPage::new(frame, user, quiet(), None, now);
    with_tiles.tiles = vec![Tile {
        name: HOSTILE.to_owned(),
        href: "https://wiki.example.org/".to_owned(),
    }];
    vec![
        with_tiles.render(),
        page(None, quiet(), None),
        page(Some(HOSTILE), all, second_step(true, 0, 3)),
        page(Some(HOSTILE), one_token(1), second_step(true, 1, 10)),
        page(Some(HOSTILE), one_token(30), second_step(false, 2, 0)),
        page(Some(HOSTILE), two_sessions, second_step(true, 0, 10)),
        page(Some(HOSTILE), no_password, second_step(false, 1, 10)),
    ]
}
