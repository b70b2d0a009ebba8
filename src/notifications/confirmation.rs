//! Confirmation links for pending sign-ups. A sign-up sends one. 'Send it again' and 'Forgot your
//! password?' send another. A sign-up that awaits approval gets an email about that instead.

use crate::accounts::links::{self, Purpose};
use crate::accounts::rate_limits::{self, Limit};
use crate::db::{DbError, Tx};
use crate::mail::emails::approval::ApprovalWaiting;
use crate::mail::emails::sign_up::{ChoosePassword, ConfirmEmail};
use crate::mail::{enqueue, enqueue_decoy};
use crate::store::pending_signups::{self, PendingSignup};

/// Sends a new confirmation link to a pending sign-up and invalidates the earlier ones. The sign-up
/// stays pending for as long as the link works. If the sign-up has no password any more, the email
/// asks the user to choose one.
pub fn send_confirmation(tx: &mut Tx<'_>, signup: &PendingSignup) -> Result<(), DbError> {
    if signup.awaits_approval() {
        return enqueue(tx, signup.into(), ApprovalWaiting {});
    }
    let expires_at = tx.now + Purpose::Verify.lifetime();
    pending_signups::extend(tx, &signup.id, expires_at)?;
    let token = links::issue(tx, Purpose::Verify, &signup.id, &signup.email)?.token;
    match signup.password_hash {
        Some(_) => enqueue(tx, signup.into(), ConfirmEmail { token }),
        None => enqueue(tx, signup.into(), ChoosePassword { token }),
    }
}

/// Sends a new link if the email address has a pending sign-up and is not rate-limited. Without a
/// sign-up, queues a decoy, so that the response does not reveal which case it was.
pub fn send_confirmation_again(
    tx: &mut Tx<'_>,
    email_key: &str,
    signup: Option<&PendingSignup>,
) -> Result<(), DbError> {
    match signup {
        Some(signup) if rate_limits::check(tx, Limit::Emails, email_key)? => {
            send_confirmation(tx, signup)
        }
        None if rate_limits::check_decoy(tx, email_key)? => enqueue_decoy(tx),
        _ => Ok(()),
    }
}
