//! The operation: looks at a token as a request with it would be looked at. What is no good has nothing told of it
//! (RFC 7662 §2.2).

use crate::accounts::bearer::{BearerToken, Principal};
use crate::app::{App, Failure};
use crate::clock::Timestamp;
use crate::security::access_token::AccessClaims;

/// A token that opens something.
#[derive(Clone, Debug)]
pub enum Active {
    /// An access token, and what it says.
    Access(AccessClaims),
    /// A personal access token.
    Personal {
        /// The owner's id.
        user: String,
        /// When it was made.
        created_at: Timestamp,
        /// Its end.
        expires_at: Timestamp,
    },
}

/// Looks at it; `None` if it opens nothing.
pub async fn introspect(app: &App, token: &str) -> Result<Option<Active>, Failure> {
    let Some(token) = BearerToken::read(&app.access_tokens, token, app.clock.now()) else { return Ok(None) };
    let (principal, now) = (app.principal_of(&token).await?, app.clock.now());
    Ok(match (principal, token) {
        // What is told is looked at by others, who grant no leeway for clocks that differ.
        (Some(Principal::Session(_)), BearerToken::Access(claims)) => {
            Some(claims).filter(|claims| claims.exp > now.seconds()).map(Active::Access)
        }
        (Some(Principal::Owner(token, owner)), _) => Some(Active::Personal {
            user: owner.id,
            created_at: Timestamp::from_millis(token.created_at),
            expires_at: Timestamp::from_millis(token.expires_at),
        }),
        _ => None,
    })
}
