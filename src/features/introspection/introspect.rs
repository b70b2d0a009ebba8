//! The operation: checks a token like an API request that presents it. Reveals nothing about a
//! token that does not work (RFC 7662 §2.2).

use crate::accounts::sessions::bearer::{BearerToken, Principal};
use crate::app::{App, Failure};
use crate::clock::Timestamp;
use crate::security::access_token::AccessClaims;

/// A token that works.
#[derive(Clone, Debug)]
pub enum Active {
    Access(AccessClaims),
    /// An API token.
    Personal {
        /// The owner's id.
        user: String,
        created_at: Timestamp,
        expires_at: Timestamp,
    },
}

/// Returns the token if it works.
pub async fn introspect(app: &App, token: &str) -> Result<Option<Active>, Failure> {
    let Some(token) = BearerToken::read(&app.access_tokens, token, app.clock.now()) else {
        return Ok(None);
    };
    let (principal, now) = (app.principal_of(&token).await?, app.clock.now());
    // Until the account has the second step that the operator requires, no service accepts it.
    let principal = principal.filter(|found| !app.must_add_second_step(found.user()));
    Ok(match (principal, token) {
        // Checks `exp` without the usual leeway for clock differences. The services that read the
        // response grant none.
        (Some(Principal::Session(_)), BearerToken::Access(claims)) => Some(claims)
            .filter(|claims| claims.exp > now.seconds())
            .map(Active::Access),
        (Some(Principal::Owner(token, owner)), _) => Some(Active::Personal {
            user: owner.id.0,
            created_at: token.created_at,
            expires_at: token.expires_at,
        }),
        _ => None,
    })
}
