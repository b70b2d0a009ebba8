//! # Vestibule: the map
//!
//! Vestibule is the login of a web app: sign-up, email confirmation, login, sessions, account
//! management. It serves HTML pages to browsers, and a JSON API to programs.
//!
//! ## Layers
//!
//! An import may only point to a layer further right. `tests/conventions.rs` checks this.
//!
//! main → [`cli`] → [`server`] → [`worker`] → [`routes`] → [`features`] → [`http`] →
//! [`exposed_files`], [`key_store`], [`app`] → [`notifications`] → [`mail`], [`outbound`] →
//! [`accounts`] → [`store`] → [`db`] → [`brand`], [`fair_queue`], [`security`] → [`urls`] →
//! [`config`] → [`texts`] → [`values`] → [`metrics`], [`clock`]
//!
//! | layer | contents |
//! | --- | --- |
//! | [`cli`] | the command line, one file per command |
//! | [`server`] | the listener, the order of the middleware, shutdown |
//! | [`worker`] | background work: mail delivery, clean-up |
//! | [`routes`] | every path and its handler |
//! | [`features`] | one folder per journey: `*_page.rs`, `*_api.rs`, operations (a bare verb) |
//! | [`http`] | [the edge](http::edge), what [pages](http::pages) and [the API](http::api) share |
//! | [`app`] | the parts of the running program: settings, database, clock, keys, hasher |
//! | [`notifications`] | which emails an event causes, to whom, and with which undo link |
//! | [`mail`] | [one struct for each email](mail::emails), composing, outbox, SMTP |
//! | [`outbound`] | the HTTP client with which a command checks an app from outside |
//! | [`accounts`] | rules that several features share: sessions, links, limits, OAuth and more |
//! | [`store`] | one file per table: row, insertable, queries |
//! | [`db`] | SQLite with one writer thread, PostgreSQL with a pool |
//! | [`fair_queue`] | a bounded queue that client networks share |
//! | [`security`] | keys, JWTs, hashes, seals |
//! | [`urls`] | every path, and the links in emails |
//! | [`brand`] | colours, texts, logo and icons that the operator can change |
//! | [`config`] | settings from environment variables |
//! | [`texts`] | the catalogue of texts that code produces: notices, problems and more |
//! | [`values`] | email addresses, names, passwords, ids: parsed once at the edge |
//! | [`metrics`] | what Prometheus reads |
//!
//! No feature imports another.
//!
//! ## One click, from end to end
//!
//! A user opens the confirmation link in an email:
//!
//! 1. [`http::edge::middleware`] gives the request an id. [`routes`] finds
//!    [`features::email_verification::confirm_page::show`].
//! 2. The handler looks the link up and renders one button. A GET changes nothing, because mail
//!    scanners open links.
//! 3. The button posts the token. [`http::edge::check_source`] checks that the form came from
//!    this site. [`features::email_verification::confirm_page::submit`] calls the operation
//!    `verify_email`.
//! 4. The operation consumes the link, creates the user and records the audit event in one
//!    transaction. Of twenty clicks at once, one creates the account.
//! 5. In the browser that signed up ([`http::pages::sign_up_cookie`]), the same transaction starts
//!    a session, and the response redirects to the dashboard. Elsewhere it redirects to the login,
//!    with a message and the address in a signed cookie ([`http::pages::flash`]). If the link is
//!    unusable, a page says why and offers a new one. If someone else has signed up with the
//!    address as well, the page asks for a new password. If an administrator must approve new
//!    accounts, the sign-up waits.
//!
//! ## Where to change what
//!
//! | change | place |
//! | --- | --- |
//! | a lifetime of a session | [`accounts::sessions::policy`] |
//! | the lifetime of a link | [`accounts::links::Purpose::lifetime`] |
//! | a rate limit, or a new one | `Limit` and windows in [`accounts::rate_limits`] |
//! | back-off and lockout | `accounts::login_protection::policy` |
//! | the wording of an email | `heading.txt` and `content.txt` in its folder in `templates/mail` |
//! | the data of an email | its struct in [`mail::emails`] |
//! | a page | `templates`, one folder for each feature |
//! | a colour | `brand::palette`, for pages and emails |
//! | an error message, a notice or another text that code produces | [`texts`] |
//! | a path | [`urls`], then its handler in [`routes`] |
//!
//! A new profile field touches one migration for each database and eight files:
//! `store/schema.rs`; `store/users.rs`, where [`store::users::User`] and its queries are; in
//! `features/profile`, `update_profile.rs`, `profile_page.rs` and `me_api.rs`; the template
//! `profile/profile.html`; `features/export/export_account.rs`; and a type in [`values`], if the
//! field has a rule of its own. If others see the field, [`store::people`] and
//! [`features::people`] show it.
//!
//! ## How an operation writes
//!
//! [`app::App::write`] runs one transaction and lends the operation a [`db::Tx`]: the connection,
//! the time, the client and the keys in one value. The operation locks its subjects first
//! ([`db::LockKey`]). Log lines and the wake-up of the mail worker take effect after the commit.
//!
//! ## How a session is checked
//!
//! [`http::pages::current_user`] reads the cookie. [`security::session_token`] verifies the
//! signature and every claim. Then the session's row is read, on every request: a revoked session
//! ends with the next request. [`accounts::sessions::policy`] has every lifetime.
//!
//! ## How a login asks for a second step
//!
//! After the right password, [`accounts::authentication::admission`] decides if a session may
//! start. Every way to log in passes this gate. For an account with a second step, the login
//! becomes a row ([`accounts::authentication::pending_logins`]), and the browser opens
//! [`features::login::second_step_page`]. [`accounts::authentication::factor_check`] compares the
//! code, after it has counted the attempt. [`accounts::authentication::finish_login`] starts the
//! session.
//!
//! [`features::login::passkey_page`] logs in with a passkey alone. [`security::webauthn`] verifies
//! passkeys, and [`accounts::authentication::passkeys`] ties a page's options to the check of the
//! response.
//!
//! [`accounts::authentication::factor_recovery`] has the rules for a lost second step, and
//! [`features::factor_recovery`] the pages.
//!
//! [`features::second_factor`] has the pages for passkeys, authenticator apps and recovery codes.
//! [`accounts::authentication::factors`] has the effects of the first and the last one, and the
//! undo.
//!
//! ## How an API client is authenticated
//!
//! [`features::login::token_api`] starts a session, as the login form does, and returns an access
//! token and a refresh token. [`http::api::api_request`] takes the token of each request.
//! [`accounts::sessions::bearer`] verifies it ([`security::access_token`], or an API token) and
//! reads its row. Then a handler of [`routes::api`] calls the same operation as the page. The table
//! of [`routes::api`] also makes the `OpenAPI` document, from the handlers' types
//! ([`http::api::openapi`]).
//!
//! [`accounts::sessions::refresh`] has the rules of refresh tokens. [`features::introspection`]
//! answers services that ask about a token. On [`features::personal_tokens`]' page users create API
//! tokens.
//!
//! ## How an app behind a proxy learns who the user is
//!
//! The proxy sends each request's headers to [`features::forward_auth::check_api`].
//! [`http::edge::original_request`] reads them, and [`accounts::access`] has the rule. A browser
//! without a session at the app's host begins a hand-over at
//! [`features::forward_auth::app_host_page`]. [`features::forward_auth::enter_page`] at the public
//! site hands out a code, and [`features::forward_auth::done_page`] redeems it at the app's host.
//! [`http::edge::app_host`] tells the hosts apart.
//!
//! ## How a user changes an account
//!
//! [`http::pages::reauthentication`] asks for the password and the code of the second step in the
//! form itself, unless they were given within ten minutes. The operation's transaction begins with
//! [`notifications::authorize`], which locks the user and checks again that the session is live. A
//! change that an attacker could have made sends a security notice
//! ([`notifications::notify_with_undo`]). Its undo link, and the event on the activity page, lead
//! to [`features::undo`].
//!
//! ## How a form takes effect once
//!
//! [`http::pages::form_once`] is the layer around every route with a form. The first submission
//! claims the form's key ([`accounts::form_results`]). Its result is kept for 10 seconds, and a
//! second submission gets it, even on another node.
//!
//! ## How a failed login is counted
//!
//! [`app::App::check_password`] is the only place that compares a login's password.
//! [`accounts::login_protection`] counts the attempt first, and says how long to wait. It counts
//! wrong codes, too.
//! [`accounts::rate_limits`] has all other rate limits, with their figures in one enum.
//!
//! ## How an email is sent
//!
//! An operation enqueues an email ([`mail::enqueue`]) in its own transaction. The email, with its
//! token, is sealed into a row. The commit wakes
//! `worker::mail_outbox`, which composes the email and sends it, and retries until it is delivered
//! or expired. Without an SMTP server, `/dev/mailbox` shows it. Nothing in the database is a usable
//! link.

pub mod accounts;
pub mod app;
pub mod brand;
pub mod cli;
pub mod clock;
pub mod config;
pub mod db;
pub mod exposed_files;
pub mod fair_queue;
pub mod features;
pub mod http;
pub mod key_store;
pub mod mail;
pub mod metrics;
pub mod notifications;
pub mod outbound;
pub mod routes;
pub mod security;
pub mod server;
pub mod store;
pub mod texts;
pub mod urls;
pub mod values;
pub mod worker;
