//! `GET /account/security`: the ways to log in, each with its state.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::accounts::authentication::authenticator_apps::MAX_APPS;
use crate::accounts::authentication::passkeys::{self, MAX_PASSKEYS};
use crate::accounts::authentication::recovery_codes;
use crate::accounts::devices;
use crate::clock::Timestamp;
use crate::db::Tx;
use crate::http::error::Error;
use crate::http::pages::current_user::SignedInToEnrol;
use crate::http::pages::frame::Frame;
use crate::http::pages::times::PastTime;
use crate::store::passkeys::{self as passkey_rows, Passkey};
use crate::store::password_credentials::{self, StoredPassword};
use crate::store::totp_credentials::{self, TotpCredential};
use crate::texts::second_step::few_codes_left;
use crate::urls;

#[derive(Template)]
#[template(path = "second_factor/security.html")]
struct SecurityPage {
    frame: Frame,
    password: PasswordView,
    passkeys: Vec<PasskeyView>,
    apps: Vec<AppView>,
    /// False if the site has no domain name.
    has_passkeys: bool,
    /// Signals to password managers, in JSON.
    signals: Option<String>,
    /// Number of recovery codes left.
    codes_left: i64,
    /// Number of browsers that skip the second step.
    trusted_browsers: i64,
}

/// The state of the password.
enum PasswordView {
    Set {
        changed: PastTime,
        /// True if a passkey can replace it.
        is_removable: bool,
    },
    None,
}

struct PasskeyView {
    name: String,
    is_synced: bool,
    added: PastTime,
    last_used: Option<PastTime>,
    rename_action: String,
    remove_action: String,
}

struct AppView {
    name: String,
    added: PastTime,
    last_used: Option<PastTime>,
    remove_action: String,
}

impl SecurityPage {
    fn has_second_step(&self) -> bool {
        !self.apps.is_empty() || !self.passkeys.is_empty()
    }

    fn can_add_passkey(&self) -> bool {
        self.has_passkeys && self.passkeys.len() < MAX_PASSKEYS
    }

    fn can_add_app(&self) -> bool {
        self.apps.len() < MAX_APPS
    }

    /// Returns a warning if few recovery codes are left.
    fn few_codes(&self) -> Option<String> {
        recovery_codes::are_few(self.codes_left).then(|| few_codes_left(self.codes_left))
    }
}

impl PasskeyView {
    fn new(passkey: Passkey, now: Timestamp) -> Self {
        Self {
            name: passkey.name,
            is_synced: passkey.backed_up,
            added: PastTime::new(passkey.created_at, now),
            last_used: passkey.last_used_at.map(|at| PastTime::new(at, now)),
            rename_action: urls::passkey(&passkey.id),
            remove_action: urls::passkey_remove(&passkey.id),
        }
    }
}

impl AppView {
    fn new(app: TotpCredential, now: Timestamp) -> Self {
        Self {
            name: app.name,
            added: PastTime::new(app.created_at, now),
            last_used: app.last_used_at.map(|at| PastTime::new(at, now)),
            remove_action: urls::app_remove(&app.id),
        }
    }
}

pub async fn show(SignedInToEnrol(signed_in): SignedInToEnrol) -> Result<HttpResponse, Error> {
    let (request, user) = (signed_in.request, signed_in.current.user);
    let (app, now) = (&request.app, request.app.clock.now());
    let id = user.id.clone();
    let find = move |tx: &mut Tx<'_>| {
        Ok(WaysIn {
            password: password_credentials::of(tx, &id)?,
            passkeys: passkey_rows::live(tx, &id)?,
            apps: totp_credentials::live(tx, &id)?,
            codes_left: recovery_codes::count_left(tx, &id)?,
            trusted_browsers: devices::count_trusted(tx, &id)?,
        })
    };
    let ways = app.read(find).await?;
    let password = match ways.password {
        Some(stored) if stored.is_set() => PasswordView::Set {
            changed: PastTime::new(stored.changed_at, now),
            is_removable: ways.passkeys.iter().any(passkeys::can_log_in),
        },
        _ => PasswordView::None,
    };
    let has_passkeys = app.public_url.has_passkeys();
    let page = SecurityPage {
        frame: request.frame(),
        password,
        has_passkeys,
        signals: has_passkeys.then(|| passkeys::signals(&app.public_url, &user, &ways.passkeys)),
        passkeys: ways
            .passkeys
            .into_iter()
            .map(|passkey| PasskeyView::new(passkey, now))
            .collect(),
        apps: ways
            .apps
            .into_iter()
            .map(|app| AppView::new(app, now))
            .collect(),
        codes_left: ways.codes_left,
        trusted_browsers: ways.trusted_browsers,
    };
    request.page(StatusCode::OK, &page)
}

/// The ways of an account to log in.
struct WaysIn {
    password: Option<StoredPassword>,
    passkeys: Vec<Passkey>,
    apps: Vec<TotpCredential>,
    codes_left: i64,
    trusted_browsers: i64,
}

/// Renders the page with hostile values.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    use crate::http::samples::HOSTILE;
    let page = |passkeys, apps, codes_left| SecurityPage {
        frame: Frame::sample_signed_in(),
        password: PasswordView::Set {
            changed: PastTime::sample(),
            is_removable: codes_left == 1,
        },
        passkeys,
        apps,
        has_passkeys: codes_left != 10,
        signals: Some("{}".to_owned()),
        codes_left,
        trusted_browsers: codes_left * 2,
    };
    let app = |last_used| AppView {
        name: HOSTILE.to_owned(),
        added: PastTime::sample(),
        last_used,
        remove_action: urls::app_remove("0"),
    };
    let passkey = |is_synced, last_used| PasskeyView {
        name: HOSTILE.to_owned(),
        is_synced,
        added: PastTime::sample(),
        last_used,
        rename_action: urls::passkey("0"),
        remove_action: urls::passkey_remove("0"),
    };
    let three = || vec![app(Some(PastTime::sample())), app(None), app(None)];
    let keys = || {
        vec![
            passkey(true, Some(PastTime::sample())),
            passkey(false, None),
        ]
    };
    vec![
        page(Vec::new(), Vec::new(), 0).render(),
        page(Vec::new(), vec![app(None)], 10).render(),
        page(keys(), three(), 1).render(),
        SecurityPage {
            password: PasswordView::None,
            ..page(keys(), Vec::new(), 0)
        }
        .render(),
    ]
}
