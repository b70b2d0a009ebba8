//! Services that may ask whether a token is good.

use diesel::prelude::*;

use super::schema::clients;
use crate::db::DbConnection;

/// A service, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = clients)]
pub struct OAuthClient {
    /// Its name on the wire: random, without meaning.
    pub id: String,
    /// What the operator calls it.
    pub name: String,
    /// SHA-256 of its secret.
    pub secret_hash: String,
    /// When it was made.
    pub created_at: i64,
}

/// Makes one.
pub fn insert(connection: &mut DbConnection, client: &OAuthClient) -> QueryResult<()> {
    diesel::insert_into(clients::table).values(client).execute(connection)?;
    Ok(())
}

/// The one with this id.
pub fn by_id(connection: &mut DbConnection, id: &str) -> QueryResult<Option<OAuthClient>> {
    clients::table.find(id).select(OAuthClient::as_select()).first(connection).optional()
}

/// All, the oldest first.
pub fn all(connection: &mut DbConnection) -> QueryResult<Vec<OAuthClient>> {
    clients::table.order((clients::created_at, clients::id)).select(OAuthClient::as_select()).load(connection)
}

/// Removes one; tells whether it was there.
pub fn delete(connection: &mut DbConnection, id: &str) -> QueryResult<bool> {
    Ok(diesel::delete(clients::table.find(id)).execute(connection)? == 1)
}
