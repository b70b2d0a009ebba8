//! Services that may ask whether a token is good. The operator makes one with a secret; how that looks is
//! `values::ProgramSecret`.

use crate::db::{DbConnection, DbError};
use crate::security::tokens::is_hash;
use crate::store::oauth_clients::{self, OAuthClient};
use crate::values::ProgramSecretHash;

/// The service with this id, if the secret is its own.
pub fn authenticate(
    connection: &mut DbConnection,
    id: &str,
    secret: &ProgramSecretHash,
) -> Result<Option<OAuthClient>, DbError> {
    let found = oauth_clients::by_id(connection, id)?;
    Ok(found.filter(|client| is_hash(secret, &client.secret_hash)))
}
