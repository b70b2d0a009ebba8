//! Every lifetime and limit of sessions (ASVS 7.3.1, 7.3.2). The lifetime of an access token is in
//! `security::access_token`.

use std::time::Duration;

use crate::clock::Timestamp;
use crate::store::session_lists::LiveAt;
use crate::store::sessions::CurrentSession;
use crate::store::users::User;

const DAY: Duration = Duration::from_hours(24);

/// Number of live sessions per account. A login beyond it ends the session that has been idle
/// longest (ASVS 7.1.2).
pub const LIVE_LIMIT: usize = 50;
/// Number of sessions stored per account, because a client can log in any number of times. Finished
/// sessions are stored for at most 30 days. Live sessions are never removed.
pub(super) const STORED_LIMIT: i64 = 500;
/// Minimum time between two updates of the last-seen time.
pub(super) const SEEN_EVERY: Duration = Duration::from_mins(1);
/// Time for which the previous refresh token still gets the same next token.
pub(super) const REFRESH_GRACE: Duration = Duration::from_secs(30);
/// Time for which a login from a new device is marked. The dashboard shows it only while its undo
/// link works.
pub const NEW_DEVICE_FOR: Duration = DAY.saturating_mul(7);
/// Time for which a password check counts as recent (ASVS 7.5.1).
pub const REAUTHENTICATION_LIFETIME: Duration = Duration::from_mins(10);

/// The lifetimes of a session.
#[derive(Clone, Copy, Debug)]
pub struct SessionPolicy {
    /// Time without requests after which the session expires.
    pub idle: Duration,
    /// Time after which the session expires even if it is in use.
    pub absolute: Duration,
}

impl SessionPolicy {
    /// A session that ends with the browser process.
    pub const USUAL: Self = Self {
        idle: DAY,
        absolute: DAY.saturating_mul(7),
    };
    /// A session for which the user chose to stay logged in.
    pub const REMEMBERED: Self = Self {
        idle: DAY.saturating_mul(30),
        absolute: DAY.saturating_mul(180),
    };

    pub const fn of(remember: bool) -> Self {
        if remember {
            Self::REMEMBERED
        } else {
            Self::USUAL
        }
    }
}

/// Returns true if a session has not ended, expired or been idle for too long.
fn is_live(session: &CurrentSession, now: Timestamp) -> bool {
    session.ended_at.is_none()
        && session.expires_at > now
        && session.last_seen_at > now - SessionPolicy::of(session.remember).idle
}

/// Returns true if a session is live and the account is not locked. Locking an account ends its
/// sessions. However, a node of an older version that ignores locks may have started another one.
pub fn is_open(session: &CurrentSession, user: &User, now: Timestamp) -> bool {
    is_live(session, now) && user.locked_at.is_none()
}

/// Returns true if the last-seen time is at least a minute old.
pub fn is_last_seen_outdated(session: &CurrentSession, now: Timestamp) -> bool {
    session.last_seen_at <= now - SEEN_EVERY
}

/// Returns the times that a session must not have passed to be live at `now`.
pub fn live_at(now: Timestamp) -> LiveAt {
    LiveAt {
        now,
        usual: now - SessionPolicy::USUAL.idle,
        remembered: now - SessionPolicy::REMEMBERED.idle,
    }
}
