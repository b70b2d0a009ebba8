//! The app that a hand-over leads to, as the pages on the way name it.

use crate::accounts::access::Access;
use crate::accounts::apps::logins::{RequestedApp, requested_app};
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

/// Returns the app that a user asks for by id and origin, if the origin is one of its own.
pub async fn requested(
    app: &App,
    current: &Current,
    id: &str,
    origin: &str,
) -> Result<Option<RequestedApp>, Error> {
    let Some((id, origin)) = AppId::known(id).zip(Origin::parse(origin).ok()) else {
        return Ok(None);
    };
    let (user, handle) = (current.user.id.clone(), current.session.handle.clone());
    let find = move |tx: &mut Tx<'_>| requested_app(tx, (&user, &handle), &id, &origin);
    Ok(app.read(find).await?)
}

/// Returns the app that the path of a hand-over leads to. Returns `None` if not even another login
/// would open the app, so that its name stays hidden.
pub async fn target_of(
    app: &App,
    current: &Current,
    path: &str,
) -> Result<Option<HandoverTarget>, Error> {
    let Some((id, origin)) = parse(path) else {
        return Ok(None);
    };
    let found = requested(app, current, id, &origin).await?;
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

/// Returns id and origin in the path of a hand-over.
fn parse(path: &str) -> Option<(&str, String)> {
    let id = urls::app_of_handover(path)?;
    let (_, query) = path.split_once('?')?;
    let origin = Fields::parse(query.as_bytes()).ok()?.take("origin");
    Some((id, origin))
}
