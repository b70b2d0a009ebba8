//! The part that additions of all factors share: the security notice and the effects.

use crate::accounts::authentication::factors;
use crate::accounts::authentication::reauthentication::Authorized;
use crate::accounts::oauth::api_tokens;
use crate::clock::Timestamp;
use crate::db::{DbError, Tx};
use crate::mail::emails::second_step::SecondStepAdded;
use crate::notifications::notify_with_undo;
use crate::values::{Event, FactorKind, RecoveryCode};

/// Notifies the owner, stores the factor with `store`, and applies the effects. `store` gets the
/// time of the addition. Returns the recovery codes that the first factor creates.
pub fn add_factor(
    tx: &mut Tx<'_>,
    authorized: &mut Authorized,
    (kind, name): (FactorKind, &str),
    store: impl FnOnce(&mut Tx<'_>, Timestamp) -> Result<(), DbError>,
) -> Result<Vec<RecoveryCode>, DbError> {
    let user = authorized.user.clone();
    let is_first = !user.has_second_step();
    let working_tokens = api_tokens::live_names(tx, &user.id)?.len();
    let event = match kind {
        FactorKind::App => Event::AppAdded,
        FactorKind::Passkey => Event::PasskeyAdded,
    };
    let added_at = notify_with_undo(tx, event, &user, |notice| SecondStepAdded {
        notice,
        factor: name.to_owned(),
        kind,
        is_first,
        working_tokens,
    })?;
    store(tx, added_at)?;
    if is_first {
        // A copy of the session's cookie must not outlive this.
        authorized.renew(tx)?;
    }
    factors::after_addition(tx, &user, authorized.by.session(), added_at)
}
