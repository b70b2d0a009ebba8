//! # Vestibule: the map
//!
//! The room between the front door and what is inside: sign-up, login and sessions for a web app, as HTML pages, and as a JSON
//! API for programs.
//!
//! ## The layers
//!
//! An import may only point to the right (`tests/conventions.rs` checks it):
//!
//! main → [`cli`] → [`server`] → [`worker`] → [`routes`] → [`features`] → [`web`] → [`exposed_files`], [`key_store`], [`app`] → [`mail`] →
//! [`accounts`] → [`store`] → [`db`] → [`fair_queue`], [`security`] → [`urls`] → [`config`] → [`values`], [`metrics`] → [`clock`]
//!
//! | layer | what lives there |
//! | --- | --- |
//! | [`worker`] | work that nobody waits for: delivering mails, removing what has outlived its time |
//! | [`features`] | journeys, a folder for each: pages (`*_page.rs`), endpoints for programs (`*_api.rs`), operations (a bare verb). No feature imports another. |
//! | [`web`] | the HTTP kit: extractors, forms, JSON, cookies, errors and their pages, what is around every request, what the API says of itself |
//! | [`app`] | the running program's parts: settings, data, time, keys, hashing |
//! | [`mail`] | every letter, how one is composed, the outbox, talking to a mail server |
//! | [`accounts`] | rules that journeys share: where sessions are born and ended, what a program's token opens, who may change what, links, passwords, the hashing threads, limits, known browsers, the event log |
//! | [`store`] | one file a table: row, insertable twin, queries |
//! | [`db`] | the two databases: SQLite with one thread that writes, PostgreSQL with a pool |
//! | [`fair_queue`] | a bounded queue that client networks share |
//! | [`security`] | keys, tokens, hashes, seals |
//! | [`metrics`] | what is counted and measured, by its names in Prometheus |
//! | [`values`] | addresses, names, passwords, ids: parsed once at the edge |
//!
//! ## One click, from end to end
//!
//! Somebody opens the link in the mail:
//!
//! 1. [`web::middleware::edge`] gives the request an id, and [`routes`] finds
//!    [`features::email_verification::confirm_page::show`].
//! 2. It looks at the link and renders one button. Nothing has changed: programs that scan mails open links, too.
//! 3. The button posts the token. [`web::middleware::same_origin`] sees that the form came from this site, and
//!    [`features::email_verification::confirm_page::submit`] calls the operation `verify_email`.
//! 4. In one transaction on a thread of [`db`], `verify_email` uses the link up, makes the user and writes
//!    down what happened. Of twenty clicks at once, one gets the account.
//! 5. The answer is a redirect to the login, with a message and the address in a signed cookie ([`web::flash`]); or the
//!    page that says why the link no longer works, and offers a new one.
//!
//! ## How a session is checked
//!
//! [`web::current_user`] reads the cookie, [`security::session_token`] checks the signature and every claim, and then the
//! session's row is read, each time: who was logged out is logged out with the next request.
//!
//! ## How a program is known
//!
//! It logs in by [`features::login::token_api`], which begins a session as the form does, and gives it an access token and a
//! refresh token. [`web::api_user`] takes the token of each request: [`accounts::bearer`] reads it by itself first, by
//! [`security::access_token`] or as a personal access token, and then what it opens, each time. Then a handler of
//! [`routes::api`] calls the same operation as the page does. That table is walked twice, to serve the endpoints and to
//! describe them by the types that their handlers take and give ([`web::describe`]).
//!
//! [`accounts::refresh`] is the rule for refresh tokens, [`features::introspection`] tells services of a token, and
//! [`features::personal_tokens`] is the page where people make theirs.
//!
//! ## How somebody changes something of their account
//!
//! [`web::reauthenticate()`] asks for the password in the form itself, where it was last given too long ago. The
//! operation's transaction begins with [`accounts::reauthentication::authorize`], which takes the user's turn and looks again
//! whether the session lives. What somebody else might have done leaves a notice with a link 'this was not me' and an
//! event that knows that link: [`features::undo`] gives the account back by either.
//!
//! ## How a mail is written
//!
//! An operation is lent the outbox by [`app::App::write_with_mail`] and puts a letter into it, in its own transaction. The
//! letter, with its token, is sealed into a row. The commit wakes `worker::mail_outbox`, which takes the row, composes the
//! mail and sends it, and tries again until it is taken or dead; without an SMTP server it is composed when it is read at
//! `/dev/mailbox`. Nothing in the database is a usable link.

pub mod accounts;
pub mod app;
pub mod cli;
pub mod clock;
pub mod config;
pub mod db;
pub mod exposed_files;
pub mod fair_queue;
pub mod features;
pub mod key_store;
pub mod mail;
pub mod metrics;
pub mod routes;
pub mod security;
pub mod server;
pub mod store;
pub mod urls;
pub mod values;
pub mod web;
pub mod worker;
