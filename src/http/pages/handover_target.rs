//! The app that a hand-over leads to, as the pages on the way name it.

use crate::accounts::access::Access;
use crate::accounts::apps::logins::requested_app;
use crate::app::App;
use crate::db::Tx;
use crate::http::error::Error;
use crate::http::fields::Fields;
use crate::store::sessions::Current;
use crate::urls;
use crate::values::{AppId, Origin};

pub struct HandoverTarget {
    /// The name of the app.
    pub app: String,
    pub origin: Origin,
}

/// Returns the app that the path of a hand-over leads to. No user learns the name of an app that
/// stays closed to them even after another login.
pub async fn target_of(
    app: &App,
    current: &Current,
    path: &str,
) -> Result<Option<HandoverTarget>, Error> {
    let query = path.split_once('?').map_or("", |(_, query)| query);
    let origin = Origin::parse(&Fields::parse(query.as_bytes())?.take("origin"));
    let id = urls::app_of_handover(path).and_then(AppId::known);
    let Some((id, origin)) = id.zip(origin.ok()) else {
        return Ok(None);
    };
    let (user, handle) = (current.user.id.clone(), current.session.handle.clone());
    let find = move |tx: &mut Tx<'_>| requested_app(tx, (&user, &handle), &id, &origin);
    let found = app.read(find).await?;
    let now = app.clock.now();
    let may_know = |access| match access {
        Access::Allowed => true,
        Access::Denied(reason) => reason.needs_login(),
    };
    let found = found.filter(|found| may_know(found.app_user.access(&found.rule, now)));
    Ok(found.map(|found| HandoverTarget {
        app: found.rule.app.name,
        origin: found.origin,
    }))
}
