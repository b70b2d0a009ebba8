//! Rate limits. A limit is a pure rule over the times of earlier events. The database stores these
//! times, so all nodes share them and a restart loses nothing. They are stored under keyed hashes,
//! never under a readable email address.

use std::time::Duration;

use strum::IntoStaticStr;

use crate::clock::Timestamp;
use crate::db::{DbError, LockKey, Tx};
use crate::security::keys::Keys;
use crate::store::rate_limits as store;
use crate::values::UserId;

/// At most `limit` events within `within`.
#[derive(Clone, Copy, Debug)]
struct Window {
    limit: usize,
    within: Duration,
}

impl Window {
    const fn new(limit: usize, within: Duration) -> Self {
        Self { limit, within }
    }
}

/// The kinds of events that are rate-limited. The stored counts are named after the strings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr)]
pub enum Limit {
    /// Requests from one network for an email with a link. Counts "forgot your password" and "send
    /// it again", on pages and in the API together.
    #[strum(to_string = "link_request")]
    LinkRequests,
    /// Emails sent to one email address, except for notices. A rate-limited request looks
    /// successful to the client and invalidates no link (`docs/security.md`, 5).
    #[strum(to_string = "mail")]
    Emails,
    /// The emails of that limit that another account caused, or a sign-up for an existing account.
    /// They may not use the whole limit. Otherwise an attacker could keep the owner from getting a
    /// confirmation link or reset link.
    #[strum(to_string = "mail")]
    EmailsByOthers,
    /// Requests of one account to change its email address. Each sends an email to an address of
    /// the user's choice.
    #[strum(to_string = "address_change")]
    AddressChanges,
    /// Emails to one account about logins on new devices. An attacker who knows the password must
    /// not be able to hide one notice among thousands.
    #[strum(to_string = "login_notice")]
    LoginNotices,
    /// Sign-ups from one network. Each costs a password hash and an email to an address of the
    /// client's choice.
    #[strum(to_string = "sign_up")]
    SignUps,
    /// Wrong passwords from one network, for any accounts (ASVS 6.3.1).
    #[strum(to_string = "wrong_password")]
    WrongPasswords,
    /// Notices to one email address about many failures.
    #[strum(to_string = "guess_notice")]
    FailedLoginNotices,
    /// Notices to one email address about a lockout.
    #[strum(to_string = "off_notice")]
    LockoutNotices,
    /// API tokens created by one account. Each sends a security notice, like a login on a new
    /// device.
    #[strum(to_string = "new_token")]
    NewTokens,
    /// Exports of one account. Each reads all data of the account.
    #[strum(to_string = "export")]
    Exports,
    #[strum(to_string = "profile_change")]
    ProfileChanges,
    /// New passwords judged for one account, pending sign-up, invitation or reset link, accepted or
    /// not.
    #[strum(to_string = "new_password")]
    NewPasswords,
    /// Emails to one account about reused refresh tokens and copied passkeys.
    #[strum(to_string = "reuse_notice")]
    ReuseNotices,
    /// Changes of one account's authenticator apps and recovery codes. Each sends a security
    /// notice, and what was removed is stored for seven days.
    #[strum(to_string = "factor_change")]
    FactorChanges,
    /// Requests to remove one account's second step.
    #[strum(to_string = "recovery_request")]
    RecoveryRequests,
    /// Notices to one account about a lockout of codes.
    #[strum(to_string = "code_lockout_notice")]
    CodeLockoutNotices,
    /// Invitations of all administrators and the operator together. Each sends an email to an
    /// address of their choice.
    #[strum(to_string = "invitation")]
    Invitations,
}

/// The time until a limit allows the next event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wait(pub Duration);

impl Limit {
    /// Limits that are counted by user id. A deleted account takes their counts along.
    pub const OF_ACCOUNTS: [Self; 10] = [
        Self::AddressChanges,
        Self::LoginNotices,
        Self::NewTokens,
        Self::Exports,
        Self::ProfileChanges,
        Self::NewPasswords,
        Self::ReuseNotices,
        Self::FactorChanges,
        Self::RecoveryRequests,
        Self::CodeLockoutNotices,
    ];

    const fn windows(self) -> &'static [Window] {
        const TEN_MINUTES: Duration = Duration::from_mins(10);
        const HOUR: Duration = Duration::from_hours(1);
        const DAY: Duration = Duration::from_hours(24);
        const WEEK: Duration = Duration::from_hours(7 * 24);
        const MONTH: Duration = Duration::from_hours(30 * 24);
        match self {
            Self::LinkRequests => const { &[Window::new(30, TEN_MINUTES), Window::new(300, DAY)] },
            Self::Emails => const { &[Window::new(3, HOUR), Window::new(10, DAY)] },
            Self::EmailsByOthers => const { &[Window::new(2, HOUR), Window::new(7, DAY)] },
            Self::AddressChanges => const { &[Window::new(5, HOUR), Window::new(20, DAY)] },
            Self::SignUps => const { &[Window::new(20, HOUR)] },
            Self::WrongPasswords => const { &[Window::new(30, TEN_MINUTES)] },
            Self::FailedLoginNotices => const { &[Window::new(1, DAY)] },
            Self::LockoutNotices | Self::CodeLockoutNotices => const { &[Window::new(1, WEEK)] },
            Self::LoginNotices | Self::NewTokens | Self::ReuseNotices | Self::FactorChanges => {
                const { &[Window::new(20, HOUR), Window::new(50, DAY)] }
            }
            Self::RecoveryRequests => const { &[Window::new(3, MONTH)] },
            Self::Invitations => const { &[Window::new(200, HOUR)] },
            Self::Exports => const { &[Window::new(10, HOUR), Window::new(20, DAY)] },
            Self::ProfileChanges => const { &[Window::new(60, HOUR)] },
            Self::NewPasswords => const { &[Window::new(30, HOUR), Window::new(60, DAY)] },
        }
    }

    /// Returns the key under which the count of `subject` is stored.
    fn key(self, keys: &Keys, subject: &str) -> String {
        keys.counter_key(self.into(), subject)
    }
}

/// Counts an event for `subject`. Returns false if the limit is reached, and counts nothing then.
/// Must run in the same transaction as the event itself.
pub fn check(tx: &mut Tx<'_>, limit: Limit, subject: &str) -> Result<bool, DbError> {
    Ok(try_acquire(tx, limit, subject)?.is_ok())
}

/// Counts an event like [`check`], but returns the remaining wait if the limit is reached.
pub fn try_acquire(
    tx: &mut Tx<'_>,
    limit: Limit,
    subject: &str,
) -> Result<Result<(), Wait>, DbError> {
    if !tx.has_limits {
        return Ok(Ok(()));
    }
    let (now, key, windows) = (tx.now, limit.key(&tx.keys, subject), limit.windows());
    let expires_at = now + longest(windows);
    let Some(mut history) = parse_history(store::history(tx, &key)?) else {
        // A history that cannot be parsed allows nothing (ASVS 16.5.3).
        return Ok(Err(Wait(longest(windows))));
    };
    let corrected = correct_future_times(&mut history, now);
    match next_history(windows, &history, now) {
        Ok(next) => {
            store::keep(tx, &key, &format_history(&next), expires_at)?;
            Ok(Ok(()))
        }
        Err(wait) => {
            if corrected {
                store::keep(tx, &key, &format_history(&history), expires_at)?;
            }
            Ok(Err(wait))
        }
    }
}

/// Locks the client's network, then counts an event against its limit. A client without a network
/// is not counted.
pub fn try_acquire_for_network(tx: &mut Tx<'_>, limit: Limit) -> Result<Result<(), Wait>, DbError> {
    let Some(network) = tx.client.network else {
        return Ok(Ok(()));
    };
    tx.lock(LockKey::Network(network))?;
    try_acquire(tx, limit, &network.to_string())
}

/// Counts a decoy email ([`enqueue_decoy`](crate::mail::enqueue_decoy)) separately from the emails
/// to the address. The work is equal, and the address keeps its whole limit.
pub fn check_decoy(tx: &mut Tx<'_>, address: &str) -> Result<bool, DbError> {
    // No email address contains a space.
    check(tx, Limit::Emails, &format!("nobody {address}"))
}

/// Removes the count at `time`, because the event did not happen. Removes the newest count before
/// it if there is none, because a node whose clock is behind may have moved the count back.
pub(super) fn refund(
    tx: &mut Tx<'_>,
    limit: Limit,
    subject: &str,
    time: Timestamp,
) -> Result<(), DbError> {
    let key = limit.key(&tx.keys, subject);
    let Some(mut history) = parse_history(store::history(tx, &key)?) else {
        return Ok(());
    };
    let Some(at) = history.iter().rposition(|counted| *counted <= time) else {
        return Ok(());
    };
    history.remove(at);
    let Some(last) = history.last() else {
        return reset(tx, limit, subject);
    };
    let expires_at = *last + longest(limit.windows());
    Ok(store::keep(
        tx,
        &key,
        &format_history(&history),
        expires_at,
    )?)
}

/// Deletes what was counted for an account that is being deleted.
pub fn forget_account(tx: &mut Tx<'_>, user: &UserId) -> Result<(), DbError> {
    Limit::OF_ACCOUNTS
        .into_iter()
        .try_for_each(|limit| reset(tx, limit, &user.0))
}

pub(super) fn reset(tx: &mut Tx<'_>, limit: Limit, subject: &str) -> Result<(), DbError> {
    let key = limit.key(&tx.keys, subject);
    Ok(store::delete(tx, &key)?)
}

/// Returns the stored times of the events counted for `subject`.
pub fn counted(tx: &mut Tx<'_>, limit: Limit, subject: &str) -> Result<Vec<Timestamp>, DbError> {
    let key = limit.key(&tx.keys, subject);
    Ok(parse_history(store::history(tx, &key)?).unwrap_or_default())
}

/// Replaces times after `now` by `now`. Returns true if there are any. They come from a clock that
/// was ahead, and must not prolong the wait.
fn correct_future_times(history: &mut [Timestamp], now: Timestamp) -> bool {
    let mut corrected = false;
    for time in history.iter_mut().filter(|time| **time > now) {
        *time = now;
        corrected = true;
    }
    corrected
}

/// Applies the rule. Returns the new history if an event may happen at `now`, or the remaining
/// wait. The times are sorted, and none is after `now`.
fn next_history(
    windows: &[Window],
    history: &[Timestamp],
    now: Timestamp,
) -> Result<Vec<Timestamp>, Wait> {
    let recent = |within: Duration| history.iter().filter(move |time| **time > now - within);
    let wait = windows.iter().filter_map(|window| {
        let too_many = (recent(window.within).count() + 1)
            .checked_sub(window.limit)
            .filter(|over| *over > 0)?;
        // There is room as soon as this one has left the window.
        let leaves = recent(window.within).nth(too_many - 1)?;
        Some((*leaves + window.within).since(now))
    });
    match wait.max() {
        Some(wait) => Err(Wait(wait)),
        None => Ok(recent(longest(windows)).copied().chain([now]).collect()),
    }
}

fn longest(windows: &[Window]) -> Duration {
    windows
        .iter()
        .map(|window| window.within)
        .max()
        .unwrap_or_default()
}

/// Parses a history. Returns `None` if that fails, and the limit then allows nothing (ASVS 16.5.3).
fn parse_history(history: Option<String>) -> Option<Vec<Timestamp>> {
    let Some(history) = history else {
        return Some(Vec::new());
    };
    history
        .split(' ')
        .map(|time| time.parse().ok().map(Timestamp::from_millis))
        .collect()
}

fn format_history(history: &[Timestamp]) -> String {
    history
        .iter()
        .map(|time| time.millis().to_string())
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const EMAILS: &[Window] = Limit::Emails.windows();
    const ALL: [Limit; 18] = [
        Limit::LinkRequests,
        Limit::Emails,
        Limit::EmailsByOthers,
        Limit::AddressChanges,
        Limit::LoginNotices,
        Limit::SignUps,
        Limit::WrongPasswords,
        Limit::FailedLoginNotices,
        Limit::LockoutNotices,
        Limit::NewTokens,
        Limit::Exports,
        Limit::ProfileChanges,
        Limit::NewPasswords,
        Limit::ReuseNotices,
        Limit::FactorChanges,
        Limit::RecoveryRequests,
        Limit::CodeLockoutNotices,
        Limit::Invitations,
    ];

    /// Returns the stored name, and true if the limit counts by user id. A new limit does not
    /// compile without a line here. It also belongs in [`ALL`] and in `tests/http/rate_limits.rs`.
    fn expected(limit: Limit) -> (&'static str, bool) {
        match limit {
            Limit::LinkRequests => ("link_request", false),
            Limit::Invitations => ("invitation", false),
            Limit::Emails | Limit::EmailsByOthers => ("mail", false),
            Limit::AddressChanges => ("address_change", true),
            Limit::LoginNotices => ("login_notice", true),
            Limit::SignUps => ("sign_up", false),
            Limit::WrongPasswords => ("wrong_password", false),
            Limit::FailedLoginNotices => ("guess_notice", false),
            Limit::LockoutNotices => ("off_notice", false),
            Limit::NewTokens => ("new_token", true),
            Limit::Exports => ("export", true),
            Limit::ProfileChanges => ("profile_change", true),
            Limit::NewPasswords => ("new_password", true),
            Limit::ReuseNotices => ("reuse_notice", true),
            Limit::FactorChanges => ("factor_change", true),
            Limit::RecoveryRequests => ("recovery_request", true),
            Limit::CodeLockoutNotices => ("code_lockout_notice", true),
        }
    }

    proptest! {
        /// No window ever contains more events than its limit. An event after a long enough wait is
        /// allowed.
        #[test]
        fn no_window_ever_holds_more_than_it_may(
            gaps in prop::collection::vec(0_i64..7_200_000, 1..200),
        ) {
            let (mut history, mut let_through, mut time) = (Vec::new(), Vec::new(), 0);
            for gap in gaps {
                time += gap;
                let now = Timestamp::from_millis(time);
                if let Ok(next) = next_history(EMAILS, &history, now) {
                    let stored = Some(format_history(&next));
                    history = parse_history(stored).expect("what was written can be read");
                    let_through.push(now);
                }
                for window in EMAILS {
                    let start = now - window.within;
                    let within = let_through.iter().filter(|time| **time > start).count();
                    prop_assert!(within <= window.limit);
                }
                prop_assert!(history.len() <= 10);
            }
            let later = Timestamp::from_millis(time) + Duration::from_hours(24);
            prop_assert!(next_history(EMAILS, &history, later).is_ok());
        }
    }

    #[test]
    fn fourth_per_hour_and_eleventh_per_day_wait() {
        let at = |minutes: u64| Timestamp::from_millis(0) + Duration::from_mins(minutes);
        let mut history = Vec::new();
        let mut admitted = Vec::new();
        for minute in (0..24 * 60).step_by(10) {
            if let Ok(next) = next_history(EMAILS, &history, at(minute)) {
                history = next;
                admitted.push(minute);
            }
        }
        assert_eq!(admitted, [0, 10, 20, 60, 70, 80, 120, 130, 140, 180]);
    }

    #[test]
    fn stored_names_stay_and_accounts_are_complete() {
        for limit in ALL {
            let name: &str = limit.into();
            let is_of_account = Limit::OF_ACCOUNTS.contains(&limit);
            assert_eq!((name, is_of_account), expected(limit));
        }
    }

    #[test]
    fn unreadable_counter_lets_nothing_through() {
        assert!(parse_history(Some("1 2 x".to_owned())).is_none());
        assert_eq!(parse_history(None), Some(Vec::new()));
    }
}
