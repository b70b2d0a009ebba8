//! Who may give a password now: which rows of wrong guesses there are, and when one ends. Each is kept under a keyed hash of what
//! decides the request, the same for addresses with and without an account, in the database, so that all nodes share it and
//! a restart forgets nothing. The rule itself is in `guesses`.

use std::time::Duration;

use super::devices;
use super::guesses::{self, Guesses, Rule};
use super::throttle::{Limit, Limits, Wait};
use crate::clock::Timestamp;
use crate::db::{DbConnection, DbError};
use crate::store::throttles;
use crate::values::{ClientNetwork, DeviceHash, UserId};

/// A password that somebody is about to give for an address, whether or not it has an account.
#[derive(Clone, Debug)]
pub struct Guess {
    /// As addresses are compared; none if what was typed is no address.
    pub email_key: Option<String>,
    /// From which browser.
    pub who: Who,
    /// From which network, if that can be told.
    pub network: Option<ClientNetwork>,
}

/// From which browser a password is given.
#[derive(Clone, Debug)]
pub enum Who {
    /// One that the account was not used in before, or a program: the row is that of everybody else's.
    Unknown,
    /// One that it was: it has a row of its own.
    Known {
        /// The account.
        user: UserId,
        /// The browser.
        device: DeviceHash,
    },
}

/// A guess that was let through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// As the how-many-th wrong one in a row it counts, should it be wrong.
    pub in_a_row: u32,
    /// Whether it is the last one there is.
    pub is_last: bool,
}

/// A row of guesses: under what it is kept, for how long, and its rule.
struct Row {
    key: String,
    rule: Rule,
    kept_for: Duration,
}

/// Why no password is compared now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// Too many were wrong: not before this has passed.
    For(Duration),
    /// Too many were wrong from this network, for whichever addresses: not before this has passed.
    Network(Duration),
    /// Locked out after 100 consecutive failures, until a new password is set. A login from a known
    /// device turns the lockout into the longest wait.
    Off,
}

impl Held {
    /// How long to wait before it is worth another try: where waiting alone does not help, a day.
    pub fn wait(self) -> Duration {
        match self {
            Self::For(wait) | Self::Network(wait) => wait,
            Self::Off => Duration::from_hours(24),
        }
    }
}

impl Limits {
    /// Whether a password may be compared, for whoever gives it; if so, it counts as wrong until it turns out right. In the
    /// turns of the address and of the network.
    pub fn admit_guess(
        &self,
        connection: &mut DbConnection,
        guess: &Guess,
        now: Timestamp,
    ) -> Result<Result<Counted, Held>, DbError> {
        if !self.on {
            return Ok(Ok(Counted::default()));
        }
        let row = self.row_of(guess);
        let asked = match &row {
            Some(row) => match row.ask(connection, now)? {
                Ok(asked) => Some(asked),
                Err(held) => return Ok(Err(held)),
            },
            // What is no address is nobody's: there is nothing to guess.
            None => None,
        };
        // A browser that is known has a row of its own, which strangers at the same network must not fill.
        if let (Who::Unknown, Some(network)) = (&guess.who, &guess.network)
            && let Err(Wait(wait)) = self.admit_or_wait(connection, Limit::WrongPasswords, &network.to_string(), now)?
        {
            return Ok(Err(Held::Network(wait)));
        }
        let Some((row, (in_a_row, next))) = row.zip(asked) else { return Ok(Ok(Counted::default())) };
        row.keep(connection, next)?;
        Ok(Ok(Counted { in_a_row, is_last: row.rule.most() == Some(in_a_row) }))
    }

    /// It was right: the counter of its own kind of device is reset, but for attempts admitted after it. The counter of
    /// unknown devices stays as it is after a login from a known one, or an attacker could see when the owner logs in;
    /// only a lockout becomes the longest wait. Wrong passwords of the network stay counted: a successful login must not
    /// open the door for the next thirty.
    pub fn guess_was_right(
        &self,
        connection: &mut DbConnection,
        guess: &Guess,
        counted: Counted,
        counted_at: Timestamp,
    ) -> Result<(), DbError> {
        if !self.on {
            return Ok(());
        }
        let goes_on = match self.row_of(guess) {
            Some(row) => row.keep_after(connection, counted.in_a_row)?,
            None => false,
        };
        match (&guess.email_key, &guess.who) {
            (Some(email_key), Who::Unknown) if !goes_on => self.forget_guesses(connection, email_key)?,
            (Some(email_key), Who::Known { .. }) => self.end_lockout(connection, email_key, counted_at)?,
            _ => {}
        }
        self.network_did_not(connection, guess, counted_at)
    }

    /// Turns a lockout of unknown devices into the longest wait. The next lockout is another one, of which the owner is
    /// notified again.
    fn end_lockout(&self, connection: &mut DbConnection, email_key: &str, now: Timestamp) -> Result<(), DbError> {
        let row = self.strangers_row(email_key);
        if row.held(connection, now)? != Some(Held::Off) {
            return Ok(());
        }
        row.keep(connection, Guesses::last_before_lockout(row.rule, now))?;
        self.forget(connection, Limit::OffNotices, email_key)
    }

    /// It was not compared: there was no room for it.
    pub fn guess_was_dropped(
        &self,
        connection: &mut DbConnection,
        guess: &Guess,
        counted_at: Timestamp,
    ) -> Result<(), DbError> {
        if !self.on {
            return Ok(());
        }
        if let Some(row) = self.row_of(guess) {
            row.keep_after(connection, 1)?;
        }
        self.network_did_not(connection, guess, counted_at)
    }

    /// Lets a browser in which a user has set a new password by a mailed link count as known for a day: it is its owner's, who
    /// must get in whatever strangers do. In all else it is new (`docs/security.md`, 13).
    pub fn trust(
        &self,
        connection: &mut DbConnection,
        user: &UserId,
        device: &DeviceHash,
        now: Timestamp,
    ) -> Result<(), DbError> {
        let (key, until) = (self.trust_key(user, device), now + Duration::from_hours(24));
        Ok(throttles::keep(connection, &key, &until.millis().to_string(), until.millis())?)
    }

    /// Whether it does.
    pub fn is_trusted(
        &self,
        connection: &mut DbConnection,
        user: &UserId,
        device: &DeviceHash,
        now: Timestamp,
    ) -> Result<bool, DbError> {
        let until = throttles::history(connection, &self.trust_key(user, device))?;
        Ok(until.and_then(|until| until.parse().ok()).is_some_and(|until: i64| until > now.millis()))
    }

    fn trust_key(&self, user: &UserId, device: &DeviceHash) -> String {
        self.keys.throttle_key("trusted", &format!("{} {}", user.0, device.0))
    }

    /// Ends the row of strangers' guesses for an address, and with it what was told of its end: the next end is another one.
    pub fn forget_guesses(&self, connection: &mut DbConnection, email_key: &str) -> Result<(), DbError> {
        throttles::delete(connection, &self.guess_key(email_key))?;
        self.forget(connection, Limit::OffNotices, email_key)
    }

    /// What keeps strangers from guessing for an address at `now`, as they would be told.
    pub fn guesses_held(
        &self,
        connection: &mut DbConnection,
        email_key: &str,
        now: Timestamp,
    ) -> Result<Option<Held>, DbError> {
        self.strangers_row(email_key).held(connection, now)
    }

    /// What keeps this known browser of a user from guessing at `now`.
    pub fn known_guesses_held(
        &self,
        connection: &mut DbConnection,
        user: &UserId,
        device: &DeviceHash,
        now: Timestamp,
    ) -> Result<Option<Held>, DbError> {
        self.browsers_row(user, device).held(connection, now)
    }

    fn network_did_not(&self, connection: &mut DbConnection, guess: &Guess, time: Timestamp) -> Result<(), DbError> {
        match (&guess.who, &guess.network) {
            (Who::Unknown, Some(network)) => {
                self.take_back(connection, Limit::WrongPasswords, &network.to_string(), time)
            }
            _ => Ok(()),
        }
    }

    fn guess_key(&self, email_key: &str) -> String {
        self.keys.throttle_key("guess", email_key)
    }

    fn row_of(&self, guess: &Guess) -> Option<Row> {
        let email_key = guess.email_key.as_ref()?;
        Some(match &guess.who {
            Who::Unknown => self.strangers_row(email_key),
            Who::Known { user, device } => self.browsers_row(user, device),
        })
    }

    /// Kept as long as a browser is known, so that whoever is patient gets no more; the same for an address that nobody has.
    fn strangers_row(&self, email_key: &str) -> Row {
        Row { key: self.guess_key(email_key), rule: guesses::UNKNOWN, kept_for: devices::KEEP }
    }

    fn browsers_row(&self, user: &UserId, device: &DeviceHash) -> Row {
        Row {
            key: self.keys.throttle_key("known_guess", &format!("{} {}", user.0, device.0)),
            rule: guesses::KNOWN,
            kept_for: Duration::from_hours(24),
        }
    }
}

/// A refusal, and what is to be kept instead where the row's time was ahead.
type Refused = (Held, Option<Guesses>);

impl Row {
    /// Asks the rule; counts nothing.
    fn ask(&self, connection: &mut DbConnection, now: Timestamp) -> Result<Result<(u32, Guesses), Held>, DbError> {
        let (held, corrected) = match self.judge(connection, now)? {
            Ok(asked) => return Ok(Ok(asked)),
            Err(refused) => refused,
        };
        if let Some(corrected) = corrected {
            self.keep(connection, corrected)?;
        }
        Ok(Err(held))
    }

    /// What it would be told now; nothing is counted or set right.
    fn held(&self, connection: &mut DbConnection, now: Timestamp) -> Result<Option<Held>, DbError> {
        Ok(self.judge(connection, now)?.err().map(|(held, _)| held))
    }

    /// What the rule says of the row as it is kept.
    fn judge(&self, connection: &mut DbConnection, now: Timestamp) -> Result<Result<(u32, Guesses), Refused>, DbError> {
        let state = match read(throttles::history(connection, &self.key)?) {
            Ok(state) => state,
            Err(held) => return Ok(Err((held, None))),
        };
        let (answer, next) = Guesses::ask(self.rule, state, now);
        Ok(match answer {
            guesses::Answer::Go(in_a_row) => Ok((in_a_row, next)),
            guesses::Answer::Off => Err((Held::Off, None)),
            guesses::Answer::Wait(wait) => Err((Held::For(wait), Some(next).filter(|_| Some(next) != state))),
        })
    }

    /// Keeps what is left without so many; tells whether something is.
    fn keep_after(&self, connection: &mut DbConnection, count: u32) -> Result<bool, DbError> {
        let kept = read(throttles::history(connection, &self.key)?).ok().flatten();
        let left = kept.and_then(|guesses| guesses.after(count));
        match left {
            Some(left) => self.keep(connection, left)?,
            None => throttles::delete(connection, &self.key)?,
        }
        Ok(left.is_some())
    }

    fn keep(&self, connection: &mut DbConnection, guesses: Guesses) -> Result<(), DbError> {
        let forgotten_at = guesses.last_at() + self.kept_for;
        Ok(throttles::keep(connection, &self.key, &guesses.write(), forgotten_at.millis())?)
    }
}

/// What is kept of a row. One that can't be read lets nothing through (ASVS 16.5.3).
fn read(kept: Option<String>) -> Result<Option<Guesses>, Held> {
    kept.map(|text| Guesses::read(&text).ok_or(Held::For(guesses::LONGEST_WAIT))).transpose()
}
