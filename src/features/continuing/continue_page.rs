//! `GET /continue`: leads to the app at once. The Content-Security-Policy lets no form redirect to
//! another origin, so a login redirects to this page first. The target is a setting and never comes
//! from the request.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::config::WebUrl;
use crate::http::error::Error;
use crate::http::pages::flash::Flash;
use crate::http::pages::frame::Frame;
use crate::http::pages::kept_no_cookie::KeptNoCookie;
use crate::http::pages::page_request::PageRequest;
use crate::urls;

#[derive(Template)]
#[template(path = "continuing/continue.html")]
struct ContinuePage {
    frame: Frame,
    home: WebUrl,
}

/// Sends the browser to the app. A browser that has just logged in, but kept no cookie, goes back
/// to the login page, which explains the problem. The app would find no session.
pub async fn show(
    request: PageRequest,
    KeptNoCookie(kept_no_cookie): KeptNoCookie,
) -> Result<HttpResponse, Error> {
    let home = request.app.settings.site.home.clone();
    let home = home.ok_or(Error::NotFound)?;
    if kept_no_cookie {
        let login = urls::log_in_then(urls::CONTINUE);
        return Ok(request.redirect(&login, &Flash::default()));
    }
    let page = ContinuePage {
        frame: request.frame(),
        home,
    };
    request.page(StatusCode::OK, &page)
}

/// Renders every state of the page with hostile values.
#[cfg(test)]
pub fn samples() -> Vec<Result<String, askama::Error>> {
    let home = WebUrl::parse("https://app.example.org/?a=1&b=\"<b>\"").expect("a URL");
    vec![
        ContinuePage {
            frame: Frame::sample(),
            home,
        }
        .render(),
    ]
}
