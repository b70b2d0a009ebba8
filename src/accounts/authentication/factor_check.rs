//! The only place that compares the codes of an account's factors. [`use_code`] and [`check_code`]
//! count each attempt as a failure before the comparison, in a transaction that has locked the
//! user. So 20 codes at once count as 20 failures, and a code works once.

use super::{authenticator_apps, recovery_codes};
use crate::accounts::login_protection::{
    CodeAttemptOutcome, CodeSource, FailureCount, LoginBlocked, begin_code_attempt,
    cancel_code_attempt, record_code_success,
};
use crate::db::{DbError, Tx};
use crate::security::tokens::hash_recovery_code;
use crate::store::{recovery_codes as code_rows, totp_credentials};
use crate::values::{AppCode, Code, RecoveryCode, RecoveryCodeHash, UserId};

/// A factor whose code was used in this transaction. Only this file makes one.
#[derive(Debug)]
pub struct VerifiedFactor(FactorUse);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FactorUse {
    App,
    RecoveryCode {
        /// Number of recovery codes left.
        left: i64,
    },
}

/// Outcome of a code.
#[derive(Debug)]
pub enum CodeOutcome<T> {
    Match(T),
    /// The code is wrong, or its time is over.
    Mismatch(FailureCount),
    /// The code of an app was used before. A used recovery code is a `Mismatch`.
    Used(FailureCount),
    /// The code was not compared.
    Blocked(LoginBlocked),
    /// The secret of no app could be opened, so the code was not compared and does not count.
    Unreadable,
}

/// Result of a comparison.
enum Comparison {
    /// The code is right and unused.
    Match(Use),
    Used,
    Mismatch,
    /// The secret of no app could be opened.
    Unreadable,
}

/// The use of a code that is right and unused.
enum Use {
    AppStep { app: String, step: i64 },
    RecoveryCode(RecoveryCodeHash),
}

impl VerifiedFactor {
    pub fn factor(&self) -> FactorUse {
        self.0
    }
}

/// Compares a code and uses it.
pub fn use_code(
    tx: &mut Tx<'_>,
    source: &CodeSource,
    code: &Code,
) -> Result<CodeOutcome<VerifiedFactor>, DbError> {
    attempt(tx, source, code, |tx, found| {
        consume(tx, &source.user, found)
    })
}

/// Compares a code without using it. The change that it authorizes uses it ([`use_checked`]).
pub fn check_code(
    tx: &mut Tx<'_>,
    source: &CodeSource,
    code: &Code,
) -> Result<CodeOutcome<()>, DbError> {
    attempt(tx, source, code, |_, _| Ok(Some(())))
}

/// Uses a code that [`check_code`] found right. Compares again, because the code may have been used
/// in the meantime, or its app removed. Returns `None` then.
pub fn use_checked(
    tx: &mut Tx<'_>,
    user: &UserId,
    code: &Code,
) -> Result<Option<VerifiedFactor>, DbError> {
    match compare(tx, user, code)? {
        Comparison::Match(found) => consume(tx, user, found),
        Comparison::Used | Comparison::Mismatch | Comparison::Unreadable => Ok(None),
    }
}

/// Counts a failure, compares, and takes the failure back if `on_match` succeeds.
fn attempt<T>(
    tx: &mut Tx<'_>,
    source: &CodeSource,
    code: &Code,
    on_match: impl FnOnce(&mut Tx<'_>, Use) -> Result<Option<T>, DbError>,
) -> Result<CodeOutcome<T>, DbError> {
    let attempt = match begin_code_attempt(tx, source, matches!(code, Code::Recovery(_)))? {
        CodeAttemptOutcome::Allowed(attempt) => attempt,
        CodeAttemptOutcome::Blocked(blocked) => return Ok(CodeOutcome::Blocked(blocked)),
    };
    let found = match compare(tx, &source.user, code)? {
        Comparison::Match(found) => found,
        Comparison::Used => return Ok(CodeOutcome::Used(attempt.failures)),
        Comparison::Mismatch => return Ok(CodeOutcome::Mismatch(attempt.failures)),
        Comparison::Unreadable => {
            cancel_code_attempt(tx, &attempt)?;
            return Ok(CodeOutcome::Unreadable);
        }
    };
    let Some(right) = on_match(tx, found)? else {
        return Ok(CodeOutcome::Used(attempt.failures));
    };
    record_code_success(tx, source, &attempt)?;
    Ok(CodeOutcome::Match(right))
}

fn compare(tx: &mut Tx<'_>, user: &UserId, code: &Code) -> Result<Comparison, DbError> {
    match code {
        Code::App(code) => compare_app_code(tx, user, *code),
        Code::Recovery(code) => compare_recovery_code(tx, user, code),
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

/// Uses a code. Returns `None` if it was used before.
fn consume(tx: &mut Tx<'_>, user: &UserId, found: Use) -> Result<Option<VerifiedFactor>, DbError> {
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
    };
    Ok(is_used.then_some(VerifiedFactor(factor)))
}
