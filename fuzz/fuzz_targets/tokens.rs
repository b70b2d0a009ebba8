//! Whatever comes in the cookie or behind `Bearer`: nothing but our own two tokens is ever taken,
//! each by its own reader.

#![no_main]

use std::sync::{Arc, LazyLock};

use libfuzzer_sys::fuzz_target;
use vestibule::accounts::sessions::bearer::BearerToken;
use vestibule::clock::Timestamp;
use vestibule::config::{PublicUrl, Secret};
use vestibule::security::access_token::AccessTokens;
use vestibule::security::keys::Keys;
use vestibule::security::session_token::SessionTokens;
use vestibule::values::{SessionId, UserId};

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);
const LATER: Timestamp = Timestamp::from_millis(1_800_000_600_000);

struct Site {
    sessions: SessionTokens,
    access: AccessTokens,
    cookie: String,
}

static SITE: LazyLock<Site> = LazyLock::new(|| {
    let keys = Arc::new(Keys::derive(&[Secret::from_random([7; 32])]).expect("one secret"));
    let url = PublicUrl::parse("https://login.example.org").expect("an origin");
    let (sessions, access) = (
        SessionTokens::new(Arc::clone(&keys), &url),
        AccessTokens::new(keys, &url),
    );
    let cookie = sessions.issue(
        &UserId("user".to_owned()),
        &SessionId("session".to_owned()),
        NOW,
        LATER,
    );
    Site {
        sessions,
        access,
        cookie,
    }
});

fuzz_target!(|text: &str| {
    let site = &*SITE;
    // Signed with a key that nobody can guess: what is taken is what was made.
    assert!(site.sessions.verify(text, NOW).is_none() || text == site.cookie);
    assert!(site.access.verify(text, NOW).is_none());
    // Whether a personal token opens something the database says; this much is told by its form.
    assert!(BearerToken::read(&site.access, text, NOW).is_none() || text.starts_with("vst_"));
});
