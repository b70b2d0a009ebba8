//! The operation: reads a page of a user's activity and finds the undo links that still work.

use std::collections::BTreeMap;

use crate::accounts::links::{self, Purpose};
use crate::app::{App, Failure};
use crate::db::Tx;
use crate::store::apps;
use crate::store::events::{self, ListedEvent};
use crate::values::{AppId, Cursor, UserId, cut_page};

const PER_PAGE: usize = 20;

/// A page of activity, newest first.
#[derive(Debug)]
pub struct Activity {
    pub events: Vec<ListedEvent>,
    /// Ids of the undo links on this page that still work.
    pub live_undos: Vec<String>,
    /// Names of the apps on this page, by id.
    pub app_names: BTreeMap<AppId, String>,
    /// Cursor of the next page, or `None` on the last page.
    pub older: Option<Cursor>,
}

/// Returns the page after `before`, or the first page.
pub async fn list_activity(
    app: &App,
    user: UserId,
    before: Option<Cursor>,
) -> Result<Activity, Failure> {
    let query = move |tx: &mut Tx<'_>| {
        let before = before.as_ref().map(Cursor::key);
        // One extra row shows that there is a next page.
        let mut events = events::page(
            tx,
            &user,
            before,
            i64::try_from(PER_PAGE + 1).unwrap_or(i64::MAX),
        )?;
        let older = cut_page(&mut events, PER_PAGE, |event| {
            Cursor::new(event.happened_at, &event.id)
        });
        let undos: Vec<&str> = events
            .iter()
            .filter_map(|event| event.undo_link_id.as_deref())
            .collect();
        let live_undos = links::live_among(tx, Purpose::Undo, &user, &undos)?;
        let ids: Vec<&AppId> = events
            .iter()
            .filter_map(|event| event.app_id.as_ref())
            .collect();
        let app_names = apps::names(tx, &ids)?.into_iter().collect();
        Ok(Activity {
            events,
            live_undos,
            app_names,
            older,
        })
    };
    Ok(app.read(query).await?)
}
