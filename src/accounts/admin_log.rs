//! The administration log. Each action is stored in its transaction, and logged after the commit.

use super::audit;
use super::authentication::reauthentication::{Actor, Reauthentication};
use crate::db::{DbError, Tx};
use crate::security::tokens;
use crate::store::admin_log::{self, AdminLogRow};
use crate::values::{AdminVerb, Event, SubjectKind, UserId};

/// The actor of an administrative action.
#[derive(Clone, Debug)]
pub enum AdminActor {
    /// An administrator, and the reauthentication that the action needs. Pages require a recent
    /// one, and the API requires none.
    Administrator(Actor, Reauthentication),
    /// The operator, at the command line.
    Operator,
}

impl AdminActor {
    /// Returns the administrator's id, or `None` for the operator.
    pub fn administrator(&self) -> Option<&UserId> {
        match self {
            Self::Administrator(actor, _) => Some(&actor.user),
            Self::Operator => None,
        }
    }
}

/// Records an action on the subject with this id. If the verb has an event, the activity of the
/// user shows it without the client. The user must not learn the administrator's network address.
pub fn record(
    tx: &mut Tx<'_>,
    by: &AdminActor,
    verb: AdminVerb,
    subject_id: &str,
) -> Result<(), DbError> {
    record_with_detail(tx, by, verb, subject_id, None)
}

/// Records an action with a detail, such as the name of the group that a user joined.
pub fn record_with_detail(
    tx: &mut Tx<'_>,
    by: &AdminActor,
    verb: AdminVerb,
    subject_id: &str,
    detail: Option<&str>,
) -> Result<(), DbError> {
    // Only actions on users have an event.
    if let Some(event) = verb.event() {
        audit::store(tx, event, &UserId(subject_id.to_owned()))?;
    }
    let kind: &str = verb.subject_kind().into();
    let row = AdminLogRow {
        id: tokens::random_id(),
        happened_at: tx.now,
        actor_id: by.administrator().cloned(),
        verb: verb.name().to_owned(),
        subject_kind: kind.to_owned(),
        subject_id: subject_id.to_owned(),
        detail: detail.map(str::to_owned),
    };
    admin_log::insert(tx, &row)?;
    log(tx, by, verb, row);
    Ok(())
}

/// Logs the action after the commit. Only this line contains the administrator's network address.
/// It has the name of the event in the user's activity. An approval keeps its own name, because
/// `address_confirmed` was logged at the confirmation. A deletion has no event there.
fn log(tx: &mut Tx<'_>, by: &AdminActor, verb: AdminVerb, row: AdminLogRow) {
    let event = match verb {
        AdminVerb::Approved => verb.name(),
        AdminVerb::Deleted => Event::AccountDeleted.name(),
        _ => verb.event().map_or(verb.name(), Event::name),
    };
    let address = tx.log_name().map(str::to_owned);
    let client = match by {
        AdminActor::Administrator(actor, _) => Some(actor.client.address.clone()),
        AdminActor::Operator => None,
    };
    tx.after_commit(move || {
        let administrator = row
            .actor_id
            .map_or_else(|| "operator".to_owned(), |id| id.0);
        let is_user = verb.subject_kind() == SubjectKind::User;
        let user = is_user.then_some(row.subject_id);
        let detail = row.detail;
        tracing::info!(event, user, detail, address, administrator, client);
    });
}
