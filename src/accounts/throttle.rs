//! Limits: how often something may happen. A limit is a pure rule over the times at which it did; the times are kept in
//! the database, so that all nodes share them and a restart forgets nothing. Nothing is kept under an address in clear.

use std::sync::Arc;
use std::time::Duration;

use crate::clock::Timestamp;
use crate::db::{DbConnection, DbError, take_turn};
use crate::security::keys::Keys;
use crate::store::throttles;
use crate::values::{ClientNetwork, UserId};

/// At most `most` within `within`.
#[derive(Clone, Copy, Debug)]
struct Window {
    most: usize,
    within: Duration,
}

/// What is limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// Requests of one network for an email with a link: "forgot your password" and "send it again", pages and API together.
    LinkRequests,
    /// Emails that are really written to one address, notices aside. The client does not learn that an email was not
    /// written, and an email that is not written invalidates no link (`docs/security.md`, 5).
    Mails,
    /// Those of the same emails that another account, or a sign-up for an existing account, causes. They may not use the
    /// whole limit: an attacker could keep the owner of the address from confirming it, or from a reset link.
    MailsOfTrials,
    /// Changes of the address that one account asks for: each writes to an address that the asker picks.
    AddressChanges,
    /// Mails to one account about logins in new browsers: who knows the password must not bury one among thousands.
    LoginNotices,
    /// Sign-ups from one network: each costs a hash, and a mail to an address of the asker's choice.
    SignUps,
    /// Passwords that one network gives wrong, for whichever accounts (ASVS 6.3.1).
    WrongPasswords,
    /// Mails to one account about many wrong passwords.
    GuessNotices,
    /// Mails to one account about the end of guessing.
    OffNotices,
    /// Personal access tokens that one account makes: each is told by mail, as logins are.
    NewTokens,
    /// Copies of everything that is kept about one account: each reads all of it.
    Exports,
    /// Changes of one account's profile.
    ProfileChanges,
    /// New passwords that are judged for one account or pending sign-up, accepted or not.
    NewPasswords,
    /// Emails to one account about refresh tokens that were used twice.
    ReuseNotices,
}

/// How long something may not happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wait(pub Duration);

/// The limits of a running program. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Limits {
    pub(super) keys: Arc<Keys>,
    pub(super) on: bool,
}

impl Limit {
    /// Those that are counted for an account.
    const OF_ACCOUNTS: [Self; 7] = [
        Self::AddressChanges,
        Self::LoginNotices,
        Self::NewTokens,
        Self::Exports,
        Self::ProfileChanges,
        Self::NewPasswords,
        Self::ReuseNotices,
    ];

    const fn windows(self) -> &'static [Window] {
        const TEN_MINUTES: Duration = Duration::from_mins(10);
        const HOUR: Duration = Duration::from_hours(1);
        const DAY: Duration = Duration::from_hours(24);
        const WEEK: Duration = Duration::from_hours(7 * 24);
        match self {
            Self::LinkRequests => &[Window { most: 30, within: TEN_MINUTES }, Window { most: 300, within: DAY }],
            Self::Mails => &[Window { most: 3, within: HOUR }, Window { most: 10, within: DAY }],
            Self::MailsOfTrials => &[Window { most: 2, within: HOUR }, Window { most: 7, within: DAY }],
            Self::AddressChanges => &[Window { most: 5, within: HOUR }, Window { most: 20, within: DAY }],
            Self::SignUps => &[Window { most: 20, within: HOUR }],
            Self::WrongPasswords => &[Window { most: 30, within: TEN_MINUTES }],
            Self::GuessNotices => &[Window { most: 1, within: DAY }],
            Self::OffNotices => &[Window { most: 1, within: WEEK }],
            Self::LoginNotices | Self::NewTokens | Self::ReuseNotices => {
                &[Window { most: 20, within: HOUR }, Window { most: 50, within: DAY }]
            }
            Self::Exports => &[Window { most: 10, within: HOUR }, Window { most: 20, within: DAY }],
            Self::ProfileChanges => &[Window { most: 60, within: HOUR }],
            Self::NewPasswords => &[Window { most: 30, within: HOUR }, Window { most: 60, within: DAY }],
        }
    }

    /// What a count is kept under, for this subject.
    fn key(self, keys: &Keys, subject: &str) -> String {
        let limit = match self {
            Self::LinkRequests => "link_request",
            // One count, of which some may take less.
            Self::Mails | Self::MailsOfTrials => "mail",
            Self::AddressChanges => "address_change",
            Self::LoginNotices => "login_notice",
            Self::SignUps => "sign_up",
            Self::WrongPasswords => "wrong_password",
            Self::GuessNotices => "guess_notice",
            Self::OffNotices => "off_notice",
            Self::NewTokens => "new_token",
            Self::Exports => "export",
            Self::ProfileChanges => "profile_change",
            Self::NewPasswords => "new_password",
            Self::ReuseNotices => "reuse_notice",
        };
        keys.throttle_key(limit, subject)
    }
}

impl Limits {
    /// `on` is the operator's wish: without it everything is let through, and nothing counted.
    pub fn new(keys: Arc<Keys>, on: bool) -> Self {
        Self { keys, on }
    }

    /// Whether it may happen to `subject` once more; if so, it is counted. In the transaction of what it lets through.
    pub fn check(
        &self,
        connection: &mut DbConnection,
        limit: Limit,
        subject: &str,
        now: Timestamp,
    ) -> Result<bool, DbError> {
        Ok(self.try_acquire(connection, limit, subject, now)?.is_ok())
    }

    /// The same; if not, it says how long not.
    pub fn try_acquire(
        &self,
        connection: &mut DbConnection,
        limit: Limit,
        subject: &str,
        now: Timestamp,
    ) -> Result<Result<(), Wait>, DbError> {
        if !self.on {
            return Ok(Ok(()));
        }
        let (key, windows) = (limit.key(&self.keys, subject), limit.windows());
        // What can't be read lets nothing through (ASVS 16.5.3).
        let history = read(throttles::history(connection, &key)?).ok_or(Wait(longest(windows)));
        let history = match history.and_then(|history| check(windows, &history, now)) {
            Ok(history) => history,
            Err(wait) => return Ok(Err(wait)),
        };
        throttles::keep(connection, &key, &write(&history), (now + longest(windows)).millis())?;
        Ok(Ok(()))
    }

    /// Locks a client's network, then counts an event against its limit. A client without a network
    /// is not counted.
    pub fn try_acquire_for_network(
        &self,
        connection: &mut DbConnection,
        limit: Limit,
        network: Option<ClientNetwork>,
        now: Timestamp,
    ) -> Result<Result<(), Wait>, DbError> {
        let Some(network) = network.map(|network| network.to_string()) else { return Ok(Ok(())) };
        take_turn(connection, &network)?;
        self.try_acquire(connection, limit, &network, now)
    }

    /// Counts a mail that is written for nobody ([`Outbox::enqueue_decoy`](crate::mail::Outbox::enqueue_decoy)) apart from those to the
    /// address: the same is done, and the address may get all of its own.
    pub fn check_decoy(&self, connection: &mut DbConnection, address: &str, now: Timestamp) -> Result<bool, DbError> {
        // No address has a space.
        self.check(connection, Limit::Mails, &format!("nobody {address}"), now)
    }

    /// Takes back what was counted at `time`: it did not happen.
    pub(super) fn take_back(
        &self,
        connection: &mut DbConnection,
        limit: Limit,
        subject: &str,
        time: Timestamp,
    ) -> Result<(), DbError> {
        let key = limit.key(&self.keys, subject);
        let Some(mut history) = read(throttles::history(connection, &key)?) else { return Ok(()) };
        let Some(at) = history.iter().rposition(|counted| *counted == time) else { return Ok(()) };
        history.remove(at);
        let Some(last) = history.last() else { return self.forget(connection, limit, subject) };
        let forgotten_at = *last + longest(limit.windows());
        Ok(throttles::keep(connection, &key, &write(&history), forgotten_at.millis())?)
    }

    /// Forgets what was counted for an account: it is being deleted.
    pub fn forget_account(&self, connection: &mut DbConnection, user: &UserId) -> Result<(), DbError> {
        for limit in Limit::OF_ACCOUNTS {
            self.forget(connection, limit, &user.0)?;
        }
        Ok(())
    }

    /// Forgets what was counted for `subject`.
    pub(super) fn forget(&self, connection: &mut DbConnection, limit: Limit, subject: &str) -> Result<(), DbError> {
        Ok(throttles::delete(connection, &limit.key(&self.keys, subject))?)
    }

    /// When it has happened to `subject`, as far as that is kept.
    pub fn counted(
        &self,
        connection: &mut DbConnection,
        limit: Limit,
        subject: &str,
    ) -> Result<Vec<Timestamp>, DbError> {
        Ok(read(throttles::history(connection, &limit.key(&self.keys, subject))?).unwrap_or_default())
    }
}

/// The rule: what `history` becomes if it may happen at `now`, or how long it may not. Times of a node whose clock is ahead
/// count as well.
fn check(windows: &[Window], history: &[Timestamp], now: Timestamp) -> Result<Vec<Timestamp>, Wait> {
    let recent = |within: Duration| history.iter().filter(move |time| **time > now - within);
    let wait = windows.iter().filter_map(|window| {
        let too_many = (recent(window.within).count() + 1).checked_sub(window.most).filter(|over| *over > 0)?;
        // Times are kept in order: when this one has left the window, there is room.
        let leaves = recent(window.within).nth(too_many - 1)?;
        Some((*leaves + window.within).since(now).min(window.within))
    });
    match wait.max() {
        Some(wait) => Err(Wait(wait)),
        None => Ok(recent(longest(windows)).copied().chain([now]).collect()),
    }
}

fn longest(windows: &[Window]) -> Duration {
    windows.iter().map(|window| window.within).max().unwrap_or_default()
}

/// `None` if it can't be read: then nothing is let through (ASVS 16.5.3).
fn read(history: Option<String>) -> Option<Vec<Timestamp>> {
    let Some(history) = history else { return Some(Vec::new()) };
    history.split(' ').map(|time| time.parse().ok().map(Timestamp::from_millis)).collect()
}

fn write(history: &[Timestamp]) -> String {
    history.iter().map(|time| time.millis().to_string()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MAILS: &[Window] = Limit::Mails.windows();

    proptest! {
        /// Whatever the times of asking, no window ever holds more than it may, and who waits long enough is let through.
        #[test]
        fn no_window_ever_holds_more_than_it_may(gaps in prop::collection::vec(0_i64..7_200_000, 1..200)) {
            let (mut history, mut let_through, mut time) = (Vec::new(), Vec::new(), 0);
            for gap in gaps {
                time += gap;
                let now = Timestamp::from_millis(time);
                if let Ok(next) = check(MAILS, &history, now) {
                    history = read(Some(write(&next))).expect("what was written can be read");
                    let_through.push(now);
                }
                for window in MAILS {
                    let within = let_through.iter().filter(|time| **time > now - window.within).count();
                    prop_assert!(within <= window.most);
                }
                prop_assert!(history.len() <= 10);
            }
            let later = Timestamp::from_millis(time) + Duration::from_hours(24);
            prop_assert!(check(MAILS, &history, later).is_ok());
        }
    }

    #[test]
    fn the_fourth_within_an_hour_and_the_eleventh_within_a_day_are_held_back() {
        let at = |minutes: u64| Timestamp::from_millis(0) + Duration::from_mins(minutes);
        let mut history = Vec::new();
        let mut admitted = Vec::new();
        for minute in (0..24 * 60).step_by(10) {
            if let Ok(next) = check(MAILS, &history, at(minute)) {
                history = next;
                admitted.push(minute);
            }
        }
        assert_eq!(admitted, [0, 10, 20, 60, 70, 80, 120, 130, 140, 180]);
    }

    #[test]
    fn what_cannot_be_read_lets_nothing_through() {
        assert!(read(Some("1 2 x".to_owned())).is_none());
        assert_eq!(read(None), Some(Vec::new()));
    }
}
