//! Black-box tests: each starts the app on a free port, speaks HTTP to it as a browser would, and
//! reads its emails. One crate, so that it links once; one file for each feature.

#[path = "../support/mod.rs"]
mod support;

mod account_races;
mod account_sessions;
mod activity;
mod api;
mod api_account;
mod api_tokens;
mod api_users;
mod attacks;
mod boundaries;
mod clock;
mod command_line;
mod damaged_links;
mod dashboard;
mod deletion;
mod dev_mailbox;
mod durability;
mod edge;
mod email_change;
mod email_verification;
mod enumeration;
mod export;
mod guesses;
mod import;
mod introspection;
mod login;
mod mail_delivery;
mod mail_limits;
mod metrics;
mod model;
mod new_device;
mod notices;
mod ownership;
mod password_change;
mod password_reset;
mod past_holes;
mod pending_change;
mod people;
mod personal_tokens;
mod profile;
mod proxy;
mod rate_limits;
mod respelling;
mod retention;
mod sessions;
mod sign_up;
mod slow_clients;
mod smtp_tls;
mod sqlite_only;
mod start_up;
mod undo;
mod upgrade;
mod whole_life;
