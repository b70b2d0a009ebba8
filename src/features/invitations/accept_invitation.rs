//! The operation: creates the account of an invitation. No account exists before, so an attacker
//! has nothing to claim. The account gets the invited address. The form has no field for it.

use crate::accounts::authentication::passwords::{self, AcceptedPassword};
use crate::accounts::links::Purpose;
use crate::accounts::users::create_user;
use crate::accounts::{audit, devices, invitations, links, login_protection, signups};
use crate::app::{App, Failure};
use crate::db::Tx;
use crate::security::tokens;
use crate::store::invitations::Invitation;
use crate::values::{ClientInfo, DeviceId, DisplayName, Event, Token};

/// A submitted invitation page.
pub struct Acceptance {
    pub token: Token,
    pub name: Option<DisplayName>,
    pub password: AcceptedPassword,
    pub device: DeviceId,
}

/// Returns the invitation if the link works. Changes nothing.
pub async fn peek(app: &App, token: &Token) -> Result<Option<Invitation>, Failure> {
    let token_hash = tokens::hash_token(token);
    let find = move |tx: &mut Tx<'_>| {
        let found = invitations::find(tx, &token_hash)?;
        Ok(found.map(|(_, invitation)| invitation))
    };
    Ok(app.read(find).await?)
}

/// Creates the account, and makes the device a known device. Returns the account's email address,
/// or `None` if the link does not work any more.
pub async fn accept_invitation(
    app: &App,
    acceptance: Acceptance,
    client: ClientInfo,
) -> Result<Option<String>, Failure> {
    let Acceptance {
        token,
        name,
        password,
        device,
    } = acceptance;
    let password_hash = passwords::hash(&app.hasher, password, app.settings.bcrypt_cost).await?;
    let token_hash = tokens::hash_token(&token);
    let work = move |tx: &mut Tx<'_>| {
        links::lock(tx, Purpose::Invitation, &token_hash)?;
        let Some((link, invitation)) = invitations::find(tx, &token_hash)? else {
            return Ok(None);
        };
        // A request that waited for the lock finds the link consumed.
        if !links::consume(tx, &link)? {
            return Ok(None);
        }
        let name = name.as_ref().map(DisplayName::as_str);
        let user = create_user(tx, &invitation.email, name, &password_hash)?;
        signups::remove_pending(tx, &invitation.email_key)?;
        devices::remember(tx, &user.id, &device)?;
        // Failures from the time before the account existed must not count against it.
        login_protection::reset_failures(tx, &invitation.email_key)?;
        audit::record(tx, Event::AddressConfirmed, &user.id)?;
        Ok(Some(invitation.email))
    };
    Ok(app.write(client, work).await?)
}
