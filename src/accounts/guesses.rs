//! How often a password may be guessed wrong: a pure rule over how often it was, in a row, and when last. NIST SP 800-63B-4
//! §3.2.2 allows 100 in a row at most, and waits between them. Where the state is kept, and whose it is, is `attempts`'s.

use std::time::Duration;

use crate::clock::Timestamp;

/// No wait is longer: an owner on a browser that is known never waits more.
pub const LONGEST_WAIT: Duration = Duration::from_mins(15);

/// How many guesses are free, and how many there are at all.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    free: u32,
    most: Option<u32>,
}

/// From a browser that the account was not used in before, and from programs.
pub const UNKNOWN: Rule = Rule { free: 5, most: Some(100) };
/// From one that it was: nobody else has its cookie, so that no stranger's guesses count here.
pub const KNOWN: Rule = Rule { free: 10, most: None };

/// Wrong guesses in a row. A guess counts from the moment it is let through; what turns out right ends the
/// row up to itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guesses {
    in_a_row: u32,
    last_at: Timestamp,
}

/// Whether a password may be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It may, as this many-th in a row.
    Go(u32),
    /// Not before this much time has passed.
    Wait(Duration),
    /// No more, until something else than time ends the row.
    Off,
}

impl Guesses {
    /// The rule: the answer at `now`, and what is to be remembered.
    pub fn ask(rule: Rule, state: Option<Self>, now: Timestamp) -> (Answer, Self) {
        let Some(guesses) = state else { return (Answer::Go(1), Self { in_a_row: 1, last_at: now }) };
        if rule.most.is_some_and(|most| guesses.in_a_row >= most) {
            return (Answer::Off, guesses);
        }
        // The clock of the node that let the last one through may have been ahead: no wait is longer for that.
        let guesses = Self { last_at: guesses.last_at.min(now), ..guesses };
        let until = guesses.last_at + rule.wait_after(guesses.in_a_row);
        if now < until {
            return (Answer::Wait(until.since(now)), guesses);
        }
        let in_a_row = guesses.in_a_row.saturating_add(1);
        (Answer::Go(in_a_row), Self { in_a_row, last_at: now })
    }

    /// Without `count` of them: the first, of which the last was right, or one that was not compared; `None` if none is left. Those
    /// let through after a right one still count: else whoever knows one password could have it compared without end, all at once.
    pub fn after(self, count: u32) -> Option<Self> {
        let in_a_row = self.in_a_row.checked_sub(count).filter(|left| *left > 0)?;
        Some(Self { in_a_row, ..self })
    }

    /// One failure short of the lockout: the longest wait begins at `now`.
    pub fn last_before_lockout(rule: Rule, now: Timestamp) -> Self {
        Self { in_a_row: rule.most.map_or(0, |most| most.saturating_sub(1)), last_at: now }
    }

    /// When it was let through last.
    pub fn last_at(self) -> Timestamp {
        self.last_at
    }

    /// As it is kept.
    pub fn write(self) -> String {
        format!("{} {}", self.in_a_row, self.last_at.millis())
    }

    /// What [`Guesses::write`] wrote.
    pub fn read(text: &str) -> Option<Self> {
        let (in_a_row, last_at) = text.split_once(' ')?;
        Some(Self { in_a_row: in_a_row.parse().ok()?, last_at: Timestamp::from_millis(last_at.parse().ok()?) })
    }
}

impl Rule {
    /// How many there may be in a row, if there is an end to it.
    pub const fn most(self) -> Option<u32> {
        self.most
    }

    /// 1, 2, 4 … seconds once the free ones are used up.
    fn wait_after(self, in_a_row: u32) -> Duration {
        match in_a_row.checked_sub(self.free) {
            None => Duration::ZERO,
            Some(doublings) => Duration::from_secs(1_u64.checked_shl(doublings).unwrap_or(u64::MAX)).min(LONGEST_WAIT),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_millis(0) + Duration::from_secs(seconds)
    }

    #[test]
    fn five_are_free_and_then_the_waits_double_to_a_quarter_of_an_hour() {
        for (rule, free) in [(UNKNOWN, 5), (KNOWN, 10)] {
            let (mut state, mut now, mut waits) = (None, 0, Vec::new());
            for _ in 0..free + 13 {
                loop {
                    let (answer, next) = Guesses::ask(rule, state, at(now));
                    state = Some(next);
                    match answer {
                        Answer::Go(_) => break,
                        Answer::Wait(wait) => {
                            waits.push(wait.as_secs());
                            now += wait.as_secs();
                        }
                        Answer::Off => panic!("too early"),
                    }
                }
            }
            assert_eq!(waits, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]);
        }
    }

    #[test]
    fn a_clock_that_was_ahead_makes_no_wait_longer() {
        let ahead = |in_a_row| Some(Guesses { in_a_row, last_at: at(10_000) });
        let (answer, kept) = Guesses::ask(UNKNOWN, ahead(5), at(0));
        assert_eq!(answer, Answer::Wait(Duration::from_secs(1)));
        assert_eq!(Guesses::ask(UNKNOWN, Some(kept), at(1)).0, Answer::Go(6), "and it ends");
        assert_eq!(Guesses::ask(UNKNOWN, ahead(2), at(0)).0, Answer::Go(3), "what is free stays free");
    }

    #[test]
    fn a_right_one_ends_the_row_up_to_itself() {
        let five = Guesses { in_a_row: 5, last_at: at(0) };
        assert_eq!(five.after(2), Some(Guesses { in_a_row: 3, ..five }), "three were let through after it");
        assert_eq!((five.after(5), five.after(9)), (None, None));
    }

    proptest! {
        /// Whatever the times of asking and whatever turned out right: never more in a row than there may be, no wait longer
        /// than the longest, who waits as told is let through, and what is kept can be read.
        #[test]
        fn no_row_is_longer_than_it_may_be(
            steps in prop::collection::vec((0_u64..2_000, prop::bool::weighted(0.02)), 1..400), is_known: bool,
        ) {
            let rule = if is_known { KNOWN } else { UNKNOWN };
            let (mut state, mut now, mut row) = (None, 0, 0_u32);
            for (gap, is_right) in steps {
                now += gap;
                let (answer, next) = Guesses::ask(rule, state, at(now));
                prop_assert_eq!(Guesses::read(&next.write()), Some(next));
                match answer {
                    Answer::Go(in_a_row) => {
                        row += 1;
                        prop_assert_eq!(in_a_row, row);
                        prop_assert!(row <= rule.free || gap > 0 || row == 1);
                        prop_assert!(rule.most.is_none_or(|most| row <= most));
                        state = Some(next).filter(|_| !is_right);
                        if is_right {
                            row = 0;
                        }
                    }
                    Answer::Wait(wait) => {
                        prop_assert!(!wait.is_zero() && wait <= LONGEST_WAIT && row >= rule.free);
                        prop_assert_eq!(Some(next), state, "a refusal counts nothing");
                        let (later, _) = Guesses::ask(rule, state, at(now) + wait);
                        prop_assert_eq!(later, Answer::Go(row + 1));
                    }
                    Answer::Off => {
                        prop_assert_eq!(Some(row), rule.most);
                        let (later, _) = Guesses::ask(rule, state, at(now + 400 * 24 * 3600));
                        prop_assert_eq!(later, Answer::Off, "time does not end it");
                    }
                }
            }
        }
    }
}
