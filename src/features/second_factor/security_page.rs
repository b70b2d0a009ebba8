//! `GET /account/security`: the ways to log in, each with its state.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::accounts::authentication::authenticator_apps::MAX_APPS;
use crate::accounts::authentication::recovery_codes;
use crate::clock::Timestamp;
use crate::db::Tx;
use crate::http::error::Error;
use crate::http::pages::current_user::SignedInWithSummary;
use crate::http::pages::frame::Frame;
use crate::http::pages::times::PastTime;
use crate::store::totp_credentials::{self, TotpCredential};
use crate::texts::second_step::few_codes_left;
use crate::urls;

#[derive(Template)]
#[template(path = "second_factor/security.html")]
struct SecurityPage {
    frame: Frame,
    password_changed: Option<PastTime>,
    apps: Vec<AppView>,
    /// Number of recovery codes left.
    codes_left: i64,
}

struct AppView {
    name: String,
    added: PastTime,
    last_used: Option<PastTime>,
    remove_action: String,
}

impl SecurityPage {
    fn has_second_step(&self) -> bool {
        !self.apps.is_empty()
    }

    fn can_add_app(&self) -> bool {
        self.apps.len() < MAX_APPS
    }

    /// Returns a warning if few recovery codes are left.
    fn few_codes(&self) -> Option<String> {
        recovery_codes::are_few(self.codes_left).then(|| few_codes_left(self.codes_left))
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

pub async fn show(
    SignedInWithSummary { signed_in, summary }: SignedInWithSummary,
) -> Result<HttpResponse, Error> {
    let (request, user) = (signed_in.request, signed_in.current.user.id);
    let now = request.app.clock.now();
    let find = move |tx: &mut Tx<'_>| {
        let apps = totp_credentials::live(tx, &user)?;
        Ok((apps, recovery_codes::count_left(tx, &user)?))
    };
    let (apps, codes_left) = request.app.read(find).await?;
    let page = SecurityPage {
        frame: request.frame(),
        password_changed: summary.password_changed_at.map(|at| PastTime::new(at, now)),
        apps: apps.into_iter().map(|app| AppView::new(app, now)).collect(),
        codes_left,
    };
    request.page(StatusCode::OK, &page)
}

/// Renders the page with hostile values.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    use crate::http::samples::HOSTILE;
    let page = |apps, codes_left| SecurityPage {
        frame: Frame::sample_signed_in(),
        password_changed: Some(PastTime::sample()),
        apps,
        codes_left,
    };
    let app = |last_used| AppView {
        name: HOSTILE.to_owned(),
        added: PastTime::sample(),
        last_used,
        remove_action: urls::app_remove("0"),
    };
    let three = || vec![app(Some(PastTime::sample())), app(None), app(None)];
    vec![
        page(Vec::new(), 0).render(),
        page(vec![app(None)], 10).render(),
        page(three(), 1).render(),
        page(three(), 0).render(),
    ]
}
