//! The operations: find the accounts that match a query, or a single account.

use super::search::parse_query;
use crate::app::{App, Failure, Scan};
use crate::clock::Timestamp;
use crate::db::Tx;
use crate::store::session_lists;
use crate::store::users::{self, User};
use crate::values::{Cursor, EmailAddress, UserId, cut_page};

const PER_PAGE: usize = 20;

/// A page of accounts, newest first.
#[derive(Debug, Default)]
pub struct UserPage {
    pub users: Vec<User>,
    /// Cursor of the next page, or `None` on the last page.
    pub older: Option<Cursor>,
}

/// Returns the accounts with `query` in their email address, name or handle. Starts after `before`,
/// or with the newest account.
pub async fn find_users(
    app: &App,
    query: &str,
    before: Option<Cursor>,
) -> Result<UserPage, Failure> {
    let Some(query) = parse_query(query) else {
        return Ok(UserPage::default());
    };
    // One extra row shows that there is a next page.
    let scan = Scan {
        cursor_after: users::cursor_after,
        page: users::page,
    };
    let mut users = app.search(&query, before, PER_PAGE + 1, scan).await?;
    let older = cut_page(&mut users, PER_PAGE, |user| {
        Cursor::new(user.created_at, &user.id.0)
    });
    Ok(UserPage { users, older })
}

pub async fn find_by_address(app: &App, email: &EmailAddress) -> Result<Option<User>, Failure> {
    let key = email.key().to_owned();
    Ok(app
        .read(move |tx| Ok(users::by_email_key(tx, &key)?))
        .await?)
}

/// Returns the time of the last request of each user. Leaves out users without a stored session.
pub async fn find_last_seen(
    app: &App,
    users: &[User],
) -> Result<Vec<(UserId, Timestamp)>, Failure> {
    let ids: Vec<UserId> = users.iter().map(|user| user.id.clone()).collect();
    let find = move |tx: &mut Tx<'_>| Ok(session_lists::last_seen(tx, &ids)?);
    let found = app.read(find).await?.into_iter();
    // Only users with a session are in the result, so no time is missing.
    Ok(found.filter_map(|(id, time)| Some((id, time?))).collect())
}

pub async fn find_user(app: &App, id: UserId) -> Result<Option<User>, Failure> {
    Ok(app.read(move |tx| Ok(users::by_id(tx, &id)?)).await?)
}
