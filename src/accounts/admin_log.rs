//! The administration log. Each act is stored in its transaction, and logged after the commit.

use super::audit;
use super::authentication::reauthentication::{Actor, Reauthentication};
use crate::db::{DbError, Tx};
use crate::security::tokens;
use crate::store::admin_log::{self, AdminLogRow};
use crate::values::{AdminVerb, Event, SubjectKind, UserId};

/// The actor of an act on other users' accounts.
#[derive(Clone, Debug)]
pub enum AdminActor {
    /// An administrator, and the reauthentication that the act needs. Acts on pages need one.
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

/// Records an act. `subject_id` is the id of a subject of the kind that the verb has. If it is a
/// user, the activity of that user shows the act, without the client. The user must not learn the
/// administrator's network address.
pub fn record(
    tx: &mut Tx<'_>,
    by: &AdminActor,
    verb: AdminVerb,
    subject_id: &str,
) -> Result<(), DbError> {
    if let Some(event) = verb.event() {
        audit::store(tx, event, &UserId(subject_id.to_owned()))?;
    }
    let kind = verb.subject_kind();
    let row = AdminLogRow {
        id: tokens::random_id(),
        happened_at: tx.now,
        actor_id: by.administrator().cloned(),
        verb: verb.name().to_owned(),
        subject_kind: <&str>::from(kind).to_owned(),
        subject_id: subject_id.to_owned(),
        detail: None,
    };
    admin_log::insert(tx, &row)?;
    log(tx, by, verb, row);
    Ok(())
}

/// Logs the act after the commit. Only the log contains the administrator's network address. Its
/// line has the name of the event in the user's activity, if there is one.
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
        let user: &str = SubjectKind::User.into();
        let user = (row.subject_kind == user).then_some(row.subject_id);
        tracing::info!(event, user, address, administrator, client);
    });
}
