//! Every path and every link, once: routes, pages and mails all take them from here.

use percent_encoding::{NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};

use crate::config::PublicUrl;
use crate::values::Token;

/// The front page.
pub const FRONT: &str = "/";
/// Create an account.
pub const SIGN_UP: &str = "/signup";
/// 'Check your email', after a sign-up or a resend.
pub const SIGN_UP_SENT: &str = "/signup/sent";
/// Confirm an address.
pub const VERIFY: &str = "/verify";
/// Ask for the confirmation link again.
pub const VERIFY_RESEND: &str = "/verify/resend";
/// Log in.
pub const LOG_IN: &str = "/login";
/// Log out.
pub const LOG_OUT: &str = "/logout";
/// Ask for a link to set a new password.
pub const PASSWORD_FORGOT: &str = "/password/forgot";
/// 'Check your email', after that.
pub const PASSWORD_SENT: &str = "/password/sent";
/// Set a new password.
pub const PASSWORD_RESET: &str = "/password/reset";
/// The first page after login.
pub const DASHBOARD: &str = "/dashboard";
/// Everything that a person can see and change, at a glance.
pub const ACCOUNT: &str = "/account";
/// Name, handle, and whether others see them.
pub const ACCOUNT_PROFILE: &str = "/account/profile";
/// Change the password.
pub const ACCOUNT_PASSWORD: &str = "/account/password";
/// Change the address.
pub const ACCOUNT_EMAIL: &str = "/account/email";
/// Confirm the new address.
pub const ACCOUNT_EMAIL_CONFIRM: &str = "/account/email/confirm";
/// Where one is logged in.
pub const ACCOUNT_SESSIONS: &str = "/account/sessions";
/// Log one session out.
pub const ACCOUNT_SESSION_END: &str = "/account/sessions/{id}/end";
/// Log out everywhere else.
pub const ACCOUNT_SESSIONS_END_OTHERS: &str = "/account/sessions/end-others";
/// The personal access tokens: keys with which programs act for their owner.
pub const ACCOUNT_TOKENS: &str = "/account/tokens";
/// Take one away.
pub const ACCOUNT_TOKEN_REMOVE: &str = "/account/tokens/{id}/remove";
/// What happened to the account.
pub const ACCOUNT_ACTIVITY: &str = "/account/activity";
/// 'This was not me', from there.
pub const ACCOUNT_ACTIVITY_UNDO: &str = "/account/activity/{id}/undo";
/// Everything that is kept about a person, as a file.
pub const ACCOUNT_EXPORT: &str = "/account/export";
/// Delete the account.
pub const ACCOUNT_DELETE: &str = "/account/delete";
/// 'This was not me', from a mail.
pub const UNDO: &str = "/undo";
/// Who has made their profile public.
pub const PEOPLE: &str = "/people";
/// One of them.
pub const PERSON: &str = "/people/{handle}";
/// What the API is, for people.
pub const API_DOCS: &str = "/api/docs";
/// What every path of the API begins with.
const API: &str = "/api/v1";
/// What the API is, for programs.
pub const API_DOCUMENT: &str = "/api/v1/openapi.json";
/// Sign up.
pub const API_SIGN_UP: &str = "/api/v1/signup";
/// Confirm an address.
pub const API_VERIFY: &str = "/api/v1/verify";
/// Ask for the confirmation link again.
pub const API_VERIFY_RESEND: &str = "/api/v1/verify/resend";
/// Ask for a link to set a new password.
pub const API_PASSWORD_FORGOT: &str = "/api/v1/password/forgot";
/// Set a new password.
pub const API_PASSWORD_RESET: &str = "/api/v1/password/reset";
/// Log in and out.
pub const API_TOKEN: &str = "/api/v1/token";
/// Get the next access token.
pub const API_TOKEN_REFRESH: &str = "/api/v1/token/refresh";
/// One's own profile.
pub const API_ME: &str = "/api/v1/me";
/// Where one is logged in.
pub const API_SESSIONS: &str = "/api/v1/me/sessions";
/// One of these.
pub const API_SESSION: &str = "/api/v1/me/sessions/{id}";
/// What happened to the account.
pub const API_ACTIVITY: &str = "/api/v1/me/activity";
/// Who has made their profile public.
pub const API_PEOPLE: &str = "/api/v1/people";
/// One of them.
pub const API_PERSON: &str = "/api/v1/people/{handle}";
/// All accounts.
pub const API_USERS: &str = "/api/v1/users";
/// One of them.
pub const API_USER: &str = "/api/v1/users/{id}";
/// Lock one out.
pub const API_USER_LOCK: &str = "/api/v1/users/{id}/lock";
/// Let one in again.
pub const API_USER_UNLOCK: &str = "/api/v1/users/{id}/unlock";
/// Log every device of one out.
pub const API_USER_END_SESSIONS: &str = "/api/v1/users/{id}/end-sessions";
/// Whether a token is good (RFC 7662).
pub const API_INTROSPECT: &str = "/api/v1/introspect";
/// The keys by which other programs check access tokens.
pub const PUBLIC_KEYS: &str = "/.well-known/jwks.json";
/// Where password managers look for that page (W3C, A Well-Known URL for Changing Passwords).
pub const CHANGE_PASSWORD: &str = "/.well-known/change-password";
/// The mails of development mode.
pub const DEV_MAILBOX: &str = "/dev/mailbox";
/// The same, for programs.
pub const DEV_MAILBOX_JSON: &str = "/dev/mailbox.json";
/// One mail's HTML part.
pub const DEV_MAILBOX_HTML: &str = "/dev/mailbox/{id}";
/// What is counted and measured, on a listener of its own.
pub const METRICS: &str = "/metrics";
/// Whether the process serves.
pub const HEALTHZ: &str = "/healthz";
/// Whether the database is right.
pub const READYZ: &str = "/readyz";
/// What every static file's path begins with.
pub const STATIC: &str = "/static/";

/// Whether a path is the API's.
pub fn is_api(path: &str) -> bool {
    path.strip_prefix(API).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Where a kind of problem is explained.
pub fn problem(public_url: &PublicUrl, code: &str) -> String {
    format!("{public_url}{API_DOCS}#{code}")
}

/// The address of one mail's HTML part.
pub fn dev_mailbox_html(id: &str) -> String {
    DEV_MAILBOX_HTML.replace("{id}", id)
}

/// `/login?next=…`: log in, then go on to `next`.
pub fn log_in_then(next: &str) -> String {
    format!("{LOG_IN}?next={}", encoded(next))
}

/// The link of a confirmation mail.
pub fn verify_link(public_url: &PublicUrl, token: &Token) -> String {
    link(public_url, VERIFY, token)
}

/// The link of a mail for a new password.
pub fn reset_link(public_url: &PublicUrl, token: &Token) -> String {
    link(public_url, PASSWORD_RESET, token)
}

/// The link that confirms a new address.
pub fn confirm_address_link(public_url: &PublicUrl, token: &Token) -> String {
    link(public_url, ACCOUNT_EMAIL_CONFIRM, token)
}

/// The link 'this was not me' of a mail.
pub fn undo_link(public_url: &PublicUrl, token: &Token) -> String {
    link(public_url, UNDO, token)
}

/// People who have `query` in their name or handle, or all if it is empty: those that come after one of them, or the first.
pub fn people(query: &str, after: &str) -> String {
    let fields = [("q", query), ("after", after)].into_iter().filter(|(_, value)| !value.is_empty());
    let query: Vec<_> = fields.map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    if query.is_empty() { PEOPLE.to_owned() } else { format!("{PEOPLE}?{}", query.join("&")) }
}

/// The public page of whoever has this handle.
pub fn person(handle: &str) -> String {
    PERSON.replace("{handle}", handle)
}

/// Where one session is logged out.
pub fn session_end(id: &str) -> String {
    ACCOUNT_SESSION_END.replace("{id}", id)
}

/// Where one access token is taken away.
pub fn token_remove(id: &str) -> String {
    ACCOUNT_TOKEN_REMOVE.replace("{id}", id)
}

/// What happened before a place that this page has itself named.
pub fn activity_before(place: &str) -> String {
    format!("{ACCOUNT_ACTIVITY}?before={place}")
}

/// Where one was logged in before a place that this page has itself named.
pub fn sessions_before(place: &str) -> String {
    format!("{ACCOUNT_SESSIONS}?before={place}")
}

/// 'This was not me', for one thing that happened.
pub fn activity_undo(id: &str) -> String {
    ACCOUNT_ACTIVITY_UNDO.replace("{id}", id)
}

/// A page of this site as people reach it from elsewhere.
pub fn absolute(public_url: &PublicUrl, path: &str) -> String {
    format!("{public_url}{path}")
}

fn link(public_url: &PublicUrl, path: &str, token: &Token) -> String {
    format!("{public_url}{path}?token={}", token.expose())
}

fn encoded(text: &str) -> PercentEncode<'_> {
    utf8_percent_encode(text, NON_ALPHANUMERIC)
}
