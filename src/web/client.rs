//! Who sent a request, as far as the connection tells.

use actix_web::HttpRequest;
use actix_web::http::header::USER_AGENT;

use crate::accounts::audit::Client;

/// Longest `User-Agent` that is kept: enough to tell browsers apart.
const USER_AGENT_CHARS: usize = 256;

/// The peer's address and the browser's name for itself, bounded and printable.
pub fn client_of(request: &HttpRequest) -> Client {
    let user_agent = request.headers().get(USER_AGENT).map_or(&b""[..], |value| value.as_bytes());
    Client {
        address: request.peer_addr().map_or_else(String::new, |peer| peer.ip().to_canonical().to_string()),
        user_agent: user_agent
            .iter()
            .take(USER_AGENT_CHARS)
            .map(|byte| if byte.is_ascii_graphic() || *byte == b' ' { char::from(*byte) } else { '?' })
            .collect(),
    }
}
