//! Invitations: how one is made, found by its link, and removed with its links and emails.

use super::links::{self, LinkState, NewLink, Purpose};
use crate::db::{DbError, Tx};
use crate::security::tokens;
use crate::store::invitations::{self, Invitation};
use crate::store::links::Link;
use crate::store::{links as link_rows, outbox};
use crate::values::{EmailAddress, TokenHash, UserId};

/// Makes an invitation with its link. Replaces an earlier one of the address. The caller has locked
/// the address, which has no account.
pub fn issue(tx: &mut Tx<'_>, email: &EmailAddress) -> Result<(Invitation, NewLink), DbError> {
    remove(tx, email.key())?;
    let invitation = Invitation {
        id: tokens::random_id(),
        email: email.as_str().to_owned(),
        email_key: email.key().to_owned(),
        created_at: tx.now,
        expires_at: tx.now + Purpose::Invitation.lifetime(),
    };
    invitations::insert(tx, &invitation)?;
    let link = links::issue(tx, Purpose::Invitation, &invitation.id, &invitation.email)?;
    Ok((invitation, link))
}

/// Returns the invitation of a link that works.
pub fn find(tx: &mut Tx<'_>, token: &TokenHash) -> Result<Option<(Link, Invitation)>, DbError> {
    let LinkState::Live(link) = links::peek(tx, Purpose::Invitation, token)? else {
        return Ok(None);
    };
    let now = tx.now;
    let invitation = invitations::by_id(tx, &link.subject_id, now)?;
    Ok(invitation.map(|invitation| (link, invitation)))
}

/// Uses an invitation. Only one of several concurrent requests gets `true`. The caller creates the
/// account and then calls [`hand_over`].
pub fn consume(tx: &mut Tx<'_>, link: &Link, invitation: &Invitation) -> Result<bool, DbError> {
    if !links::consume(tx, link)? {
        return Ok(false);
    }
    invitations::remove(tx, &invitation.email_key)?;
    Ok(true)
}

/// Moves the links and emails of a used invitation to the user that it has become.
pub fn hand_over(tx: &mut Tx<'_>, invitation: &Invitation, user: &UserId) -> Result<(), DbError> {
    links::hand_over(tx, &invitation.id, user)?;
    Ok(outbox::hand_over(tx, &invitation.id, &user.0)?)
}

/// Removes the invitation of an email address, with its links and emails. It was replaced, or the
/// address has come to belong to an account.
pub fn remove(tx: &mut Tx<'_>, email_key: &str) -> Result<(), DbError> {
    if let Some(id) = invitations::remove(tx, email_key)? {
        link_rows::delete_all(tx, &id)?;
        outbox::delete_all(tx, &id)?;
    }
    Ok(())
}
