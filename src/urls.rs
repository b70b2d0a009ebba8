//! Every path and every link, defined once. Routes, pages and emails take them from here.

use percent_encoding::{NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};

use crate::config::PublicUrl;
use crate::values::Token;

pub const FRONT: &str = "/";
pub const SIGN_UP: &str = "/signup";
/// 'Check your email' page after a sign-up or a resent link.
pub const SIGN_UP_SENT: &str = "/signup/sent";
pub const VERIFY: &str = "/verify";
pub const VERIFY_RESEND: &str = "/verify/resend";
pub const LOG_IN: &str = "/login";
pub const LOG_IN_SECOND_STEP: &str = "/login/second-step";
/// The ways back for a user who has lost the second step.
pub const LOG_IN_LOST_SECOND_STEP: &str = "/login/lost-second-step";
/// Login with a passkey and without a password.
pub const LOG_IN_PASSKEY: &str = "/login/passkey";
/// Value of the query parameter `method` for a page with a text keyboard.
pub const RECOVERY_CODE_METHOD: &str = "recovery_code";
/// Reauthentication for an app that needs a more recent or a stronger login.
pub const LOG_IN_AGAIN: &str = "/login/again";
pub const LOG_OUT: &str = "/logout";
pub const PASSWORD_FORGOT: &str = "/password/forgot";
/// 'Check your email' page after a request for a reset link.
pub const PASSWORD_SENT: &str = "/password/sent";
pub const PASSWORD_RESET: &str = "/password/reset";
/// The first page after a login.
pub const DASHBOARD: &str = "/dashboard";
/// Page between a form and the app on another origin.
pub const CONTINUE: &str = "/continue";
/// Page of the public site that issues the code of a hand-over.
pub const APP_ENTER: &str = "/apps/{id}/enter";
const APPS: &str = "/apps/";
/// Everything that Vestibule answers at the host of an app.
pub const APP_HOST_PREFIX: &str = "/.vestibule";
pub const APP_HOST_IN: &str = "/.vestibule/in";
pub const APP_HOST_DONE: &str = "/.vestibule/done";
pub const APP_HOST_OUT: &str = "/.vestibule/out";
pub const APP_HOST_DENIED: &str = "/.vestibule/denied";
/// Checks by proxies.
pub const FORWARD_AUTH: &str = "/forward-auth";
pub const FORWARD_AUTH_NGINX: &str = "/forward-auth/nginx";
pub const FORWARD_AUTH_CADDY: &str = "/forward-auth/caddy";
pub const FORWARD_AUTH_TRAEFIK: &str = "/forward-auth/traefik";
/// Overview of the account.
pub const ACCOUNT: &str = "/account";
pub const ACCOUNT_PROFILE: &str = "/account/profile";
/// The ways to log in.
pub const ACCOUNT_SECURITY: &str = "/account/security";
pub const ACCOUNT_APP_NEW: &str = "/account/security/apps/new";
pub const ACCOUNT_APP_REMOVE: &str = "/account/security/apps/{id}/remove";
pub const ACCOUNT_PASSKEY_NEW: &str = "/account/security/passkeys/new";
pub const ACCOUNT_PASSKEY: &str = "/account/security/passkeys/{id}";
pub const ACCOUNT_PASSKEY_REMOVE: &str = "/account/security/passkeys/{id}/remove";
pub const ACCOUNT_RECOVERY_CODES: &str = "/account/security/recovery-codes";
pub const ACCOUNT_RECOVERY_CODES_FILE: &str = "/account/security/recovery-codes/file";
pub const ACCOUNT_BROWSERS_FORGET: &str = "/account/security/browsers/forget";
pub const ACCOUNT_PASSWORD: &str = "/account/password";
pub const ACCOUNT_PASSWORD_REMOVE: &str = "/account/password/remove";
pub const ACCOUNT_EMAIL: &str = "/account/email";
pub const ACCOUNT_EMAIL_CONFIRM: &str = "/account/email/confirm";
pub const ACCOUNT_EMAIL_RESEND: &str = "/account/email/resend";
pub const ACCOUNT_EMAIL_CANCEL: &str = "/account/email/cancel";
pub const ACCOUNT_SESSIONS: &str = "/account/sessions";
pub const ACCOUNT_SESSION_END: &str = "/account/sessions/{id}/end";
pub const ACCOUNT_SESSIONS_END_OTHERS: &str = "/account/sessions/end-others";
/// API tokens of the user.
pub const ACCOUNT_TOKENS: &str = "/account/tokens";
pub const ACCOUNT_TOKEN_REMOVE: &str = "/account/tokens/{id}/remove";
/// The apps that the user has opened.
pub const ACCOUNT_APPS: &str = "/account/apps";
pub const ACCOUNT_APPS_REMOVE: &str = "/account/apps/{id}/remove";
pub const ACCOUNT_ACTIVITY: &str = "/account/activity";
/// Undo page that the activity page links to.
pub const ACCOUNT_ACTIVITY_UNDO: &str = "/account/activity/{id}/undo";
/// Download of everything that is stored about the user.
pub const ACCOUNT_EXPORT: &str = "/account/export";
pub const ACCOUNT_DELETE: &str = "/account/delete";
/// Undo page that a security notice links to.
pub const UNDO: &str = "/undo";
pub const INVITATION: &str = "/invitation";
pub const SECOND_STEP_KEEP: &str = "/second-step/keep";
pub const SECOND_STEP_REMOVE: &str = "/second-step/remove";
/// Pages for administrators. For everyone else they do not exist.
pub const ADMIN: &str = "/admin";
pub const ADMIN_PEOPLE: &str = "/admin/people";
pub const ADMIN_PERSON: &str = "/admin/people/{id}";
/// Sign-ups that await approval.
pub const ADMIN_WAITING: &str = "/admin/waiting";
pub const ADMIN_INVITATIONS: &str = "/admin/invitations";
pub const ADMIN_INVITATIONS_WITHDRAW: &str = "/admin/invitations/withdraw";
pub const ADMIN_GROUPS: &str = "/admin/groups";
pub const ADMIN_GROUP: &str = "/admin/groups/{name}";
pub const ADMIN_APPS: &str = "/admin/apps";
pub const ADMIN_APP: &str = "/admin/apps/{id}";
pub const ADMIN_LOG: &str = "/admin/log";
pub const ADMIN_SETTINGS: &str = "/admin/settings";
pub const PEOPLE: &str = "/people";
pub const PERSON: &str = "/people/{handle}";
pub const API_DOCS: &str = "/api/docs";
const API: &str = "/api/v1";
pub const API_DOCUMENT: &str = "/api/v1/openapi.json";
pub const API_SIGN_UP: &str = "/api/v1/signup";
pub const API_VERIFY: &str = "/api/v1/verify";
pub const API_VERIFY_RESEND: &str = "/api/v1/verify/resend";
pub const API_PASSWORD_FORGOT: &str = "/api/v1/password/forgot";
pub const API_PASSWORD_RESET: &str = "/api/v1/password/reset";
/// POST logs in, DELETE logs out.
pub const API_TOKEN: &str = "/api/v1/token";
/// Completes a login with the second step.
pub const API_TOKEN_SECOND_FACTOR: &str = "/api/v1/token/second-factor";
pub const API_TOKEN_REFRESH: &str = "/api/v1/token/refresh";
pub const API_ME: &str = "/api/v1/me";
pub const API_SESSIONS: &str = "/api/v1/me/sessions";
pub const API_SESSION: &str = "/api/v1/me/sessions/{id}";
pub const API_ACTIVITY: &str = "/api/v1/me/activity";
pub const API_PEOPLE: &str = "/api/v1/people";
pub const API_PERSON: &str = "/api/v1/people/{handle}";
pub const API_USERS: &str = "/api/v1/users";
pub const API_USER: &str = "/api/v1/users/{id}";
pub const API_INVITATIONS: &str = "/api/v1/invitations";
pub const API_APPS: &str = "/api/v1/apps";
pub const API_GROUPS: &str = "/api/v1/groups";
pub const API_GROUP_MEMBER: &str = "/api/v1/groups/{name}/members/{id}";
pub const API_USER_LOCK: &str = "/api/v1/users/{id}/lock";
pub const API_USER_UNLOCK: &str = "/api/v1/users/{id}/unlock";
/// Logs out every device of a user.
pub const API_USER_END_SESSIONS: &str = "/api/v1/users/{id}/end-sessions";
/// Asks for the removal of a user's lost second step.
pub const API_USER_FACTOR_RECOVERY: &str = "/api/v1/users/{id}/second-factor-recovery";
/// Token introspection (RFC 7662).
pub const API_INTROSPECT: &str = "/api/v1/introspect";
/// The public keys with which services verify access tokens.
pub const PUBLIC_KEYS: &str = "/.well-known/jwks.json";
/// The path where password managers look for the password page (W3C, A Well-Known URL for Changing
/// Passwords).
pub const CHANGE_PASSWORD: &str = "/.well-known/change-password";
/// The path where password managers look for the pages about passkeys (W3C, A Well-Known URL for
/// Relying Party Passkey Endpoints).
pub const PASSKEY_ENDPOINTS: &str = "/.well-known/passkey-endpoints";
pub const ROBOTS: &str = "/robots.txt";
pub const FAVICON: &str = "/favicon.ico";
pub const TOUCH_ICON: &str = "/apple-touch-icon.png";
/// Emails in development mode.
pub const DEV_MAILBOX: &str = "/dev/mailbox";
pub const DEV_MAILBOX_JSON: &str = "/dev/mailbox.json";
/// HTML part of one email.
pub const DEV_MAILBOX_HTML: &str = "/dev/mailbox/{id}";
/// Served only by the metrics listener.
pub const METRICS: &str = "/metrics";
/// Liveness: the process answers.
pub const HEALTHZ: &str = "/healthz";
/// Readiness: the database answers and its schema is up to date.
pub const READYZ: &str = "/readyz";
pub const STATIC: &str = "/static/";

/// Returns true for paths under `/api/v1`.
pub fn is_api(path: &str) -> bool {
    is_at_or_below(path, API)
}

/// Returns true for paths that Vestibule answers at the host of an app.
pub fn is_at_app_host(path: &str) -> bool {
    is_at_or_below(path, APP_HOST_PREFIX)
}

/// Returns true for checks by proxies.
pub fn is_forward_auth(path: &str) -> bool {
    is_at_or_below(path, FORWARD_AUTH)
}

/// Returns true for a static file, at the public site or at the host of an app.
pub fn is_static(path: &str) -> bool {
    path.strip_prefix(APP_HOST_PREFIX)
        .unwrap_or(path)
        .starts_with(STATIC)
}

fn is_at_or_below(path: &str, prefix: &str) -> bool {
    path.strip_prefix(prefix)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Returns the documentation URL of a kind of problem.
pub fn problem(public_url: &PublicUrl, code: &str) -> String {
    format!("{public_url}{API_DOCS}#{code}")
}

/// Returns the page in the navigation to which a page belongs.
pub fn section(path: &str) -> Option<&'static str> {
    const SECTIONS: &[(&str, &str)] = &[
        (ACCOUNT_PROFILE, ACCOUNT_PROFILE),
        (ACCOUNT_EMAIL, ACCOUNT_PROFILE),
        (ACCOUNT_SECURITY, ACCOUNT_SECURITY),
        (ACCOUNT_PASSWORD, ACCOUNT_SECURITY),
        (ACCOUNT_SESSIONS, ACCOUNT_SESSIONS),
        (ACCOUNT_TOKENS, ACCOUNT_TOKENS),
        (ACCOUNT_APPS, ACCOUNT_APPS),
        (ACCOUNT_ACTIVITY, ACCOUNT_ACTIVITY),
        (ACCOUNT_EXPORT, ACCOUNT_EXPORT),
        (ACCOUNT_DELETE, ACCOUNT_EXPORT),
        (PEOPLE, PEOPLE),
        (ADMIN_PEOPLE, ADMIN_PEOPLE),
        (ADMIN_WAITING, ADMIN_WAITING),
        (ADMIN_INVITATIONS, ADMIN_INVITATIONS),
        (ADMIN_GROUPS, ADMIN_GROUPS),
        (ADMIN_APPS, ADMIN_APPS),
        (ADMIN_LOG, ADMIN_LOG),
        (ADMIN_SETTINGS, ADMIN_SETTINGS),
    ];
    SECTIONS
        .iter()
        .find(|(page, _)| is_at_or_below(path, page))
        .map(|(_, section)| *section)
}

pub fn dev_mailbox_html(id: &str) -> String {
    DEV_MAILBOX_HTML.replace("{id}", id)
}

/// Returns the path at which a hand-over begins, at the host of the app. `to` is the path that the
/// user wants to open.
pub fn app_host_in(to: &str) -> String {
    with_query(APP_HOST_IN, &[("to", to)])
}

/// Returns the path that brings the code of a hand-over to the host of the app.
pub fn app_host_done(code: &str) -> String {
    with_query(APP_HOST_DONE, &[("code", code)])
}

/// Returns the path at the public site that issues the code of a hand-over.
pub fn app_enter(id: &str, origin: &str, challenge: &str, to: &str) -> String {
    let fields = [("origin", origin), ("challenge", challenge), ("to", to)];
    with_query(&APP_ENTER.replace("{id}", id), &fields)
}

/// Returns the id of the app in a path that issues the code of a hand-over.
pub fn app_of_handover(path: &str) -> Option<&str> {
    let path = path.split('?').next().unwrap_or_default();
    let id = path.strip_prefix(APPS)?.strip_suffix("/enter")?;
    (!id.is_empty() && !id.contains('/')).then_some(id)
}

/// Returns true for a path of the public site that belongs to a hand-over. It may be longer than
/// others.
pub fn is_handover_page(path: &str) -> bool {
    path.starts_with(APPS)
}

/// Returns the page between a form and the host of an app.
pub fn continue_to(to: &str) -> String {
    with_query(CONTINUE, &[("to", to)])
}

/// Returns the page that asks for the login again, and then leads to `next`.
pub fn log_in_again(next: &str) -> String {
    then(LOG_IN_AGAIN, next)
}

/// Returns `/login`, or `/login?next=…` if there is a page to open after the login.
pub fn log_in_then(next: &str) -> String {
    then(LOG_IN, next)
}

/// Returns true for a page for administrators.
pub fn is_administration(path: &str) -> bool {
    is_at_or_below(path, ADMIN)
}

/// Returns the page about one account, for administrators.
pub fn admin_person(id: &str) -> String {
    ADMIN_PERSON.replace("{id}", id)
}

pub fn admin_app(id: &str) -> String {
    ADMIN_APP.replace("{id}", id)
}

pub fn account_app_remove(id: &str) -> String {
    ACCOUNT_APPS_REMOVE.replace("{id}", id)
}

pub fn admin_group(name: &str) -> String {
    ADMIN_GROUP.replace("{name}", name)
}

/// Returns a page of a list for administrators: about `q`, and from the cursor `before` on. Both
/// may be empty.
pub fn admin_list(list: &str, q: &str, before: &str) -> String {
    with_query(list, &[("q", q), ("before", before)])
}

/// Returns the login that leads to the sign-ups awaiting approval. Without a session, their page
/// itself does not seem to exist.
pub fn admin_waiting_after_login() -> String {
    log_in_then(ADMIN_WAITING)
}

/// Returns the page of the second step, with the page to open after the login.
pub fn second_step_then(next: &str) -> String {
    then(LOG_IN_SECOND_STEP, next)
}

/// Returns the page of the second step with a text keyboard.
pub fn second_step_by_recovery_code(next: &str) -> String {
    let page = format!("{LOG_IN_SECOND_STEP}?method={RECOVERY_CODE_METHOD}");
    if next.is_empty() {
        return page;
    }
    format!("{page}&next={}", encoded(next))
}

/// Returns `/signup`, or `/signup?next=…` if there is a page to open after the first login.
pub fn sign_up_then(next: &str) -> String {
    then(SIGN_UP, next)
}

fn then(path: &str, next: &str) -> String {
    if next.is_empty() {
        return path.to_owned();
    }
    format!("{path}?next={}", encoded(next))
}

pub fn verify_link(public_url: &PublicUrl, token: &Token) -> String {
    link(public_url, VERIFY, token)
}

pub fn reset_link(public_url: &PublicUrl, token: &Token) -> String {
    link(public_url, PASSWORD_RESET, token)
}

pub fn confirm_address_link(public_url: &PublicUrl, token: &Token) -> String {
    link(public_url, ACCOUNT_EMAIL_CONFIRM, token)
}

pub fn undo_link(public_url: &PublicUrl, token: &Token) -> String {
    link(public_url, UNDO, token)
}

pub fn keep_second_step_link(public_url: &PublicUrl, token: &Token) -> String {
    link(public_url, SECOND_STEP_KEEP, token)
}

pub fn invitation_link(public_url: &PublicUrl, token: &Token) -> String {
    link(public_url, INVITATION, token)
}

pub fn remove_second_step_link(public_url: &PublicUrl, token: &Token) -> String {
    link(public_url, SECOND_STEP_REMOVE, token)
}

/// Returns the URL of a list of public profiles whose name or handle contains `query`. An empty
/// `query` matches all. The list starts after the handle `after`, or at the beginning if that is
/// empty.
pub fn people(query: &str, after: &str) -> String {
    with_query(PEOPLE, &[("q", query), ("after", after)])
}

/// Adds the fields that are not empty to a path.
fn with_query(path: &str, fields: &[(&str, &str)]) -> String {
    let fields = fields.iter().filter(|(_, value)| !value.is_empty());
    let query: Vec<_> = fields
        .map(|(name, value)| format!("{name}={}", encoded(value)))
        .collect();
    if query.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{}", query.join("&"))
    }
}

pub fn person(handle: &str) -> String {
    PERSON.replace("{handle}", handle)
}

pub fn session_end(id: &str) -> String {
    ACCOUNT_SESSION_END.replace("{id}", id)
}

pub fn app_remove(id: &str) -> String {
    ACCOUNT_APP_REMOVE.replace("{id}", id)
}

pub fn passkey(id: &str) -> String {
    ACCOUNT_PASSKEY.replace("{id}", id)
}

pub fn passkey_remove(id: &str) -> String {
    ACCOUNT_PASSKEY_REMOVE.replace("{id}", id)
}

pub fn token_remove(id: &str) -> String {
    ACCOUNT_TOKEN_REMOVE.replace("{id}", id)
}

/// Returns the URL of activity before a cursor. The server made the cursor, so nothing is encoded.
pub fn activity_before(cursor: &str) -> String {
    format!("{ACCOUNT_ACTIVITY}?before={cursor}")
}

/// Returns the URL of sessions before a cursor. The server made the cursor, so nothing is encoded.
pub fn sessions_before(cursor: &str) -> String {
    format!("{ACCOUNT_SESSIONS}?before={cursor}")
}

pub fn activity_undo(id: &str) -> String {
    ACCOUNT_ACTIVITY_UNDO.replace("{id}", id)
}

pub fn absolute(public_url: &PublicUrl, path: &str) -> String {
    format!("{public_url}{path}")
}

fn link(public_url: &PublicUrl, path: &str, token: &Token) -> String {
    format!("{public_url}{path}?token={}", token.expose())
}

fn encoded(text: &str) -> PercentEncode<'_> {
    utf8_percent_encode(text, NON_ALPHANUMERIC)
}
