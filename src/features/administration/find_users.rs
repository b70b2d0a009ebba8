//! Reads accounts: a page of all that match, or one.

use crate::app::{App, Failure};
use crate::db::DbConnection;
use crate::store::users::{self, UserRow};
use crate::values::{Cursor, EmailAddress, sort_name};

/// Rows of one page.
const PER_PAGE: usize = 20;
/// In bytes: more than the longest name or address has.
const LONGEST_QUERY: usize = 400;

/// A page of accounts, the newest first.
#[derive(Debug, Default)]
pub struct UserPage {
    /// What stands on it.
    pub users: Vec<UserRow>,
    /// Where the next page begins, if there is one.
    pub older: Option<Cursor>,
}

/// The page after `before`, or the first, of those that have `query` in their address, name or handle.
pub async fn find_users(app: &App, query: &str, before: Option<Cursor>) -> Result<UserPage, Failure> {
    // Is in nobody's, and PostgreSQL takes no NUL in a text.
    if query.len() > LONGEST_QUERY || query.chars().any(char::is_control) {
        return Ok(UserPage::default());
    }
    // As names are kept for it; addresses and handles are ASCII.
    let query = sort_name(Some(query.trim()), None);
    // One more than is shown tells whether there are more.
    let mut users = app.search(&query, before, PER_PAGE + 1, users::cursor_after, users::page).await?;
    let older = Cursor::cut(&mut users, PER_PAGE, |user| Cursor::new(user.created_at, &user.id));
    Ok(UserPage { users, older })
}

/// The account with this address.
pub async fn find_by_address(app: &App, email: &EmailAddress) -> Result<Option<UserRow>, Failure> {
    let key = email.key().to_owned();
    let query = move |db: &mut DbConnection| match users::by_email_key(db, &key)? {
        Some(user) => Ok(users::kept(db, &user.id)?),
        None => Ok(None),
    };
    Ok(app.db.read(query).await?)
}

/// The account with this id.
pub async fn find_user(app: &App, id: String) -> Result<Option<UserRow>, Failure> {
    Ok(app.db.read(move |db| Ok(users::kept(db, &id)?)).await?)
}
