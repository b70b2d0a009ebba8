//! The session cookie. Its content is a signed token. The signature does not prove that the session
//! is live, so every request looks up its row.

use actix_web::HttpRequest;

use super::cookies;
use crate::app::App;
use crate::security::session_token::SessionClaims;

/// Returns the claims of the session cookie if this server signed it. The session may have ended.
pub fn read(request: &HttpRequest, app: &App) -> Option<SessionClaims> {
    let token = cookies::read(request.headers(), &app.public_url, cookies::SESSION)?;
    app.session_tokens.verify(token, app.clock.now())
}
