//! Links in emails. A token works once, and only for its purpose, its subject and the email address
//! it was sent to. The database stores only its hash.

use std::time::Duration;

use strum::{IntoStaticStr, VariantArray};

use crate::clock::Timestamp;
use crate::db::{DbError, LockKey, Tx};
use crate::security::tokens;
use crate::store::links::{self, Link};
use crate::store::outbox;
use crate::values::{Token, TokenHash, UserId, address_key};

/// The purpose of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Purpose {
    /// Confirms the email address of a pending sign-up, which is the subject.
    Verify,
    /// Sets a new password. The subject is the user.
    Reset,
    /// Changes a user's email address to the one the link was sent to. The subject is the user.
    ChangeAddress,
    /// The undo link, "This wasn't me". Gives the account back to the email address the link was
    /// sent to. The subject is the user.
    Undo,
    /// Stops the removal of a lost second step. The subject is the user.
    KeepSecondStep,
    /// Removes a lost second step. Its page also asks for the password. The subject is the user.
    RemoveSecondStep,
    /// Creates an account. The subject is the invitation.
    Invitation,
}

/// The state of a link.
#[derive(Clone, Debug)]
pub enum LinkState {
    /// The link works.
    Live(Link),
    /// The link was used. It may also have expired since.
    Used(Link),
    /// The link is invalidated, expired or unknown.
    Unusable,
}

/// A new link.
#[derive(Clone, Debug)]
pub struct NewLink {
    pub id: String,
    pub created_at: Timestamp,
    /// The secret, which goes into the email.
    pub token: Token,
}

impl Purpose {
    /// Returns the lifetime of a link. NIST SP 800-63B-4 §4.2.1.2 allows up to 24 hours for codes
    /// sent by email. Links with a longer lifetime give no access to an existing
    /// account by themselves.
    pub const fn lifetime(self) -> Duration {
        match self {
            Self::Verify | Self::ChangeAddress => Duration::from_hours(24),
            Self::Undo | Self::Invitation => Duration::from_hours(7 * 24),
            Self::Reset => Duration::from_hours(1),
            // Longer than the longest wait.
            Self::KeepSecondStep => Duration::from_hours(15 * 24),
            Self::RemoveSecondStep => Duration::from_hours(3 * 24),
        }
    }

    pub(super) fn name(self) -> &'static str {
        self.into()
    }
}

/// Creates a link to be sent to `email`, an email address as stored. The database stores only a
/// hash of the returned token.
///
/// Invalidates the subject's earlier links for the same purpose. Undo links stay, because each
/// reverts the changes since it was sent. So do links that keep the second step.
pub fn issue(
    tx: &mut Tx<'_>,
    purpose: Purpose,
    subject_id: &str,
    email: &str,
) -> Result<NewLink, DbError> {
    let now = tx.now;
    let mut created_at = now;
    if purpose == Purpose::Undo {
        // An earlier undo link overrides later ones, so their order must be correct. This holds
        // even within one millisecond and if the clocks of several nodes differ.
        let newest = links::newest(tx, subject_id, purpose.name())?;
        created_at = newest.map_or(created_at, |newest| {
            created_at.max(newest + Duration::from_millis(1))
        });
    } else if purpose != Purpose::KeepSecondStep {
        links::invalidate(tx, subject_id, &[purpose.name()], now)?;
    }
    insert(tx, purpose, subject_id, email, created_at)
}

/// Creates a link that no email contains. Earlier links to the same email address, which were sent,
/// keep working. Links to other addresses are invalidated.
pub fn issue_without_email(
    tx: &mut Tx<'_>,
    purpose: Purpose,
    subject_id: &str,
    email: &str,
) -> Result<(), DbError> {
    let now = tx.now;
    links::invalidate_to_others(tx, subject_id, purpose.name(), &address_key(email), now)?;
    insert(tx, purpose, subject_id, email, now)?;
    Ok(())
}

fn insert(
    tx: &mut Tx<'_>,
    purpose: Purpose,
    subject_id: &str,
    email: &str,
    created_at: Timestamp,
) -> Result<NewLink, DbError> {
    let token = tokens::new_token();
    let link = Link {
        id: tokens::random_id(),
        token_hash: tokens::hash_token(&token),
        purpose: purpose.name().to_owned(),
        subject_id: subject_id.to_owned(),
        email_key: address_key(email),
        created_at,
        expires_at: tx.now + purpose.lifetime(),
        used_at: None,
        invalidated_at: None,
        email: Some(email.to_owned()),
    };
    links::insert(tx, &link)?;
    Ok(NewLink {
        id: link.id,
        created_at,
        token,
    })
}

/// Locks the email address that a link was sent to, and its subject. Data read afterwards stays
/// true until the transaction ends.
pub fn lock(tx: &mut Tx<'_>, purpose: Purpose, token: &TokenHash) -> Result<(), DbError> {
    match links::by_token_hash(tx, purpose.name(), token)? {
        Some(link) => tx.lock_all([
            LockKey::Address(&link.email_key),
            LockKey::User(&link.subject_id),
        ]),
        None => Ok(()),
    }
}

/// Returns the state of a link and changes nothing.
pub fn peek(tx: &mut Tx<'_>, purpose: Purpose, token: &TokenHash) -> Result<LinkState, DbError> {
    let link = links::by_token_hash(tx, purpose.name(), token)?;
    Ok(state_of(link, tx.now))
}

/// Returns true if a link for `purpose` was used. Links are deleted a day after they expire.
pub fn was_used(tx: &mut Tx<'_>, purpose: Purpose, subject_id: &str) -> Result<bool, DbError> {
    Ok(links::was_used(tx, subject_id, purpose.name())?)
}

/// Marks a link as used. Only one of several concurrent requests gets `true`.
pub fn consume(tx: &mut Tx<'_>, link: &Link) -> Result<bool, DbError> {
    let now = tx.now;
    Ok(links::consume(tx, &link.subject_id, &link.id, now)?)
}

/// Moves the links and emails of a pending sign-up or an invitation to the user that it has become.
pub fn hand_over_with_emails(tx: &mut Tx<'_>, from: &str, user: &UserId) -> Result<(), DbError> {
    links::hand_over(tx, from, &user.0)?;
    Ok(outbox::hand_over(tx, from, &user.0)?)
}

/// Deletes the links and emails of a user, a pending sign-up or an invitation.
pub fn delete_with_emails(tx: &mut Tx<'_>, subject_id: &str) -> Result<(), DbError> {
    links::delete_all(tx, subject_id)?;
    Ok(outbox::delete_all(tx, subject_id)?)
}

/// Invalidates a user's links that could change something, for example after a new password. Undo
/// links stay valid. Otherwise an attacker in the account could take them from the owner.
pub fn invalidate_all(tx: &mut Tx<'_>, user_id: &str) -> Result<(), DbError> {
    let purposes = [Purpose::Verify, Purpose::Reset, Purpose::ChangeAddress].map(Purpose::name);
    let now = tx.now;
    Ok(links::invalidate(tx, user_id, &purposes, now)?)
}

/// Invalidates a user's links for these purposes.
pub fn invalidate_of(tx: &mut Tx<'_>, user: &UserId, purposes: &[Purpose]) -> Result<(), DbError> {
    let (names, now) = (purposes.iter().map(|purpose| purpose.name()), tx.now);
    let names: Vec<_> = names.collect();
    Ok(links::invalidate(tx, &user.0, &names, now)?)
}

/// Invalidates the links that an undo overrides. Only undo links that were sent earlier stay valid.
pub fn invalidate_for_undo(tx: &mut Tx<'_>, undo: &Link) -> Result<(), DbError> {
    invalidate_all(tx, &undo.subject_id)?;
    let (purpose, now) = (Purpose::Undo.name(), tx.now);
    Ok(links::invalidate_created_after(
        tx,
        &undo.subject_id,
        purpose,
        undo.created_at,
        now,
    )?)
}

/// Returns a user's working links for `purpose`, newest first.
pub fn live(tx: &mut Tx<'_>, purpose: Purpose, user: &UserId) -> Result<Vec<Link>, DbError> {
    let now = tx.now;
    Ok(links::live(tx, &user.0, purpose.name(), now)?)
}

/// Returns the new email address of a user's pending change.
pub fn pending_address(tx: &mut Tx<'_>, user: &UserId) -> Result<Option<String>, DbError> {
    let links = live(tx, Purpose::ChangeAddress, user)?;
    Ok(links.into_iter().find_map(|link| link.email))
}

/// Invalidates the links of a user's pending change of address.
pub fn cancel_change(tx: &mut Tx<'_>, user: &UserId) -> Result<(), DbError> {
    invalidate_of(tx, user, &[Purpose::ChangeAddress])
}

/// Returns those of `ids` that are working links of the user for `purpose`.
pub fn live_among(
    tx: &mut Tx<'_>,
    purpose: Purpose,
    user: &UserId,
    ids: &[&str],
) -> Result<Vec<String>, DbError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let now = tx.now;
    Ok(links::live_among(tx, &user.0, purpose.name(), ids, now)?)
}

/// Returns the state of a user's link by its id. Changes nothing, like [`peek`].
pub fn peek_by_id(
    tx: &mut Tx<'_>,
    purpose: Purpose,
    user: &UserId,
    id: &str,
) -> Result<LinkState, DbError> {
    let link = links::of_subject(tx, &user.0, id)?.filter(|link| link.purpose == purpose.name());
    Ok(state_of(link, tx.now))
}

fn state_of(link: Option<Link>, now: Timestamp) -> LinkState {
    match link {
        Some(link) if link.used_at.is_some() => LinkState::Used(link),
        Some(link) if link.invalidated_at.is_none() && link.expires_at > now => {
            LinkState::Live(link)
        }
        _ => LinkState::Unusable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names are stored, so a renamed variant must keep its own.
    #[test]
    fn stored_names_stay() {
        let names: Vec<&str> = Purpose::VARIANTS
            .iter()
            .map(|variant| variant.name())
            .collect();
        let stored = "verify reset change_address undo keep_second_step remove_second_step \
                      invitation";
        assert_eq!(names.join(" "), stored);
    }
}
