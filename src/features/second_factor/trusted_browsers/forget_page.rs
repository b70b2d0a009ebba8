//! `POST /account/security/browsers/forget`: the button “Forget trusted browsers”.

use actix_web::HttpResponse;

use super::forget_browsers::{Outcome, forget_browsers};
use crate::http::error::Error;
use crate::http::pages::current_user::SignedIn;
use crate::http::pages::flash::Flash;
use crate::http::pages::form::{Form, NoFields};
use crate::texts::notices::Notice;
use crate::urls;

pub async fn submit(
    signed_in: SignedIn,
    Form(NoFields {}): Form<NoFields>,
) -> Result<HttpResponse, Error> {
    let request = &signed_in.request;
    match forget_browsers(&request.app, signed_in.actor()).await? {
        Outcome::Forgotten => {
            let flash = Flash::notice(Notice::BrowsersForgotten);
            Ok(request.redirect(urls::ACCOUNT_SECURITY, &flash))
        }
        Outcome::SessionEnded => Err(Error::SessionChanged),
    }
}
