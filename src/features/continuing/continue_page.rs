//! `GET /continue`: leads to the app at once. The Content-Security-Policy lets no form redirect to
//! another origin, so a login redirects to this page first. The target is a setting, or the path of
//! a hand-over at this site. It never leads anywhere else.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use serde::Deserialize;

use crate::db::Tx;
use crate::http::error::Error;
use crate::http::fields::{Fields, Query};
use crate::http::pages::flash::Flash;
use crate::http::pages::frame::Frame;
use crate::http::pages::kept_no_cookie::KeptNoCookie;
use crate::http::pages::page_request::PageRequest;
use crate::http::pages::redirect::safe_next;
use crate::store::apps;
use crate::urls;
use crate::values::AppId;

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
    request: PageRequest,
    KeptNoCookie(kept_no_cookie): KeptNoCookie,
    Query(query): Query<ContinueQuery>,
) -> Result<HttpResponse, Error> {
    // Any other target counts as none.
    let page = match handover(&request, query.to).await? {
        Some(page) => Some(page),
        None => home(&request),
    };
    let page = page.ok_or(Error::NotFound)?;
    if kept_no_cookie {
        let next = if page.href.starts_with('/') {
            &page.href
        } else {
            urls::CONTINUE
        };
        return Ok(request.redirect(&urls::log_in_then(next), &Flash::default()));
    }
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
async fn handover(request: &PageRequest, to: String) -> Result<Option<ContinuePage>, Error> {
    let id = safe_next(&to).and_then(urls::app_of_handover);
    let Some(id) = id.and_then(AppId::known) else {
        return Ok(None);
    };
    let find = move |tx: &mut Tx<'_>| Ok(apps::by_id(tx, &id)?);
    let app = request.app.read(find).await?;
    let query = to.split_once('?').map_or("", |(_, query)| query);
    let destination = Fields::parse(query.as_bytes())?.take("origin");
    Ok(app.map(|app| ContinuePage {
        frame: request.frame(),
        destination,
        app: app.name,
        href: to,
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
