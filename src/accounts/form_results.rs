//! Results of submitted forms. Each form takes effect at most once. A second submission gets the
//! result of the first one.
//!
//! The first submission claims the key of the form before it is handled. The claim is a row, so
//! submissions that reach different nodes see each other. No lock is held while a form is handled,
//! and a crash leaves only a row that expires.

use std::time::Duration;

use crate::db::{DbError, Tx};
use crate::security::form_key::FormKey;
use crate::store::{form_results, retention};

/// Time for which the result of a form is kept.
const KEPT_FOR: Duration = Duration::from_secs(10);
/// Lifetime of a claim without a result. It exceeds the longest total wait of a request for hashing
/// and the database.
const CLAIM_LIFETIME: Duration = Duration::from_secs(30);
/// Number of expired rows that each new form removes. Each form writes at most two, so a flood of
/// forms cannot fill the disk before the next clean-up.
const REMOVED_EACH_TIME: i64 = 4;

/// Outcome of claiming the key of a form.
pub enum Claim {
    /// This is the first submission, which must be handled now.
    Granted,
    /// An earlier submission is being handled, or its node has crashed.
    Pending,
    /// The sealed result of an earlier submission.
    Finished(Vec<u8>),
}

/// Claims the key of a form for its first submission. A later submission gets `Pending` while the
/// first is being handled. After that, it gets the result of the first.
pub fn claim(tx: &mut Tx<'_>, key: &FormKey) -> Result<Claim, DbError> {
    let now = tx.now;
    form_results::delete_expired(tx, key.row(), now)?;
    if form_results::insert_empty(tx, key.row(), now + CLAIM_LIFETIME)? {
        return Ok(Claim::Granted);
    }
    Ok(match form_results::sealed_result(tx, key.row())? {
        Some(result) => Claim::Finished(result),
        None => Claim::Pending,
    })
}

/// Removes some expired results.
pub fn remove_expired(tx: &mut Tx<'_>) -> Result<(), DbError> {
    let now = tx.now;
    retention::form_results(tx, now, REMOVED_EACH_TIME)?;
    Ok(())
}

/// Keeps the result of a form under each of `keys`.
pub fn keep(tx: &mut Tx<'_>, keys: &[FormKey], result: &[u8]) -> Result<(), DbError> {
    let expires_at = tx.now + KEPT_FOR;
    for key in keys {
        let sealed = key.seal(&tx.keys, result);
        form_results::save(tx, key.row(), &sealed, expires_at)?;
    }
    Ok(())
}

/// Gives a claim back, because the form had no effect. The next submission is a new attempt.
pub fn release(tx: &mut Tx<'_>, key: &FormKey) -> Result<(), DbError> {
    Ok(form_results::delete_empty(tx, key.row())?)
}
