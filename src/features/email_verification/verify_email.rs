//! The operation: turns a pending sign-up into an account. One transaction consumes the
//! confirmation link, creates the user with the stored or the chosen password, and records the
//! event. In the browser that signed up, it also starts a session. If an administrator must approve
//! the account, the sign-up awaits approval instead.

use crate::accounts::audit;
use crate::accounts::authentication::admission::{Admission, Verified, decide_admission};
use crate::accounts::authentication::finish_login::{SessionRequest, finish_login};
use crate::accounts::authentication::passwords::{self, AcceptedPassword};
use crate::accounts::links::{self, LinkState, Purpose};
use crate::accounts::sessions::{NewSession, SessionKind};
use crate::accounts::users::create_user;
use crate::accounts::{devices, login_protection, signups};
use crate::app::{App, Failure};
use crate::db::{DbError, Tx};
use crate::mail::emails::approval::ApprovalWaiting;
use crate::mail::enqueue;
use crate::notifications::record_login;
use crate::security::password_hash::PasswordHash;
use crate::security::tokens::{self, hash_device_id};
use crate::store::links::Link;
use crate::store::pending_signups::{self, PendingSignup};
use crate::store::users::{self, User};
use crate::values::{ClientInfo, DeviceId, Event, Token, TokenHash};

/// Status of a confirmation link.
pub enum LinkStatus {
    /// The link works for this pending sign-up.
    Pending(Box<PendingLink>),
    /// The link was used, and its email address has an account.
    AlreadyConfirmed,
    /// The link was used, and the sign-up of this email address awaits approval.
    AwaitingApproval(String),
    /// The link is unknown, expired or invalidated, or its sign-up or account no longer exists.
    Unusable,
}

/// A working confirmation link with its sign-up.
pub struct PendingLink {
    pub link: Link,
    pub signup: PendingSignup,
}

/// A submitted confirmation page.
pub struct ConfirmRequest {
    pub token: Token,
    /// The password from the confirmation page. The page asks for one if the sign-up has none.
    pub chosen: Option<AcceptedPassword>,
    pub device: DeviceId,
    /// True in the browser that signed up.
    pub starts_session: bool,
}

#[derive(Debug)]
pub enum Outcome {
    /// The account exists now.
    Confirmed {
        email: String,
        /// The first session of the account, in the browser that signed up.
        session: Option<NewSession>,
    },
    AlreadyConfirmed,
    /// The sign-up of this email address awaits approval now.
    AwaitingApproval(String),
    LinkUnusable,
}

/// Returns the status of a link. Changes nothing, because programs that scan emails open links too.
pub async fn peek(app: &App, token: &Token) -> Result<LinkStatus, Failure> {
    let token_hash = tokens::hash_token(token);
    Ok(app.read(move |tx| find(tx, &token_hash)).await?)
}

/// Creates the account and makes the device a known device.
pub async fn verify_email(
    app: &App,
    confirmation: ConfirmRequest,
    client: ClientInfo,
) -> Result<Outcome, Failure> {
    let ConfirmRequest {
        token,
        chosen,
        device,
        starts_session,
    } = confirmation;
    let chosen = match chosen {
        Some(password) => {
            Some(passwords::hash(&app.hasher, password, app.settings.bcrypt_cost).await?)
        }
        None => None,
    };
    let token_hash = tokens::hash_token(&token);
    let policy = app.settings.site.sign_up.clone();
    let work = move |tx: &mut Tx<'_>| {
        links::lock(tx, Purpose::Verify, &token_hash)?;
        let PendingLink { link, signup } = match find(tx, &token_hash)? {
            LinkStatus::Pending(pending) => *pending,
            LinkStatus::AlreadyConfirmed => return Ok(Outcome::AlreadyConfirmed),
            LinkStatus::AwaitingApproval(email) => return Ok(Outcome::AwaitingApproval(email)),
            LinkStatus::Unusable => return Ok(Outcome::LinkUnusable),
        };
        // The password from the sign-up takes precedence over a chosen one.
        let Some(password_hash) = signup.password_hash.clone().or(chosen) else {
            return Ok(Outcome::LinkUnusable);
        };
        if !links::consume(tx, &link)? {
            return Ok(Outcome::LinkUnusable);
        }
        // Failures from before the confirmation must not count against the account.
        login_protection::reset_failures(tx, &signup.email_key)?;
        if signups::needs_approval(tx, &policy, &signup)? {
            enqueue(tx, (&signup).into(), ApprovalWaiting {})?;
            tx.log_address(&signup.email_key);
            audit::log(tx, Event::AddressConfirmed, None);
            let email = signup.email.clone();
            signups::leave_for_approval(tx, signup, password_hash, hash_device_id(&device))?;
            return Ok(Outcome::AwaitingApproval(email));
        }
        let user = make_user(tx, &signup, &password_hash)?;
        // Before the session starts, so that the first login is no login on a new device.
        devices::remember(tx, &user.id, &device)?;
        audit::record(tx, Event::AddressConfirmed, &user.id)?;
        let session = if starts_session {
            start_session(tx, &user, &signup, device)?
        } else {
            None
        };
        Ok(Outcome::Confirmed {
            email: signup.email,
            session,
        })
    };
    Ok(app.write(client, work).await?)
}

fn find(tx: &mut Tx<'_>, token: &TokenHash) -> Result<LinkStatus, DbError> {
    let now = tx.now;
    Ok(match links::peek(tx, Purpose::Verify, token)? {
        LinkState::Live(link) => match pending_signups::by_id(tx, &link.subject_id, now)? {
            Some(signup) if signup.email_key == link.email_key => {
                LinkStatus::Pending(Box::new(PendingLink { link, signup }))
            }
            _ => LinkStatus::Unusable,
        },
        LinkState::Used(link) => find_used(tx, &link)?,
        LinkState::Unusable => LinkStatus::Unusable,
    })
}

fn find_used(tx: &mut Tx<'_>, link: &Link) -> Result<LinkStatus, DbError> {
    if users::by_email_key(tx, &link.email_key)?.is_some() {
        return Ok(LinkStatus::AlreadyConfirmed);
    }
    let now = tx.now;
    let signup = pending_signups::by_id(tx, &link.subject_id, now)?;
    let waiting = signup.filter(PendingSignup::awaits_approval);
    Ok(waiting.map_or(LinkStatus::Unusable, |signup| {
        LinkStatus::AwaitingApproval(signup.email)
    }))
}

/// Starts the first session of the account. Returns `None` if a policy does not admit the login.
fn start_session(
    tx: &mut Tx<'_>,
    user: &User,
    signup: &PendingSignup,
    device: DeviceId,
) -> Result<Option<NewSession>, DbError> {
    let password_given_at = match signup.password_hash {
        Some(_) => signup.created_at,
        // The user has just chosen the password, with the confirmation.
        None => tx.now,
    };
    let verified = Verified::Confirmation { password_given_at };
    let Admission::Admitted(admitted) = decide_admission(tx, user, verified)? else {
        return Ok(None);
    };
    let session = SessionRequest {
        kind: SessionKind::Browser(None),
        remember: false,
        device,
    };
    let login = finish_login(tx, admitted, &session)?;
    record_login(tx, user, &login)?;
    Ok(Some(login.session))
}

fn make_user(
    tx: &mut Tx<'_>,
    signup: &PendingSignup,
    password_hash: &PasswordHash,
) -> Result<User, DbError> {
    let user = create_user(tx, &signup.email, signup.name.as_deref(), password_hash)?;
    pending_signups::delete(tx, &signup.id)?;
    links::hand_over_with_emails(tx, &signup.id, &user.id)?;
    Ok(user)
}
