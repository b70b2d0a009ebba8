//! OAuth clients. The operator registers them, and they may ask whether a token is valid.

use diesel::prelude::*;

use super::schema::clients;
use crate::clock::Timestamp;
use crate::db::DbConnection;
use crate::values::ProgramSecretHash;

/// An OAuth client as stored.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = clients)]
pub struct OAuthClient {
    /// The OAuth `client_id`, which is random.
    pub id: String,
    /// The name that the operator chose.
    pub name: String,
    /// SHA-256 of the client secret.
    pub secret_hash: ProgramSecretHash,
    pub created_at: Timestamp,
}

pub fn insert(db: &mut DbConnection, client: &OAuthClient) -> QueryResult<()> {
    diesel::insert_into(clients::table)
        .values(client)
        .execute(db)?;
    Ok(())
}

pub fn by_id(db: &mut DbConnection, id: &str) -> QueryResult<Option<OAuthClient>> {
    clients::table
        .find(id)
        .select(OAuthClient::as_select())
        .first(db)
        .optional()
}

/// Returns all OAuth clients, oldest first.
pub fn all(db: &mut DbConnection) -> QueryResult<Vec<OAuthClient>> {
    clients::table
        .order((clients::created_at, clients::id))
        .select(OAuthClient::as_select())
        .load(db)
}

/// Deletes an OAuth client. Returns false if it did not exist.
pub fn delete(db: &mut DbConnection, id: &str) -> QueryResult<bool> {
    Ok(diesel::delete(clients::table.find(id)).execute(db)? == 1)
}
