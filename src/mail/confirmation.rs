//! Confirmation links for pending sign-ups. A sign-up sends one. 'Send it again' and 'Forgot your
//! password?' send another.

use super::email_kind::EmailKind;
use super::outbox::Outbox;
use crate::accounts::links::{self, Purpose};
use crate::accounts::throttle::{Limit, Limits};
use crate::clock::Timestamp;
use crate::db::{DbConnection, DbError};
use crate::store::pending_signups::{self, PendingSignup};

/// Sends a new confirmation link to a pending sign-up and invalidates the earlier ones. The sign-up
/// stays pending for as long as the link works. If the sign-up has no password any more, the email
/// asks the user to choose one.
pub fn send_confirmation(
    connection: &mut DbConnection,
    outbox: &Outbox,
    signup: &PendingSignup,
    now: Timestamp,
) -> Result<(), DbError> {
    pending_signups::extend(connection, &signup.id, (now + Purpose::Verify.lifetime()).millis())?;
    let token = links::issue(connection, Purpose::Verify, &signup.id, &signup.email, now)?.token;
    let kind = match signup.password_hash {
        Some(_) => EmailKind::ConfirmEmail { token },
        None => EmailKind::ChoosePassword { token },
    };
    outbox.enqueue(connection, signup.into(), kind, now)
}

/// Sends a new link if the email address has a pending sign-up and is not rate-limited. Without a
/// sign-up, queues a decoy, so that the response does not reveal which case it was.
pub fn send_confirmation_again(
    connection: &mut DbConnection,
    outbox: &Outbox,
    limits: &Limits,
    email_key: &str,
    signup: Option<&PendingSignup>,
    now: Timestamp,
) -> Result<(), DbError> {
    match signup {
        Some(signup) if limits.check(connection, Limit::Mails, email_key, now)? => {
            send_confirmation(connection, outbox, signup, now)
        }
        None if limits.check_decoy(connection, email_key, now)? => outbox.enqueue_decoy(connection, now),
        _ => Ok(()),
    }
}
