//! The operation: redeems the code of a hand-over, once. The session then opens the app.

use std::time::Duration;

use crate::accounts::access::Access;
use crate::accounts::apps;
use crate::accounts::apps::logins;
use crate::accounts::audit;
use crate::accounts::authentication::factors;
use crate::accounts::links::{self, Purpose};
use crate::app::{App, Failure};
use crate::clock::Timestamp;
use crate::config::SecondFactorPolicy;
use crate::db::{DbError, LockKey, Tx};
use crate::security::app_session_token::AppSessionClaims;
use crate::security::handover_code::HandoverCode;
use crate::security::tokens::{self, hash_text};
use crate::store;
use crate::store::app_logins::{self, NewAppLogin};
use crate::store::used_codes::{self, UsedCode};
use crate::store::users::User;
use crate::values::{AppId, ClientInfo, Event, UserId};

/// Lifetime of a code. A browser redeems it at once.
pub(super) const LIFETIME: Duration = Duration::from_mins(1);

/// Outcome of a redemption.
#[derive(Clone, Debug)]
pub(super) enum Outcome {
    Opened(Opened),
    /// The code was used before, or has expired, or the session or the app is gone.
    StartAgain,
    NoAccess,
}

/// A session that has opened an app.
#[derive(Clone, Debug)]
pub(super) struct Opened {
    pub claims: AppSessionClaims,
    pub expires_at: Timestamp,
    pub remember: bool,
}

/// Redeems an authentic code. `text` is the code as it travelled, which identifies it.
///
/// A second redemption ends the login of the first one, because an attacker may have made it.
pub(super) async fn redeem_code(
    app: &App,
    code: HandoverCode,
    text: &str,
    client: ClientInfo,
) -> Result<Outcome, Failure> {
    let code_hash = hash_text(text);
    let policy = app.settings.second_factor;
    let work = move |tx: &mut Tx<'_>| redeem(tx, &code, &code_hash, policy);
    Ok(app.write(client, work).await?)
}

fn redeem(
    tx: &mut Tx<'_>,
    code: &HandoverCode,
    code_hash: &str,
    policy: SecondFactorPolicy,
) -> Result<Outcome, DbError> {
    let (user, app) = (UserId(code.user.clone()), AppId(code.app.clone()));
    tx.lock(LockKey::User(&user.0))?;
    if used_codes::is_used(tx, code_hash)? {
        app_logins::delete(tx, &code.session, &app)?;
        return Ok(Outcome::StartAgain);
    }
    let expires_at = Timestamp::from_millis(code.expires_at);
    // A concurrent deletion would make the insert below fail.
    if !store::apps::lock_against_deletion(tx, &app)? {
        return Ok(Outcome::StartAgain);
    }
    let Some(rule) = apps::by_id(tx, &app)? else {
        return Ok(Outcome::StartAgain);
    };
    let app_user = logins::session_user(tx, &user, &code.session)?;
    let app_user = app_user.filter(|app_user| !factors::is_missing(&app_user.user, policy));
    let Some(app_user) = app_user.filter(|_| tx.now < expires_at) else {
        return Ok(Outcome::StartAgain);
    };
    match app_user.access(&rule, tx.now) {
        Access::Allowed => {}
        Access::Denied(reason) if reason.needs_login() => return Ok(Outcome::StartAgain),
        Access::Denied(_) => return Ok(Outcome::NoAccess),
    }
    let row = UsedCode {
        code_hash,
        session_handle: &code.session,
        expires_at,
    };
    used_codes::insert(tx, &row)?;
    let login_id = match app_logins::login_id(tx, &code.session, &app)? {
        Some(login_id) => login_id,
        None => open(tx, &app_user.user, &code.session, &app)?,
    };
    Ok(Outcome::Opened(Opened {
        claims: AppSessionClaims {
            user,
            session_handle: code.session.clone(),
            login_id,
        },
        expires_at: app_user.session.expires_at,
        remember: app_user.session.remember,
    }))
}

/// Records that the session opens the app for the first time. Returns the id of the login. The user
/// can undo it on the activity page, because an attacker may have the session.
fn open(tx: &mut Tx<'_>, user: &User, session: &str, app: &AppId) -> Result<String, DbError> {
    let login_id = tokens::random_id();
    let first_at = tx.now;
    let login = NewAppLogin {
        session_handle: session,
        app_id: app,
        user_id: &user.id,
        login_id: &login_id,
        first_at,
    };
    app_logins::insert(tx, &login)?;
    let undo = links::issue(tx, Purpose::Undo, &user.id.0, &user.email)?;
    audit::record_app(tx, Event::AppOpened, &user.id, app, Some(&undo))?;
    Ok(login_id)
}
