//! Advisory locks. Code that changes data of a subject locks it first, so data read afterwards
//! stays true until the transaction ends.

use std::borrow::Cow;

use aws_lc_rs::digest::{SHA256, digest};
use diesel::sql_types::BigInt;
use diesel::{PgConnection, QueryResult, RunQueryDsl, sql_query};

use super::{DbConnection, DbError, EitherConnection};
use crate::values::ClientNetwork;

/// The subject of a lock. A transaction locks its subjects in the order of these variants, and
/// those of one kind in the order of their names. Otherwise two transactions could deadlock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockKey<'a> {
    /// The fingerprints of the secrets.
    Secret,
    /// The set of administrators. Also serialises changes of groups, the count of invitations and
    /// the email about approvals.
    Administrators,
    /// An email address in comparable form.
    Address(&'a str),
    /// The handle of a public profile.
    Handle(&'a str),
    Network(ClientNetwork),
    /// The id of a user, or of a pending sign-up or link that stands for one.
    User(&'a str),
}

impl LockKey<'_> {
    /// Returns the position of this key in the order of locks.
    pub(super) fn position(&self) -> (u8, String) {
        let kind = match self {
            Self::Secret => 0,
            Self::Administrators => 1,
            Self::Address(_) => 2,
            Self::Handle(_) => 3,
            Self::Network(_) => 4,
            Self::User(_) => 5,
        };
        (kind, self.name().into_owned())
    }

    /// Returns a name that no key of another kind has. Only an email address contains `@`, and no
    /// id contains `.`, `:` or a space. Nodes of an earlier version use the same names.
    fn name(&self) -> Cow<'_, str> {
        match self {
            Self::Secret => "the secret".into(),
            Self::Administrators => "the administrators".into(),
            Self::Address(key) => (*key).into(),
            Self::Handle(handle) => format!("handle:{handle}").into(),
            Self::Network(network) => network.to_string().into(),
            Self::User(id) => (*id).into(),
        }
    }
}

/// Locks a subject until the transaction ends. PostgreSQL uses an advisory lock. SQLite has a
/// single writer and needs none.
pub fn lock(db: &mut DbConnection, key: LockKey<'_>) -> Result<(), DbError> {
    if let EitherConnection::Postgres(postgres) = db.either() {
        advisory_lock(postgres, lock_number(&key.name()))?;
    }
    Ok(())
}

/// Takes a PostgreSQL advisory lock, which is released when the transaction ends.
pub(super) fn advisory_lock(postgres: &mut PgConnection, number: i64) -> QueryResult<()> {
    sql_query("SELECT pg_advisory_xact_lock($1)")
        .bind::<BigInt, _>(number)
        .execute(postgres)?;
    Ok(())
}

/// Derives the number of an advisory lock. If two subjects share a number, they wait for each other
/// but stay correct.
fn lock_number(name: &str) -> i64 {
    let hash = digest(&SHA256, name.as_bytes());
    let mut number = [0; 8];
    number.copy_from_slice(&hash.as_ref()[..8]);
    i64::from_be_bytes(number)
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv6Addr};

    use super::*;

    #[test]
    fn keys_of_different_kinds_never_share_a_name() {
        let network = ClientNetwork::from(IpAddr::V6(Ipv6Addr::LOCALHOST));
        let keys = [
            LockKey::Secret,
            LockKey::Address("ada@example.org"),
            LockKey::Handle("ada"),
            LockKey::Network(network),
            LockKey::User("ada"),
        ];
        let names: std::collections::BTreeSet<_> = keys.iter().map(LockKey::name).collect();
        assert_eq!(names.len(), keys.len());
        assert!(keys.iter().map(LockKey::position).is_sorted());
    }
}
