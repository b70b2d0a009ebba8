//! Creates, finds, accepts and removes invitations.

use super::groups;
use super::links::{self, LinkState, NewLink, Purpose};
use crate::db::{DbError, Tx};
use crate::security::tokens;
use crate::store::invitations::{self, Invitation};
use crate::store::links::Link;
use crate::store::users::{self, User};
use crate::values::{EmailAddress, GroupName, TokenHash, UserId};

/// Creates an invitation with its link. Replaces an earlier one of the address. The caller has
/// locked the address, which has no account.
pub fn issue(
    tx: &mut Tx<'_>,
    email: &EmailAddress,
    invited_by: Option<UserId>,
    groups: &[GroupName],
) -> Result<(Invitation, NewLink), DbError> {
    remove(tx, email.key())?;
    let invitation = Invitation {
        id: tokens::random_id(),
        email: email.as_str().to_owned(),
        email_key: email.key().to_owned(),
        created_at: tx.now,
        expires_at: tx.now + Purpose::Invitation.lifetime(),
        invited_by,
        groups: GroupName::join(groups).unwrap_or_default(),
        accepted_at: None,
        accepted_by: None,
    };
    invitations::insert(tx, &invitation)?;
    let link = links::issue(tx, Purpose::Invitation, &invitation.id, &invitation.email)?;
    Ok((invitation, link))
}

/// Returns a working link and its invitation. `None` if the address has an account, because a node
/// of the previous version creates one without removing the invitation.
pub fn find(tx: &mut Tx<'_>, token: &TokenHash) -> Result<Option<(Link, Invitation)>, DbError> {
    let LinkState::Live(link) = links::peek(tx, Purpose::Invitation, token)? else {
        return Ok(None);
    };
    let now = tx.now;
    let invitation = invitations::by_id(tx, &link.subject_id, now)?;
    let has_account = users::by_email_key(tx, &link.email_key)?.is_some();
    let invitation = invitation.filter(|_| !has_account);
    Ok(invitation.map(|invitation| (link, invitation)))
}

/// Ends the invitation of the address of a new account. If it was open, the account joins its
/// groups. Moves a used link and its email to the account. Deletes an unused one, because the
/// account was created in another way.
pub fn accept(tx: &mut Tx<'_>, user: &User) -> Result<(), DbError> {
    let now = tx.now;
    let Some(invitation) = invitations::by_email_key(tx, &user.email_key, now)? else {
        remove(tx, &user.email_key)?;
        return Ok(());
    };
    groups::join_all(tx, &user.id, &invitation.groups())?;
    invitations::accept(tx, &invitation.id, &user.id, now)?;
    if links::was_used(tx, Purpose::Invitation, &invitation.id)? {
        links::hand_over_with_emails(tx, &invitation.id, &user.id)
    } else {
        links::delete_with_emails(tx, &invitation.id)
    }
}

/// Removes the invitation of an email address, with its links and emails. It was replaced or
/// withdrawn, or the address has come to belong to an account. Returns its id, if there is one.
pub fn remove(tx: &mut Tx<'_>, email_key: &str) -> Result<Option<String>, DbError> {
    let id = invitations::remove(tx, email_key)?;
    if let Some(id) = &id {
        links::delete_with_emails(tx, id)?;
    }
    Ok(id)
}
