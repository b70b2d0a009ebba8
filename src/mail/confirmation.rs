//! The confirmation link: sent by a sign-up, and again by 'send it again' and 'forgot your password' for a sign-up that waits.

use super::email_kind::EmailKind;
use super::outbox::Outbox;
use crate::accounts::links::{self, Purpose};
use crate::accounts::throttle::{Limit, Limits};
use crate::clock::Timestamp;
use crate::db::{DbConnection, DbError};
use crate::store::pending_signups::{self, PendingSignup};

/// Mails a new link to a sign-up that waits, voids the earlier ones, and lets the sign-up wait as long as the link
/// works. Where the password was dropped, the link asks for one.
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

/// Mails it again to the address, if a sign-up waits and the address may get another mail. Where none waits, as much is done for
/// nobody: who asks must not learn which it was.
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
