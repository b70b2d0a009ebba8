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
use crate::values::{DeviceHash, UserId};

/// A password that somebody is about to give for an address, whether or not it has an account.
#[derive(Clone, Debug)]
pub struct Guess {
    /// As addresses are compared.
    pub email_key: String,
    /// From which browser.
    pub who: Who,
    /// From which network, if that can be told.
    pub network: Option<String>,
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
#[derive(Clone, Copy, Debug)]
pub struct Counted {
    /// As the how-many-th wrong one in a row it counts, should it be wrong.
    pub in_a_row: u32,
}

/// Why no password is compared now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// Too many were wrong: not before this has passed.
    For(Duration),
    /// A hundred in a row were: not from here, until there is a new password or a login from a known browser.
    Off,
}

impl Held {
    /// How long to wait before it is worth another try: where waiting alone does not help, a day.
    pub fn wait(self) -> Duration {
        match self {
            Self::For(wait) => wait,
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
            return Ok(Ok(Counted { in_a_row: 0 }));
        }
        let (key, rule) = self.row_of(guess);
        let state = throttles::history(connection, &key)?;
        // What can't be read lets nothing through (ASVS 16.5.3).
        let unreadable = Held::For(guesses::LONGEST_WAIT);
        let Some(state) = state.map_or(Some(None), |text| Guesses::read(&text).map(Some)) else {
            return Ok(Err(unreadable));
        };
        let (answer, next) = Guesses::ask(rule, state, now);
        let in_a_row = match answer {
            guesses::Answer::Go(in_a_row) => in_a_row,
            guesses::Answer::Wait(wait) => return Ok(Err(Held::For(wait))),
            guesses::Answer::Off => return Ok(Err(Held::Off)),
        };
        // A browser that is known has a row of its own, which strangers at the same network must not fill.
        if let (Who::Unknown, Some(network)) = (&guess.who, &guess.network)
            && let Err(Wait(wait)) = self.admit_or_wait(connection, Limit::WrongPasswords, network, now)?
        {
            return Ok(Err(Held::For(wait)));
        }
        throttles::keep(connection, &key, &next.write(), (next.last_at() + kept_for(&guess.who)).millis())?;
        Ok(Ok(Counted { in_a_row }))
    }

    /// It was right: the row ends, and with a known browser's that of strangers, too. What the network has given wrong
    /// otherwise stays counted: a good login of one's own must not open the door for the next thirty.
    pub fn guess_was_right(
        &self,
        connection: &mut DbConnection,
        guess: &Guess,
        counted_at: Timestamp,
    ) -> Result<(), DbError> {
        if !self.on {
            return Ok(());
        }
        throttles::delete(connection, &self.row_of(guess).0)?;
        self.forget_guesses(connection, &guess.email_key)?;
        self.network_did_not(connection, guess, counted_at)
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
        let key = self.row_of(guess).0;
        match throttles::history(connection, &key)?.and_then(|text| Guesses::read(&text)).and_then(Guesses::one_less) {
            Some(less) => {
                throttles::keep(connection, &key, &less.write(), (less.last_at() + kept_for(&guess.who)).millis())?;
            }
            None => throttles::delete(connection, &key)?,
        }
        self.network_did_not(connection, guess, counted_at)
    }

    /// Ends the row of strangers' guesses for an address.
    pub fn forget_guesses(&self, connection: &mut DbConnection, email_key: &str) -> Result<(), DbError> {
        Ok(throttles::delete(connection, &self.keys.throttle_key("guess", email_key))?)
    }

    /// What keeps strangers from guessing for an address at `now`, as they would be told.
    pub fn guesses_held(
        &self,
        connection: &mut DbConnection,
        email_key: &str,
        now: Timestamp,
    ) -> Result<Option<Held>, DbError> {
        let kept = throttles::history(connection, &self.keys.throttle_key("guess", email_key))?;
        let state = kept.and_then(|text| Guesses::read(&text));
        Ok(match Guesses::ask(guesses::UNKNOWN, state, now).0 {
            guesses::Answer::Go(_) => None,
            guesses::Answer::Wait(wait) => Some(Held::For(wait)),
            guesses::Answer::Off => Some(Held::Off),
        })
    }

    fn network_did_not(&self, connection: &mut DbConnection, guess: &Guess, time: Timestamp) -> Result<(), DbError> {
        match (&guess.who, &guess.network) {
            (Who::Unknown, Some(network)) => self.take_back(connection, Limit::WrongPasswords, network, time),
            _ => Ok(()),
        }
    }

    /// Under what the row of a guess is kept, and the rule for it.
    fn row_of(&self, guess: &Guess) -> (String, Rule) {
        match &guess.who {
            Who::Unknown => (self.keys.throttle_key("guess", &guess.email_key), guesses::UNKNOWN),
            Who::Known { user, device } => {
                (self.keys.throttle_key("known_guess", &format!("{} {}", user.0, device.0)), guesses::KNOWN)
            }
        }
    }
}

/// How long a row of guesses is kept after the last one. That of strangers as long as a browser is known, so that whoever is
/// patient gets no more of them; it is the same for an address that nobody has.
fn kept_for(who: &Who) -> Duration {
    match who {
        Who::Unknown => devices::KEEP,
        Who::Known { .. } => Duration::from_hours(24),
    }
}
