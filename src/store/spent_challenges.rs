//! Challenges of passkeys that were used, by their hash.

use diesel::prelude::*;

use super::schema::spent_challenges;
use crate::clock::Timestamp;
use crate::db::{DbConnection, on_either};

/// Records the use of a challenge. Returns false if it was used before.
pub fn insert(
    db: &mut DbConnection,
    challenge_hash: &str,
    expires_at: Timestamp,
) -> QueryResult<bool> {
    let inserted = on_either!(db, db => diesel::insert_into(spent_challenges::table)
        .values((
            spent_challenges::challenge_hash.eq(challenge_hash),
            spent_challenges::expires_at.eq(expires_at),
        ))
        .on_conflict_do_nothing()
        .execute(db))?;
    Ok(inserted == 1)
}

/// Returns true if the challenge was used before.
pub fn exists(db: &mut DbConnection, challenge_hash: &str) -> QueryResult<bool> {
    let spent = spent_challenges::table.find(challenge_hash);
    diesel::select(diesel::dsl::exists(spent)).get_result(db)
}
