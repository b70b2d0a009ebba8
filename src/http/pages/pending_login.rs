//! Extractor for a browser whose login waits for the second step, and the cookie that says so.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header::HeaderValue;
use actix_web::{FromRequest, HttpRequest};

use super::cookies;
use super::current_user::Anyone;
use super::flash::Flash;
use super::page_request::PageRequest;
use super::redirect::NextQuery;
use crate::accounts::authentication::pending_logins;
use crate::app::App;
use crate::http::error::Error;
use crate::http::fields::Query;
use crate::security::tokens::hash_program_secret;
use crate::texts::notices::Notice;
use crate::urls;
use crate::values::{ProgramSecret, ProgramSecretHash, ProgramSecretKind, UserId};

/// A page request of a browser with a pending login. Other browsers are redirected to the login.
pub struct PendingLoginRequest {
    pub request: PageRequest,
    pub id: ProgramSecretHash,
    pub user: UserId,
}

impl PendingLoginRequest {
    /// Returns the `Set-Cookie` header of a new pending login.
    pub fn cookie(app: &App, secret: &ProgramSecret) -> HeaderValue {
        cookies::set(
            &app.public_url,
            cookies::PENDING_LOGIN,
            secret.expose(),
            Some(pending_logins::LIFETIME),
        )
    }
}

impl FromRequest for PendingLoginRequest {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let Anyone {
                request: page_request,
                ..
            } = Anyone::extract(&request).await?;
            let app = &page_request.app;
            let secret = cookies::read(request.headers(), &app.public_url, cookies::PENDING_LOGIN)
                .and_then(|text| ProgramSecret::parse(ProgramSecretKind::PendingLogin, text));
            if let Some(secret) = secret {
                let id = hash_program_secret(&secret);
                let wanted = id.clone();
                let find = app.read(move |tx| pending_logins::find(tx, &wanted, false));
                if let Some(login) = find.await? {
                    return Ok(Self {
                        request: page_request,
                        id,
                        user: login.user_id,
                    });
                }
            }
            let next = Query::<NextQuery>::extract(&request).await;
            let next = next.map_or_else(|_| String::new(), |Query(next)| next.safe().to_owned());
            // A browser that keeps no cookies would come back here for ever. With a target, the
            // login page recognises it.
            let keeps_cookie =
                cookies::is_sent(request.headers(), &app.public_url, cookies::PENDING_LOGIN);
            let next = if next.is_empty() && !keeps_cookie {
                urls::DASHBOARD
            } else {
                &next
            };
            Err(log_in_again(&page_request, next))
        })
    }
}

/// Redirects to the login, because the pending login was used or has expired.
pub fn log_in_again(request: &PageRequest, next: &str) -> Error {
    let app = &request.app;
    let flash = Flash::notice(Notice::SecondStepExpired).for_page(urls::LOG_IN);
    let cookies = vec![
        flash.cookie(app),
        cookies::clear(&app.public_url, cookies::PENDING_LOGIN),
    ];
    Error::redirect(&urls::log_in_then(next), cookies)
}
