//! Authentication of apps as OAuth clients, which may introspect tokens. The format of a secret is
//! in `values::ProgramSecret`.

use crate::db::{DbError, Tx};
use crate::store::app_secrets;
use crate::store::apps::RegisteredApp;
use crate::values::{AppId, ProgramSecretHash};

/// Number of secrets of an app. With two, the operator can exchange one while the app is running.
pub const SECRET_LIMIT: i64 = 2;

/// Returns the app with this id if the secret is one of its own and it may introspect tokens. A
/// hash of 256 random bits is looked up, so the time of the look-up reveals nothing about others.
pub fn authenticate(
    tx: &mut Tx<'_>,
    id: &AppId,
    secret: &ProgramSecretHash,
) -> Result<Option<RegisteredApp>, DbError> {
    let found = app_secrets::app_with(tx, id, secret)?;
    Ok(found.filter(|app| app.may_introspect && app.disabled_at.is_none()))
}
