//! The operation: searches the invitations, a page at a time.

use crate::app::{App, Failure};
use crate::db::Tx;
use crate::features::administration::search::{occurs_in, parse_query, search};
use crate::store::invitations::{self, Invitation};
use crate::store::users;
use crate::values::{Cursor, UserId};

const PER_PAGE: usize = 20;

/// A page of invitations, newest first.
#[derive(Debug, Default)]
pub struct InvitationPage {
    pub invitations: Vec<Invitation>,
    /// Ids and email addresses of the administrators who invited.
    pub inviters: Vec<(UserId, String)>,
    /// Cursor of the next page, or `None` on the last page.
    pub older: Option<Cursor>,
}

/// Returns the invitations with `query` in their email address. Starts after `before`, or with the
/// newest.
pub async fn list_invitations(
    app: &App,
    query: &str,
    before: Option<Cursor>,
) -> Result<InvitationPage, Failure> {
    let Some(query) = parse_query(query) else {
        return Ok(InvitationPage::default());
    };
    let read = move |tx: &mut Tx<'_>| {
        let (invitations, older) = search(
            before,
            PER_PAGE,
            |after, limit| Ok(invitations::page(tx, after, limit)?),
            |row| Cursor::new(row.created_at, &row.id),
            |row| occurs_in(&query, [&row.email_key, &row.email]),
        )?;
        let ids = invitations.iter().filter_map(|one| one.invited_by.clone());
        let inviters = users::emails_of(tx, &ids.collect::<Vec<_>>())?;
        Ok(InvitationPage {
            invitations,
            inviters,
            older,
        })
    };
    Ok(app.read(read).await?)
}
