//! Races: two requests or more at once, played until each order has come up. A race that always
//! ends the same way was not played.

use std::env;
use std::fmt::Debug;

use super::{Browser, at_once};

/// A race may need more rounds than were requested, but not this many times as many.
const MOST_TIMES: usize = 10;

/// Returns the number of rounds of each race. `.ci/full` asks for more.
pub fn rounds() -> usize {
    env::var("VESTIBULE_TEST_ROUNDS").map_or(20, |rounds| rounds.parse().expect("a number"))
}

/// Returns the number of cases of a property test about a whole history. One takes as long as
/// several rounds of a race. `.ci/full` asks for more.
pub fn cases() -> u32 {
    u32::try_from(rounds() / 4)
        .expect("no test plays that many")
        .max(1)
}

/// Returns how many requests each of two sends before the one that counts. The head starts grow in
/// the rounds beyond those requested. On a slow machine, the short ones may change no order.
pub fn head_starts(round: usize) -> (usize, usize) {
    let times = 1 + round / rounds();
    match round % 8 {
        even @ (0 | 2 | 4 | 6) => (even * 3 / 2 * times, 0),
        odd => (0, odd * 3 / 2 * times),
    }
}

/// Sends requests that change nothing, so that the other side of a race comes first.
pub fn let_go_first(browser: &Browser, requests: usize) {
    for _ in 0..requests {
        assert_eq!(browser.get("/healthz").status, 200);
    }
}

/// Plays a round: both sides at once, each in its own browser. Returns what each returns.
pub fn both<T: Send>(
    round: usize,
    one: (Browser, impl FnOnce(&Browser) -> T + Send),
    other: (Browser, impl FnOnce(&Browser) -> T + Send),
) -> (T, T) {
    let (one_waits, other_waits) = head_starts(round);
    let mut results = at_once::<T>(vec![
        Box::new(move || {
            let_go_first(&one.0, one_waits);
            one.1(&one.0)
        }),
        Box::new(move || {
            let_go_first(&other.0, other_waits);
            other.1(&other.0)
        }),
    ]);
    let of_other = results.pop().expect("two results");
    (results.remove(0), of_other)
}

/// The rounds of a race, and the outcomes that have not come up yet.
pub struct Outcomes<T> {
    allowed: Vec<T>,
    missing: Vec<T>,
    asked_for: usize,
    played: usize,
}

impl<T: Copy + Debug + PartialEq> Outcomes<T> {
    /// Expects each of `orders` at least once: one side comes first, or the other.
    pub fn of(orders: &[T]) -> Self {
        Self::in_rounds(rounds(), orders)
    }

    /// Plays another number of rounds than other races.
    pub fn in_rounds(asked_for: usize, orders: &[T]) -> Self {
        Self {
            allowed: orders.to_vec(),
            missing: orders.to_vec(),
            asked_for,
            played: 0,
        }
    }

    /// Allows an outcome where one side comes in the middle of the other. That takes microseconds,
    /// so no number of rounds is sure to bring it.
    pub fn and_rarely(mut self, outcome: T) -> Self {
        self.allowed.push(outcome);
        self
    }

    /// Returns the number of the next round. Returns `None` after the last one, once every order
    /// has come up.
    #[track_caller]
    pub fn next_round(&mut self) -> Option<usize> {
        if self.played >= self.asked_for && self.missing.is_empty() {
            return None;
        }
        assert!(
            self.played < MOST_TIMES * self.asked_for,
            "{:?} never came up in {} rounds",
            self.missing,
            self.played
        );
        self.played += 1;
        Some(self.played - 1)
    }

    /// Records an outcome. Fails if it is not allowed.
    #[track_caller]
    pub fn record(&mut self, outcome: T) {
        assert!(
            self.allowed.contains(&outcome),
            "{outcome:?} is none of {:?}",
            self.allowed
        );
        self.missing.retain(|missing| *missing != outcome);
    }
}
