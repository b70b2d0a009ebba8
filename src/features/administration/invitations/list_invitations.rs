//! The operation: reads the open invitations, a page at a time.

use crate::app::{App, Failure};
use crate::db::Tx;
use crate::store::invitations::{self, Invitation};
use crate::store::users;
use crate::values::{Cursor, UserId, cut_page};

const PER_PAGE: usize = 20;

/// A page of open invitations, newest first.
#[derive(Debug)]
pub struct InvitationPage {
    pub open: Vec<Invitation>,
    /// Ids and email addresses of the administrators who invited.
    pub inviters: Vec<(UserId, String)>,
    /// Cursor of the next page, or `None` on the last page.
    pub older: Option<Cursor>,
}

pub async fn list_invitations(
    app: &App,
    before: Option<Cursor>,
) -> Result<InvitationPage, Failure> {
    let read = move |tx: &mut Tx<'_>| {
        let now = tx.now;
        // One extra row shows that there is a next page.
        let limit = i64::try_from(PER_PAGE + 1).unwrap_or(i64::MAX);
        let mut open = invitations::open(tx, before.as_ref(), limit, now)?;
        let older = cut_page(&mut open, PER_PAGE, |last| {
            Cursor::new(last.created_at, &last.id)
        });
        let ids = open.iter().filter_map(|one| one.invited_by.clone());
        let inviters = users::emails_of(tx, &ids.collect::<Vec<_>>())?;
        Ok(InvitationPage {
            open,
            inviters,
            older,
        })
    };
    Ok(app.read(read).await?)
}
