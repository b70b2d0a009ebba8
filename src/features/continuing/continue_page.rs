//! `GET /continue`: leads to the app at once. The Content-Security-Policy lets no form redirect to
//! another origin, so a login redirects to this page first. The target is a setting, or the path of
//! a hand-over at this site. It never leads anywhere else.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use serde::Deserialize;

use crate::http::error::Error;
use crate::http::fields::Query;
use crate::http::pages::current_user::Anyone;
use crate::http::pages::flash::Flash;
use crate::http::pages::frame::Frame;
use crate::http::pages::handover_target::target_of;
use crate::http::pages::kept_no_cookie::KeptNoCookie;
use crate::http::pages::page_request::PageRequest;
use crate::http::pages::redirect::{safe_next, see_other};
use crate::store::sessions::Current;
use crate::urls;

#[derive(Template)]
#[template(path = "continuing/continue.html")]
struct ContinuePage {
    frame: Frame,
    /// The name of the app.
    app: String,
    href: String,
    /// The origin or the URL that the page names.
    destination: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ContinueQuery {
    to: String,
}

/// Sends the browser to the app. A browser that has just logged in, but kept no cookie, goes back
/// to the login page, which explains the problem. The app would find no session.
pub async fn show(
    Anyone { request, current }: Anyone,
    KeptNoCookie(kept_no_cookie): KeptNoCookie,
    Query(query): Query<ContinueQuery>,
) -> Result<HttpResponse, Error> {
    // Any other target counts as none.
    let handover = safe_next(&query.to).filter(|to| urls::app_of_handover(to).is_some());
    if kept_no_cookie {
        let next = handover.unwrap_or(urls::CONTINUE);
        return Ok(request.redirect(&urls::log_in_then(next), &Flash::default()));
    }
    let page = match handover {
        Some(to) => match handover_page(&request, current, to).await? {
            Some(page) => page,
            // The hand-over says what it lacks, or leads to the login.
            None => return Ok(see_other(to)),
        },
        None => home(&request).ok_or(Error::NotFound)?,
    };
    request.page(StatusCode::OK, &page)
}

/// Returns the page that leads to the operator's app.
fn home(request: &PageRequest) -> Option<ContinuePage> {
    let home = request.app.settings.site.home.as_ref()?.to_string();
    Some(ContinuePage {
        frame: request.frame(),
        app: request.app.settings.app_name.clone(),
        destination: home.clone(),
        href: home,
    })
}

/// Returns the page that leads to a hand-over at this site.
async fn handover_page(
    request: &PageRequest,
    current: Option<Current>,
    to: &str,
) -> Result<Option<ContinuePage>, Error> {
    let Some(current) = current else {
        return Ok(None);
    };
    let target = target_of(&request.app, &current, to).await?;
    Ok(target.map(|target| ContinuePage {
        frame: request.frame(),
        app: target.app,
        destination: target.origin.to_string(),
        href: to.to_owned(),
    }))
}

/// Renders every state of the page with hostile values.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    use crate::http::samples::HOSTILE;
    vec![
        ContinuePage {
            frame: Frame::sample(),
            app: HOSTILE.to_owned(),
            href: "https://app.example.org/?a=1&b=\"<b>\"".to_owned(),
            destination: HOSTILE.to_owned(),
        }
        .render(),
    ]
}
