//! `/account/apps`: the apps that the user has opened, with buttons to remove them.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Path;
use askama::Template;

use super::remove_app::{Outcome, remove_app};
use crate::clock::Timestamp;
use crate::db::Tx;
use crate::http::error::Error;
use crate::http::pages::current_user::SignedIn;
use crate::http::pages::flash::Flash;
use crate::http::pages::form::{Form, NoFields};
use crate::http::pages::frame::Frame;
use crate::http::pages::times::PastTime;
use crate::store::app_logins::{self, OpenedApp};
use crate::texts::notices::Notice;
use crate::urls;
use crate::values::AppId;

struct AppView {
    name: String,
    since: PastTime,
    /// Number of sessions that have opened the app.
    sessions: usize,
    remove_action: String,
}

#[derive(Template)]
#[template(path = "apps/apps.html")]
struct AppsPage {
    frame: Frame,
    apps: Vec<AppView>,
}

pub async fn show(signed_in: SignedIn) -> Result<HttpResponse, Error> {
    let (request, user) = (&signed_in.request, signed_in.current.user.id.clone());
    let find = move |tx: &mut Tx<'_>| Ok(app_logins::of_open_sessions(tx, &user)?);
    let logins = request.app.read(find).await?;
    let page = AppsPage {
        frame: request.frame(),
        apps: views(logins, request.app.clock.now()),
    };
    request.page(StatusCode::OK, &page)
}

/// Joins the logins of an app, which follow each other, the oldest first.
fn views(logins: Vec<OpenedApp>, now: Timestamp) -> Vec<AppView> {
    let mut views: Vec<AppView> = Vec::new();
    for login in logins {
        let remove_action = urls::account_app_remove(&login.id.0);
        match views.last_mut() {
            Some(last) if last.remove_action == remove_action => last.sessions += 1,
            _ => views.push(AppView {
                name: login.name,
                since: PastTime::new(login.first_at, now),
                sessions: 1,
                remove_action,
            }),
        }
    }
    views
}

pub async fn remove(
    signed_in: SignedIn,
    id: Path<String>,
    Form(NoFields {}): Form<NoFields>,
) -> Result<HttpResponse, Error> {
    let request = &signed_in.request;
    let id = AppId::known(&id).ok_or(Error::NotFound)?;
    match remove_app(&request.app, signed_in.actor(), id).await? {
        Outcome::Removed | Outcome::NotOpened => {
            let flash = Flash::notice(Notice::AppRemovedEverywhere);
            Ok(request.redirect(urls::ACCOUNT_APPS, &flash))
        }
        Outcome::SessionEnded => Err(Error::SessionChanged),
    }
}

/// Renders every state of the page with hostile values.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    use crate::http::samples::HOSTILE;
    let app = |sessions| AppView {
        name: HOSTILE.to_owned(),
        since: PastTime::sample(),
        sessions,
        remove_action: urls::account_app_remove("wiki"),
    };
    let page = |apps| AppsPage {
        frame: Frame::sample_signed_in(),
        apps,
    };
    vec![
        page(Vec::new()).render(),
        page(vec![app(1), app(2)]).render(),
    ]
}
