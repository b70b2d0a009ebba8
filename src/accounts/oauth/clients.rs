//! Authentication of OAuth clients, which may introspect tokens. The operator creates them with a
//! secret. Its format is in `values::ProgramSecret`.

use crate::db::{DbError, Tx};
use crate::security::tokens::is_hash;
use crate::store::oauth_clients::{self, OAuthClient};
use crate::values::ProgramSecretHash;

/// Returns the OAuth client with this id if the secret matches.
pub fn authenticate(
    tx: &mut Tx<'_>,
    id: &str,
    secret: &ProgramSecretHash,
) -> Result<Option<OAuthClient>, DbError> {
    let found = oauth_clients::by_id(tx, id)?;
    Ok(found.filter(|client| is_hash(secret, &client.secret_hash)))
}
