//! The cookie that a browser keeps at the host of an app during its hand-overs. Its nonce binds the
//! code to the browser. It also counts the hand-overs of each target, so that a browser that goes
//! round in circles stops at a page. One cookie serves all tabs.
//!
//! Only the browser itself could forge it, and would gain nothing.

use std::time::Duration;

use crate::clock::Timestamp;
use crate::security::tokens::{hash_text, new_token};
use crate::values::Token;

pub(super) const LIFETIME: Duration = Duration::from_mins(10);
/// Number of hand-overs that the cookie remembers.
const REMEMBERED: usize = 16;
/// Within this time, so many hand-overs of one target are no accident.
const LOOP_WITHIN: Duration = Duration::from_mins(1);
const LOOP: usize = 5;
/// Length of the hash of a target in the cookie, in characters.
const HASH_CHARS: usize = 8;

#[derive(Clone, Debug)]
pub(super) struct HandoverCookie {
    nonce: Token,
    /// Hash of the target and time in seconds, oldest first.
    handovers: Vec<(String, i64)>,
}

impl HandoverCookie {
    pub(super) fn new() -> Self {
        Self {
            nonce: new_token(),
            handovers: Vec::new(),
        }
    }

    /// Parses `nonce.hash-time.hash-time`. A part that cannot be read ends the list.
    pub(super) fn parse(value: &str) -> Option<Self> {
        let mut parts = value.split('.');
        let nonce = Token::parse(parts.next()?)?;
        let handover = |part: &str| {
            let (hash, time) = part.split_at_checked(HASH_CHARS)?;
            Some((hash.to_owned(), time.strip_prefix('-')?.parse().ok()?))
        };
        let handovers = parts.map_while(handover).take(REMEMBERED).collect();
        Some(Self { nonce, handovers })
    }

    pub(super) fn value(&self) -> String {
        let parts = self.handovers.iter();
        let parts = parts.map(|(hash, time)| format!(".{hash}-{time}"));
        format!("{}{}", self.nonce.expose(), parts.collect::<String>())
    }

    /// Returns the challenge of the nonce (RFC 7636 §4.2).
    pub(super) fn challenge(&self) -> String {
        hash_text(self.nonce.expose())
    }

    /// Adds a hand-over. Returns true if it is the fifth of its target within a minute.
    pub(super) fn begin(&mut self, to: &str, now: Timestamp) -> bool {
        let hash: String = hash_text(to).chars().take(HASH_CHARS).collect();
        let since = (now - LOOP_WITHIN).seconds();
        let is_recent = |(known, time): &&(String, i64)| *known == hash && *time > since;
        let earlier = self.handovers.iter().filter(is_recent).count();
        self.handovers.push((hash, now.seconds()));
        let surplus = self.handovers.len().saturating_sub(REMEMBERED);
        self.handovers.drain(..surplus);
        earlier + 1 >= LOOP
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

    #[test]
    fn fifth_handover_in_a_minute_is_a_loop() {
        let mut cookie = HandoverCookie::new();
        for _ in 0..4 {
            assert!(!cookie.begin("/a", NOW));
            assert!(!cookie.begin("/b", NOW));
            cookie = HandoverCookie::parse(&cookie.value()).expect("a cookie");
        }
        assert!(cookie.clone().begin("/a", NOW));
        assert!(!cookie.clone().begin("/c", NOW));
        assert!(!cookie.clone().begin("/a", NOW + LOOP_WITHIN));
    }

    /// thomseddon/traefik-forward-auth#295: a cookie for each attempt became too many.
    #[test]
    fn traefik_forward_auth_295_one_cookie_serves_all_tabs() {
        let mut cookie = HandoverCookie::new();
        let challenge = cookie.challenge();
        for tab in 0..100 {
            cookie.begin(&format!("/{tab}"), NOW);
        }
        assert_eq!(cookie.challenge(), challenge);
        assert!(cookie.value().len() < 400);
        let parsed = HandoverCookie::parse(&cookie.value()).expect("a cookie");
        assert_eq!(parsed.value(), cookie.value());
    }

    proptest! {
        #[test]
        fn arbitrary_value_is_no_cookie_or_a_short_one(value in "[A-Za-z0-9_.-]{0,600}") {
            if let Some(cookie) = HandoverCookie::parse(&value) {
                prop_assert!(cookie.handovers.len() <= REMEMBERED);
            }
        }
    }
}
