//! The operation: checks the second step and starts the session of a pending login.

use crate::accounts::audit;
use crate::accounts::authentication::admission::{Admission, Admitted, Verified, decide_admission};
use crate::accounts::authentication::factor_check::{
    FactorOutcome, FactorUse, GivenFactor, VerifiedFactor, use_factor,
};
use crate::accounts::authentication::finish_login::{FinishedLogin, SessionRequest, finish_login};
use crate::accounts::authentication::{pending_logins, recovery_codes};
use crate::accounts::devices;
use crate::accounts::login_protection::{FactorSource, LoginBlocked};
use crate::accounts::sessions::SessionKind;
use crate::app::{App, Failure};
use crate::db::{DbError, LockKey, Tx};
use crate::metrics::Login;
use crate::notifications::{record_factor_use, record_login, record_rejected_factor};
use crate::store::pending_logins::PendingLogin;
use crate::store::users::{self, User};
use crate::values::{ClientInfo, DeviceId, Event, ProgramSecretHash, UserId};

/// Outcome of a second step.
#[derive(Debug)]
pub enum Outcome {
    SignedIn {
        login: FinishedLogin,
        /// The browser's id, which is new if the browser is trusted from now on.
        device: DeviceId,
        /// True if the code was a recovery code.
        used_recovery_code: bool,
        /// Number of recovery codes left.
        codes_left: i64,
    },
    /// The code or the passkey is wrong.
    WrongFactor,
    /// The code or the response of the passkey was used before.
    UsedFactor,
    /// A copy of the passkey may exist.
    CopiedPasskey,
    /// The secret of no app could be opened.
    CannotCheck,
    /// There were too many failures. The factor was not compared.
    LoginBlocked(LoginBlocked),
    /// There is no such pending login any more. The user must log in again.
    Expired,
}

/// A submitted second step.
#[derive(Debug)]
pub struct SecondStep {
    pub pending_login: ProgramSecretHash,
    pub factor: GivenFactor,
    /// The kind of the new session. A pending login of another kind does not count.
    pub kind: SessionKind,
    pub device: DeviceId,
    /// True if the user asked to trust the browser.
    pub trusts_browser: bool,
}

impl SecondStep {
    fn is_api(&self) -> bool {
        matches!(self.kind, SessionKind::Api)
    }
}

/// Completes the login and counts the outcome in the metrics.
pub async fn complete_second_step(
    app: &App,
    step: SecondStep,
    client: ClientInfo,
) -> Result<Outcome, Failure> {
    let outcome = try_to_complete(app, step, client).await;
    app.metrics.login(match &outcome {
        Ok(Outcome::SignedIn { .. }) => Login::SignedIn,
        Ok(
            Outcome::WrongFactor | Outcome::UsedFactor | Outcome::CopiedPasskey | Outcome::Expired,
        ) => Login::SecondStepWrong,
        Ok(Outcome::LoginBlocked(_)) => Login::LoginBlocked,
        Ok(Outcome::CannotCheck) | Err(_) => Login::Unavailable,
    });
    outcome
}

async fn try_to_complete(
    app: &App,
    step: SecondStep,
    client: ClientInfo,
) -> Result<Outcome, Failure> {
    let (id, is_api) = (step.pending_login.clone(), step.is_api());
    let find = app.read(move |tx| pending_logins::find(tx, &id, is_api));
    // A made-up token costs no transaction that writes.
    let Some(found) = find.await? else {
        return Ok(Outcome::Expired);
    };
    let work = move |tx: &mut Tx<'_>| complete(tx, step, &found.user_id);
    Ok(app.write(client, work).await?)
}

fn complete(tx: &mut Tx<'_>, step: SecondStep, user: &UserId) -> Result<Outcome, DbError> {
    let Some((login, user)) = lock_login(tx, &step, user)? else {
        return Ok(Outcome::Expired);
    };
    let source = FactorSource {
        user: user.id.clone(),
        device: login.device_hash.clone(),
    };
    let outcome = use_factor(tx, &source, &step.factor)?;
    record_rejected_factor(tx, &user, &outcome)?;
    let factor = match outcome {
        FactorOutcome::Match(factor) => factor,
        // No ceremony of a second step requires verification.
        FactorOutcome::Mismatch(_) | FactorOutcome::UserNotVerified => {
            return Ok(Outcome::WrongFactor);
        }
        FactorOutcome::Used(_) => return Ok(Outcome::UsedFactor),
        FactorOutcome::Copied(_) => return Ok(Outcome::CopiedPasskey),
        FactorOutcome::Blocked(blocked) => return Ok(Outcome::LoginBlocked(blocked)),
        FactorOutcome::Unreadable => return Ok(Outcome::CannotCheck),
    };
    let Some(admitted) = consume_and_admit(tx, &login, &user, &factor)? else {
        return Ok(Outcome::Expired);
    };
    let client = SessionRequest {
        kind: step.kind,
        remember: login.remember,
        device: step.device,
    };
    let finished = finish_login(tx, admitted, &client)?;
    record_login(tx, &user, &finished)?;
    record_factor_use(tx, &user, &factor)?;
    let device = if step.trusts_browser && can_trust(&user, &factor, &client) {
        audit::record(tx, Event::BrowserTrusted, &user.id)?;
        devices::trust(tx, &user.id, &client.device)?
    } else {
        client.device
    };
    Ok(Outcome::SignedIn {
        login: finished,
        device,
        used_recovery_code: matches!(factor.factor(), FactorUse::RecoveryCode { .. }),
        codes_left: recovery_codes::count_left(tx, &user.id)?,
    })
}

/// Returns true if a browser may skip the second step from now on. Administrators use it at every
/// login. A recovery code does not prove that the user still has a factor.
fn can_trust(user: &User, factor: &VerifiedFactor, client: &SessionRequest) -> bool {
    !user.is_admin
        && matches!(client.kind, SessionKind::Browser(_))
        && !matches!(factor.factor(), FactorUse::RecoveryCode { .. })
}

/// Locks the client network, the user of the pending login, and the user whose session the login
/// ends. Returns the pending login and its user.
fn lock_login(
    tx: &mut Tx<'_>,
    step: &SecondStep,
    user: &UserId,
) -> Result<Option<(PendingLogin, User)>, DbError> {
    let replaced = step.kind.replaced();
    let replaced_user = replaced.map(|session| LockKey::User(&session.user.0));
    let network = tx.client.network.map(LockKey::Network);
    tx.lock_all(
        network
            .into_iter()
            .chain(replaced_user)
            .chain([LockKey::User(&user.0)]),
    )?;
    // Another request may have used the pending login before the lock.
    let Some(login) = pending_logins::find(tx, &step.pending_login, step.is_api())? else {
        return Ok(None);
    };
    Ok(users::by_id(tx, user)?.map(|user| (login, user)))
}

/// Consumes the pending login and admits the user. The other results of [`decide_admission`] cannot
/// occur here, because a lock and an undo end the account's pending logins.
fn consume_and_admit(
    tx: &mut Tx<'_>,
    login: &PendingLogin,
    user: &User,
    factor: &VerifiedFactor,
) -> Result<Option<Admitted>, DbError> {
    if !pending_logins::consume(tx, login)? {
        return Ok(None);
    }
    Ok(
        match decide_admission(tx, user, Verified::PasswordAnd(factor))? {
            Admission::Admitted(admitted) => Some(admitted),
            Admission::SecondStep | Admission::Blocked | Admission::Locked => None,
        },
    )
}
