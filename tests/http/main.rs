//! Black-box tests: each starts the app on a free port, speaks HTTP to it as a browser would, and reads its mails. One
//! crate, so that it links once; one file for each feature.

#[path = "../support/mod.rs"]
mod support;

mod dashboard;
mod dev_mailbox;
mod durability;
mod edge;
mod email_verification;
mod enumeration;
mod login;
mod mail_delivery;
mod password_reset;
mod proxy;
mod retention;
mod sessions;
mod sign_up;
mod slow_clients;
mod smtp_tls;
mod sqlite_only;
mod start_up;
mod whole_life;
