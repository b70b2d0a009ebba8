//! The operation: logs in with a passkey alone. It must have verified the user, and the account
//! asks for no further step.
//!
//! The page says the same about an unknown, a removed and a wrongly signed passkey. For an unknown
//! one, it also has a signal to password managers.

use crate::accounts::audit;
use crate::accounts::authentication::admission::{Admission, Verified, decide_admission};
use crate::accounts::authentication::factor_check::{
    FactorOutcome, VerifiedPasskey, use_passkey_alone,
};
use crate::accounts::authentication::finish_login::{FinishedLogin, SessionRequest, finish_login};
use crate::accounts::authentication::passkeys::PresentedPasskey;
use crate::accounts::devices;
use crate::accounts::login_protection::{
    LoginBlocked, begin_network_attempt, refund_network_attempt,
};
use crate::accounts::sessions::SessionKind;
use crate::app::{App, Failure};
use crate::db::{DbError, LockKey, Tx};
use crate::metrics::Login;
use crate::notifications::{record_copied_passkey, record_login};
use crate::security::tokens::hash_device_id;
use crate::store::passkeys;
use crate::store::users::{self, User};
use crate::values::{ClientInfo, Event, UserId};

/// Outcome of a login with a passkey.
#[derive(Debug)]
pub enum Outcome {
    SignedIn(FinishedLogin),
    WrongPasskey {
        /// True if no account has or had the passkey.
        is_unknown: bool,
    },
    /// The response was used before.
    Used,
    /// The authenticator did not verify the user.
    UserNotVerified,
    /// A copy of the passkey may exist.
    Copied,
    /// The passkey is right, but an undo has blocked the account.
    AccountBlocked {
        /// The stored email address.
        email: String,
    },
    /// The passkey is right, but an administrator has locked the account.
    Locked,
    /// The client network has sent too many wrong ones. The passkey was not checked.
    LoginBlocked(LoginBlocked),
}

/// Logs in and counts the outcome in the metrics.
pub async fn log_in_with_passkey(
    app: &App,
    presented: PresentedPasskey,
    request: SessionRequest,
    client: ClientInfo,
) -> Result<Outcome, Failure> {
    let work = move |tx: &mut Tx<'_>| log_in(tx, &presented, &request);
    let outcome = app.write(client, work).await;
    app.metrics.login(match &outcome {
        Ok(Outcome::SignedIn(_)) => Login::SignedIn,
        Ok(
            Outcome::WrongPasskey { .. }
            | Outcome::Used
            | Outcome::UserNotVerified
            | Outcome::Copied,
        ) => Login::Wrong,
        Ok(Outcome::AccountBlocked { .. }) => Login::Blocked,
        Ok(Outcome::Locked) => Login::Locked,
        Ok(Outcome::LoginBlocked(_)) => Login::LoginBlocked,
        Err(_) => Login::Unavailable,
    });
    Ok(outcome?)
}

fn log_in(
    tx: &mut Tx<'_>,
    presented: &PresentedPasskey,
    request: &SessionRequest,
) -> Result<Outcome, DbError> {
    let owner = passkeys::owner(tx, presented.assertion.credential_id())?;
    lock_subjects(tx, owner.as_ref(), &request.kind)?;
    let is_known = match &owner {
        Some(owner) => devices::is_known(tx, owner, &hash_device_id(&request.device))?,
        None => false,
    };
    // The limit of a network must not stop an owner on a known device.
    let (network, now) = (tx.client.network.filter(|_| !is_known), tx.now);
    if let Some(blocked) = begin_network_attempt(tx, network)? {
        return Ok(Outcome::LoginBlocked(blocked));
    }
    let user = match &owner {
        Some(owner) => users::by_id(tx, owner)?,
        None => None,
    };
    let Some(user) = user else {
        // A removed passkey must stay in the browser, because an undo can restore it.
        let is_unknown = !passkeys::exists(tx, presented.assertion.credential_id())?;
        return Ok(Outcome::WrongPasskey { is_unknown });
    };
    match use_passkey_alone(tx, &user.id, presented)? {
        FactorOutcome::Match(passkey) => {
            refund_network_attempt(tx, network, now)?;
            start_session(tx, &user, &passkey, request)
        }
        FactorOutcome::UserNotVerified => {
            refund_network_attempt(tx, network, now)?;
            Ok(Outcome::UserNotVerified)
        }
        FactorOutcome::Copied(copied) => {
            record_copied_passkey(tx, &user, &copied)?;
            Ok(Outcome::Copied)
        }
        FactorOutcome::Used(_) => Ok(Outcome::Used),
        FactorOutcome::Mismatch(_) | FactorOutcome::Unreadable => {
            Ok(Outcome::WrongPasskey { is_unknown: false })
        }
        FactorOutcome::Blocked(blocked) => Ok(Outcome::LoginBlocked(blocked)),
    }
}

/// Asks the gate, and starts the session.
fn start_session(
    tx: &mut Tx<'_>,
    user: &User,
    passkey: &VerifiedPasskey,
    request: &SessionRequest,
) -> Result<Outcome, DbError> {
    let rejected = match decide_admission(tx, user, Verified::Passkey(passkey))? {
        Admission::Admitted(admitted) => {
            let finished = finish_login(tx, admitted, request)?;
            record_login(tx, user, &finished)?;
            return Ok(Outcome::SignedIn(finished));
        }
        Admission::Blocked => Outcome::AccountBlocked {
            email: user.email.clone(),
        },
        Admission::Locked => Outcome::Locked,
        // A passkey that verified the user is the whole login.
        Admission::SecondStep => Outcome::UserNotVerified,
    };
    audit::record(tx, Event::LoginRejected, &user.id)?;
    Ok(rejected)
}

/// Locks the client network, the owner of the passkey, and the user whose session the login ends.
fn lock_subjects(
    tx: &mut Tx<'_>,
    owner: Option<&UserId>,
    kind: &SessionKind,
) -> Result<(), DbError> {
    let network = tx.client.network.map(LockKey::Network);
    let replaced = kind.replaced();
    let replaced = replaced.map(|session| LockKey::User(&session.user.0));
    let owner = owner.map(|owner| LockKey::User(&owner.0));
    tx.lock_all(network.into_iter().chain(replaced).chain(owner))
}
