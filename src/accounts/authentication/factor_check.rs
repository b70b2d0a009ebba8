//! The only place that compares codes and passkeys with an account's factors. [`use_factor`] and
//! [`check_factor`] count each attempt as a failure before the comparison, in a transaction that
//! has locked the user. So 20 codes at once count as 20 failures, and a code works once.

use super::factor_recovery::{self, RecoveryEnd};
use super::passkeys::PresentedPasskey;
use super::{authenticator_apps, recovery_codes};
use crate::accounts::login_protection::{
    AttemptKind, FactorAttemptOutcome, FactorSource, FailureCount, LoginBlocked,
    begin_factor_attempt, cancel_factor_attempt, record_factor_success,
};
use crate::clock::Timestamp;
use crate::db::{DbError, Tx};
use crate::security::tokens::hash_recovery_code;
use crate::security::webauthn::{
    Expected, PasskeyState, PublicKey, Rejection, UserVerification, verify_assertion,
};
use crate::store::passkeys::{self, Passkey, PasskeyUpdate};
use crate::store::{recovery_codes as code_rows, spent_challenges, totp_credentials};
use crate::values::{AppCode, Code, RecoveryCode, RecoveryCodeHash, UserId};

/// A code or the response of a passkey, as the user gave it.
#[derive(Clone, Debug)]
pub enum GivenFactor {
    Code(Code),
    Passkey(Box<PresentedPasskey>),
}

/// A factor that was used in this transaction. Only this file makes one.
#[derive(Debug)]
pub struct VerifiedFactor(FactorUse);

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FactorUse {
    App,
    RecoveryCode {
        /// Number of recovery codes left.
        left: i64,
    },
    Passkey(UsedPasskey),
}

impl FactorUse {
    pub fn passkey_id(&self) -> Option<&str> {
        match self {
            Self::Passkey(used) => Some(&used.id),
            Self::App | Self::RecoveryCode { .. } => None,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsedPasskey {
    pub id: String,
    /// True if the authenticator checked a PIN or a biometric.
    pub user_verified: bool,
}

/// A passkey that has logged in its user alone. It has verified the user.
#[derive(Debug)]
pub struct VerifiedPasskey(UsedPasskey);

/// Outcome of a given factor.
#[derive(Debug)]
pub enum FactorOutcome<T> {
    Match(T),
    /// The code is wrong, or its time is over. Or the passkey's signature is wrong, or the account
    /// does not have the passkey.
    Mismatch(FailureCount),
    /// The code of an app or the response of a passkey was used before. A used recovery code is a
    /// `Mismatch`.
    Used(FailureCount),
    /// The counter of the passkey did not grow, so a copy of it may exist.
    Copied(CopiedPasskey),
    /// The passkey must verify the user here, and did not.
    UserNotVerified,
    /// The factor was not compared.
    Blocked(LoginBlocked),
    /// The secret of no app could be opened, so the code was not compared and does not count.
    Unreadable,
}

/// A passkey that was rejected because a copy of it may exist.
#[derive(Debug)]
pub struct CopiedPasskey {
    /// The name that the owner sees.
    pub name: String,
}

/// Result of a comparison.
enum Comparison {
    /// The factor is right and unused.
    Match(Use),
    Used,
    Mismatch,
    Copied {
        passkey: Passkey,
        counter: i64,
    },
    UserNotVerified,
    /// The secret of no app could be opened.
    Unreadable,
}

/// The use of a factor that is right and unused.
enum Use {
    AppStep { app: String, step: i64 },
    RecoveryCode(RecoveryCodeHash),
    Passkey(PasskeyUse),
}

struct PasskeyUse {
    passkey: Passkey,
    state: PasskeyState,
    /// True if the authenticator named the account by itself.
    named_account: bool,
    challenge_hash: String,
    challenge_ends: Timestamp,
}

impl GivenFactor {
    fn kind(&self) -> AttemptKind {
        match self {
            Self::Code(Code::App(_)) => AttemptKind::AppCode,
            Self::Code(Code::Recovery(_)) => AttemptKind::Unguessable,
            Self::Passkey(passkey) => match passkey.user_verification {
                // Only a passkey that stands for the password too must verify the user.
                UserVerification::Required => AttemptKind::PasskeyAlone,
                UserVerification::Preferred => AttemptKind::Unguessable,
            },
        }
    }
}

impl VerifiedFactor {
    pub fn factor(&self) -> &FactorUse {
        &self.0
    }
}

impl VerifiedPasskey {
    /// Returns the passkey's id in URLs.
    pub fn id(&self) -> &str {
        &self.0.id
    }
}

/// Compares a factor and uses it.
pub fn use_factor(
    tx: &mut Tx<'_>,
    source: &FactorSource,
    given: &GivenFactor,
) -> Result<FactorOutcome<VerifiedFactor>, DbError> {
    attempt(tx, source, given, |tx, found| {
        Ok(consume(tx, &source.user, found)?.map(VerifiedFactor))
    })
}

/// Compares a factor without using it. The change that it authorizes uses it ([`use_checked`]).
pub fn check_factor(
    tx: &mut Tx<'_>,
    source: &FactorSource,
    given: &GivenFactor,
) -> Result<FactorOutcome<()>, DbError> {
    attempt(tx, source, given, |_, _| Ok(Some(())))
}

/// Uses a factor that [`check_factor`] found right. Compares again, because it may have been used
/// or removed in the meantime. Returns `None` then.
pub fn use_checked(
    tx: &mut Tx<'_>,
    user: &UserId,
    given: &GivenFactor,
) -> Result<Option<VerifiedFactor>, DbError> {
    match compare(tx, user, given)? {
        Comparison::Match(found) => Ok(consume(tx, user, found)?.map(VerifiedFactor)),
        _ => Ok(None),
    }
}

/// Compares and uses a passkey that logs in its user without a password. The caller has counted the
/// attempt for the client network. The account counts none, because an attacker who knows only the
/// passkey's public id must not block the owner's codes.
pub fn use_passkey_alone(
    tx: &mut Tx<'_>,
    user: &UserId,
    presented: &PresentedPasskey,
) -> Result<FactorOutcome<VerifiedPasskey>, DbError> {
    let none = FailureCount::default();
    // WebAuthn §7.2: if no user was identified before, the response must name one.
    if presented.assertion.user_handle().is_none() {
        return Ok(FactorOutcome::Mismatch(none));
    }
    Ok(match compare_passkey(tx, user, presented)? {
        Comparison::Match(found) => match consume(tx, user, found)? {
            Some(FactorUse::Passkey(passkey)) if passkey.user_verified => {
                FactorOutcome::Match(VerifiedPasskey(passkey))
            }
            Some(_) => FactorOutcome::UserNotVerified,
            None => FactorOutcome::Used(none),
        },
        Comparison::Used => FactorOutcome::Used(none),
        Comparison::Copied { passkey, counter } => {
            FactorOutcome::Copied(reject_copy(tx, user, passkey, counter)?)
        }
        Comparison::UserNotVerified => FactorOutcome::UserNotVerified,
        Comparison::Mismatch | Comparison::Unreadable => FactorOutcome::Mismatch(none),
    })
}

/// Counts a failure, compares, and takes the failure back if `on_match` succeeds.
fn attempt<T>(
    tx: &mut Tx<'_>,
    source: &FactorSource,
    given: &GivenFactor,
    on_match: impl FnOnce(&mut Tx<'_>, Use) -> Result<Option<T>, DbError>,
) -> Result<FactorOutcome<T>, DbError> {
    let kind = given.kind();
    let attempt = match begin_factor_attempt(tx, source, kind)? {
        FactorAttemptOutcome::Allowed(attempt) => attempt,
        FactorAttemptOutcome::Blocked(blocked) => return Ok(FactorOutcome::Blocked(blocked)),
    };
    // Without a password, wrong passkeys do not show that the client knows it.
    let failures = match kind {
        AttemptKind::PasskeyAlone => FailureCount::default(),
        AttemptKind::AppCode | AttemptKind::Unguessable => attempt.failures,
    };
    let found = match compare(tx, &source.user, given)? {
        Comparison::Match(found) => found,
        Comparison::Used => return Ok(FactorOutcome::Used(failures)),
        Comparison::Mismatch => return Ok(FactorOutcome::Mismatch(failures)),
        Comparison::Copied { passkey, counter } => {
            let copied = reject_copy(tx, &source.user, passkey, counter)?;
            return Ok(FactorOutcome::Copied(copied));
        }
        Comparison::UserNotVerified => {
            cancel_factor_attempt(tx, &attempt)?;
            return Ok(FactorOutcome::UserNotVerified);
        }
        Comparison::Unreadable => {
            cancel_factor_attempt(tx, &attempt)?;
            return Ok(FactorOutcome::Unreadable);
        }
    };
    let Some(right) = on_match(tx, found)? else {
        return Ok(FactorOutcome::Used(failures));
    };
    record_factor_success(tx, source, &attempt)?;
    Ok(FactorOutcome::Match(right))
}

fn compare(tx: &mut Tx<'_>, user: &UserId, given: &GivenFactor) -> Result<Comparison, DbError> {
    match given {
        GivenFactor::Code(Code::App(code)) => compare_app_code(tx, user, *code),
        GivenFactor::Code(Code::Recovery(code)) => compare_recovery_code(tx, user, code),
        GivenFactor::Passkey(presented) => compare_passkey(tx, user, presented),
    }
}

/// Compares the code with every app of the user, so that the time does not tell which one matched.
fn compare_app_code(tx: &mut Tx<'_>, user: &UserId, code: AppCode) -> Result<Comparison, DbError> {
    let apps = totp_credentials::live(tx, user)?;
    let has_apps = !apps.is_empty();
    let mut found = Comparison::Mismatch;
    let mut has_readable = false;
    for app in apps {
        let Some(secret) = authenticator_apps::secret_of(&tx.keys, &app) else {
            let app = app.id;
            tx.after_commit(move || {
                tracing::warn!(app, "opening secret of authenticator app failed");
            });
            continue;
        };
        has_readable = true;
        match secret.matched_step(code, tx.now) {
            Some(step) if step > app.last_step => {
                found = Comparison::Match(Use::AppStep { app: app.id, step });
            }
            Some(_) if matches!(found, Comparison::Mismatch) => found = Comparison::Used,
            Some(_) | None => {}
        }
    }
    // If a secret opens, a wrong code counts. Otherwise an attacker could try codes without limit.
    Ok(if has_apps && !has_readable {
        Comparison::Unreadable
    } else {
        found
    })
}

fn compare_recovery_code(
    tx: &mut Tx<'_>,
    user: &UserId,
    code: &RecoveryCode,
) -> Result<Comparison, DbError> {
    let hash = hash_recovery_code(code);
    Ok(if code_rows::is_usable(tx, user, &hash)? {
        Comparison::Match(Use::RecoveryCode(hash))
    } else {
        Comparison::Mismatch
    })
}

fn compare_passkey(
    tx: &mut Tx<'_>,
    user: &UserId,
    presented: &PresentedPasskey,
) -> Result<Comparison, DbError> {
    let assertion = &presented.assertion;
    let found = passkeys::by_credential_id(tx, user, assertion.credential_id())?;
    let Some(passkey) = found else {
        return Ok(Comparison::Mismatch);
    };
    let handle = assertion.user_handle();
    let key = PublicKey::from_stored(passkey.algorithm, passkey.public_key.clone());
    let (true, Some(key)) = (handle.is_none_or(|handle| handle == user), key) else {
        return Ok(Comparison::Mismatch);
    };
    let expected = Expected {
        public_url: &presented.public_url,
        challenge: &presented.challenge,
        user_verification: presented.user_verification,
    };
    let state = match verify_assertion(assertion, &key, &expected) {
        Ok(state) => state,
        Err(Rejection::UserVerification) => return Ok(Comparison::UserNotVerified),
        Err(rejection) => {
            tx.after_commit(move || {
                tracing::info!(event = "passkey_rejected", reason = %rejection);
            });
            return Ok(Comparison::Mismatch);
        }
    };
    let challenge_hash = presented.challenge.hash();
    // Rows of expired challenges are deleted, and the wait for a lock may outlast the challenge.
    let has_expired = presented.challenge.expires_at <= tx.now;
    if has_expired || spent_challenges::exists(tx, &challenge_hash)? {
        return Ok(Comparison::Used);
    }
    let counter = i64::from(state.counter);
    if !is_counter_plausible(&passkey, state) {
        return Ok(Comparison::Copied { passkey, counter });
    }
    Ok(Comparison::Match(Use::Passkey(PasskeyUse {
        passkey,
        state,
        named_account: handle.is_some(),
        challenge_hash,
        challenge_ends: presented.challenge.expires_at,
    })))
}

/// Returns false if the counter says that a copy of the passkey may exist (WebAuthn §6.1.1).
/// Passkeys that may be backed up are exempt, because each copy has its own counter. The stored
/// and the reported bit must both be set, so that a changed bit cannot disable the check.
fn is_counter_plausible(passkey: &Passkey, state: PasskeyState) -> bool {
    let counter = i64::from(state.counter);
    (passkey.backup_eligible && state.backup_eligible)
        || (passkey.counter == 0 && counter == 0)
        || counter > passkey.counter
}

/// Stores the counter of a rejected passkey, so that the next higher one works.
fn reject_copy(
    tx: &mut Tx<'_>,
    user: &UserId,
    passkey: Passkey,
    counter: i64,
) -> Result<CopiedPasskey, DbError> {
    passkeys::set_counter(tx, user, &passkey.id, counter)?;
    Ok(CopiedPasskey { name: passkey.name })
}

/// Uses a factor. Returns `None` if it was used before.
fn consume(tx: &mut Tx<'_>, user: &UserId, found: Use) -> Result<Option<FactorUse>, DbError> {
    let now = tx.now;
    let (is_used, factor) = match found {
        Use::AppStep { app, step } => {
            let is_used = totp_credentials::use_step(tx, user, &app, step, now)?;
            (is_used, FactorUse::App)
        }
        Use::RecoveryCode(hash) => {
            let is_used = code_rows::use_code(tx, user, &hash, now)?;
            let left = recovery_codes::count_left(tx, user)?;
            (is_used, FactorUse::RecoveryCode { left })
        }
        Use::Passkey(found) => {
            let ends = found.challenge_ends;
            let is_used = spent_challenges::insert(tx, &found.challenge_hash, ends)?;
            let passkey = record_passkey_use(tx, user, found)?;
            (is_used, FactorUse::Passkey(passkey))
        }
    };
    if is_used {
        // The owner still has a second step.
        factor_recovery::stop(tx, user, RecoveryEnd::SecondStepUsed)?;
    }
    Ok(is_used.then_some(factor))
}

fn record_passkey_use(
    tx: &mut Tx<'_>,
    user: &UserId,
    found: PasskeyUse,
) -> Result<UsedPasskey, DbError> {
    let (passkey, state) = (found.passkey, found.state);
    let update = PasskeyUpdate {
        counter: i64::from(state.counter),
        // Browsers need not say at enrolment that the authenticator finds the passkey by itself.
        is_discoverable: passkey.is_discoverable || found.named_account,
        has_verified: passkey.has_verified || state.user_verified,
        backup_eligible: state.backup_eligible,
        backed_up: state.backed_up,
        last_used_at: tx.now,
    };
    passkeys::update(tx, user, &passkey.id, &update)?;
    Ok(UsedPasskey {
        id: passkey.id,
        user_verified: state.user_verified,
    })
}
