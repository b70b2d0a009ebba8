//! Obstacles to a login, to the delivery of an email, or to the use of an app, with their messages.

use std::time::Duration;

use serde::Serialize;

use super::waits::display_wait;
use crate::values::SignUpRejected;

/// An obstacle that keeps a user from logging in, or an email from arriving. Times are in UTC, such
/// as `2026-11-22T14:05:09Z`. The end of a back-off also states the remaining wait.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "gate", rename_all = "snake_case")]
pub enum Obstacle {
    /// The email address has neither an account nor a pending sign-up.
    NoAccount,
    /// No address can sign up.
    SignUpClosed,
    /// Addresses at this domain cannot sign up.
    DomainNotAllowed,
    /// The address has an invitation that was not accepted.
    InvitationOpen { since: String, until: String },
    /// The sign-up is confirmed, and an administrator must approve it.
    AwaitingApproval { since: String, until: String },
    /// The sign-up is still pending.
    NotConfirmed {
        since: String,
        until: String,
        /// True after a second sign-up for the address. The confirmation page then asks for a
        /// password.
        chooses_password: bool,
    },
    /// The account was imported without a password, or its user logs in with a passkey.
    NoPassword,
    /// An undo link was used, and no new password has been set since.
    BlockedByUndo { since: String },
    /// An administrator or the operator has locked the account.
    Locked { since: String },
    /// Failures from unknown devices have caused a back-off.
    #[serde(rename = "throttled")]
    PasswordBackOff { until: String },
    /// Failures from a known device have caused a back-off, which applies to that device only.
    #[serde(rename = "browser_throttled")]
    KnownDeviceBackOff { until: String },
    /// Unknown devices are locked out after 100 consecutive failures.
    #[serde(rename = "password_off")]
    PasswordLockedOut,
    /// Wrong codes from unknown devices have caused a back-off.
    CodesDelayed { until: String },
    /// After 50 consecutive wrong codes, unknown devices can no longer use an authenticator app.
    CodesLockedOut,
    /// The removal of the second step was requested.
    RecoveryPending { until: String },
    /// The operator requires a second step, and the account has none. The user can log in and add
    /// one.
    SecondStepRequired,
    #[serde(rename = "mail_waits")]
    EmailQueued {
        #[serde(rename = "letter")]
        kind: String,
        since: String,
        /// Number of failed delivery attempts.
        attempts: i32,
        /// `None` if no further attempt follows before the email expires.
        next: Option<String>,
        /// The stored name of a `DeliveryFailure`.
        last_failure: Option<String>,
    },
    /// A mail server rejected the email permanently, or the email expired before its delivery.
    #[serde(rename = "mail_given_up")]
    EmailFailed {
        #[serde(rename = "letter")]
        kind: String,
        at: String,
    },
}

impl Obstacle {
    /// Explains the obstacle and its remedy.
    pub fn message(&self) -> String {
        match self {
            Self::NoAccount => {
                "No account has this address, and no sign-up for it is pending. Check the \
                 spelling."
                    .to_owned()
            }
            Self::InvitationOpen { since, until } => format!(
                "An invitation was sent at {since} and has not been accepted. Its link works until \
                 {until}. `vestibule invite` sends a new one."
            ),
            Self::SignUpClosed => {
                "No address can sign up, because VESTIBULE_SIGN_UP is `invitation`.".to_owned()
            }
            Self::DomainNotAllowed => "The address cannot sign up, because its domain is not in \
                 VESTIBULE_SIGN_UP_DOMAINS."
                .to_owned(),
            Self::AwaitingApproval { since, until } => format!(
                "The sign-up was confirmed at {since} and awaits approval until {until}. \
                 `vestibule user approve` creates the account."
            ),
            Self::NotConfirmed {
                since,
                until,
                chooses_password,
            } => format!(
                "The address is not confirmed. The latest link of the sign-up from {since} has not \
                 been used. It works until {until}.{}",
                if *chooses_password {
                    " Its page asks for a password, because the address was signed up more than \
                     once, or was also invited."
                } else {
                    ""
                }
            ),
            Self::NoPassword => {
                "The account has no password. Its user logs in with a passkey, or sets a password \
                 with the link from “Forgot your password?”."
                    .to_owned()
            }
            Self::BlockedByUndo { since } => format!(
                "Someone chose “This wasn’t me” at {since}, so the old password no longer works. \
                 Set a new one with the link that was emailed then, or with a new reset link."
            ),
            Self::Locked { since } => format!(
                "The account has been locked since {since}. `vestibule user unlock` unlocks it."
            ),
            Self::PasswordBackOff { until } => format!(
                "Too many wrong passwords from unknown devices: they can try again at {until}. \
                 Known devices and a password reset are not blocked."
            ),
            Self::KnownDeviceBackOff { until } => format!(
                "Too many wrong passwords from a known device: it can try again at {until}. Other \
                 devices and a password reset are not blocked by it."
            ),
            Self::PasswordLockedOut => {
                "After 100 consecutive wrong passwords, unknown devices are locked out until the \
                 password is reset. A login from a known device shortens this to 15 minutes."
                    .to_owned()
            }
            Self::CodesDelayed { until } => format!(
                "Too many wrong codes from unknown devices: codes of an authenticator app are \
                 compared again at {until}. Recovery codes and known devices are not blocked by it."
            ),
            Self::CodesLockedOut => {
                "After 50 consecutive wrong codes, codes of an authenticator app no longer work on \
                 unknown devices until the password is reset or changed. A code on a known device \
                 shortens this to 15 minutes. Recovery codes still work. Someone else may know the \
                 password."
                    .to_owned()
            }
            Self::RecoveryPending { until } => format!(
                "The removal of the second step was requested. The wait ends at {until}. Then the \
                 owner gets a link. `vestibule user remove-second-step` removes the second step at \
                 once."
            ),
            Self::SecondStepRequired => {
                "VESTIBULE_SECOND_FACTOR requires a second step, and the account has none. Until \
                 it has one, the user can open only the pages that add one."
                    .to_owned()
            }
            Self::EmailQueued {
                kind,
                since,
                attempts,
                next,
                last_failure,
            } => format!(
                "The email '{kind}' from {since} is not delivered yet. Failed attempts: \
                 {attempts}. Last failure: {}. Next attempt: {}.",
                last_failure.as_deref().unwrap_or("none"),
                next.as_deref().unwrap_or("none")
            ),
            Self::EmailFailed { kind, at } => format!(
                "The email '{kind}' was given up at {at}: it was rejected permanently, or its link \
                 had expired. The log says which."
            ),
        }
    }
}

impl From<SignUpRejected> for Obstacle {
    fn from(rejected: SignUpRejected) -> Self {
        match rejected {
            SignUpRejected::Closed => Self::SignUpClosed,
            SignUpRejected::Domain(_) => Self::DomainNotAllowed,
        }
    }
}

/// An obstacle that keeps a user from opening an app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "gate", rename_all = "snake_case")]
pub enum AppObstacle {
    AppDisabled,
    /// The user is in none of the groups that may open the app.
    NotInGroup {
        groups: Vec<String>,
    },
    /// The app needs a login with a second step, and the account has none.
    NoSecondStep,
    /// The app needs a more recent login than any session of the user.
    LoginTooOld {
        minutes: i32,
    },
}

impl AppObstacle {
    /// Explains the obstacle and its remedy. `app` is the id of the app.
    pub fn message(&self, app: &str) -> String {
        match self {
            Self::AppDisabled => format!(
                "The app {app} is disabled. `vestibule app set {app} disabled=off` enables it."
            ),
            Self::NotInGroup { groups } if groups.is_empty() => format!(
                "No group may open the app {app}. `vestibule app allow {app} GROUP` opens it."
            ),
            Self::NotInGroup { groups } => format!(
                "The user is in none of the groups that may open the app {app}: {}. `vestibule \
                 group add GROUP ADDRESS` adds the user.",
                groups.join(", ")
            ),
            Self::NoSecondStep => format!(
                "The app {app} needs a login with a second step, and the account has none. The \
                 user adds one at /account/security."
            ),
            Self::LoginTooOld { minutes } => format!(
                "The app {app} needs a login that is at most {} old, and no session has one. It \
                 asks for the login again.",
                display_wait(Duration::from_mins(u64::try_from(*minutes).unwrap_or(0)))
            ),
        }
    }
}
