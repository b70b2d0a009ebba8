//! What happened, and to whom.

use diesel::prelude::*;

use super::schema::events;
use crate::db::DbConnection;

/// One event. Holds no address in clear and nothing that was typed.
#[derive(Debug, Insertable)]
#[diesel(table_name = events)]
pub struct NewEvent<'a> {
    /// Random, without meaning.
    pub id: &'a str,
    /// When.
    pub happened_at: i64,
    /// What.
    pub kind: &'a str,
    /// To whom; nobody if no account was concerned.
    pub user_id: Option<&'a str>,
    /// The browser, as it named itself.
    pub user_agent: &'a str,
    /// Where it came from.
    pub client_address: &'a str,
}

/// Writes it down.
pub fn insert(connection: &mut DbConnection, event: &NewEvent<'_>) -> QueryResult<()> {
    diesel::insert_into(events::table).values(event).execute(connection)?;
    Ok(())
}
