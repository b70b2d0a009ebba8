//! The end of every login, whatever the user has verified. One place starts the session and records
//! the device, so that no way to log in forgets one of them.

use super::admission::Admitted;
use super::methods::Authentication;
use crate::accounts::devices;
use crate::accounts::sessions::{self, NewSession, SessionKind};
use crate::db::{DbError, Tx};
use crate::values::DeviceId;

/// Properties of the session that a login asks for.
#[derive(Clone, Debug)]
pub struct SessionRequest {
    pub kind: SessionKind,
    /// True if the session outlives the browser process.
    pub remember: bool,
    pub device: DeviceId,
}

/// A login that has opened a session.
#[derive(Debug)]
pub struct FinishedLogin {
    pub session: NewSession,
    pub authentication: Authentication,
    /// True if the user had not logged in on the device before.
    pub is_new_device: bool,
}

/// Starts the session and makes the device a known device. The session that came with the request
/// ends. The caller records the event and notifies the owner
/// ([`record_login`](crate::notifications::record_login)).
pub fn finish_login(
    tx: &mut Tx<'_>,
    admitted: Admitted,
    client: &SessionRequest,
) -> Result<FinishedLogin, DbError> {
    let user = admitted.user().clone();
    let authentication = Authentication {
        method: admitted.method(),
        at: admitted.proven_at(),
    };
    let session = sessions::start(tx, admitted, client.remember, &client.kind)?;
    let is_known = devices::remember(tx, &user, &client.device)?;
    Ok(FinishedLogin {
        session,
        authentication,
        is_new_device: !is_known,
    })
}
