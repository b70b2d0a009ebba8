//! The limit of failures for one client network. Passwords, codes and passkeys share it.

use super::LoginBlocked;
use crate::accounts::rate_limits::{self, Limit, Wait};
use crate::clock::Timestamp;
use crate::db::{DbError, Tx};
use crate::values::ClientNetwork;

/// Counts an attempt as a failure of the client network, unless it is over the limit. The caller
/// has locked the network. For a known device it passes `None`, because an attacker in the same
/// network must not block that device.
pub fn begin_network_attempt(
    tx: &mut Tx<'_>,
    network: Option<ClientNetwork>,
) -> Result<Option<LoginBlocked>, DbError> {
    let Some(network) = network else {
        return Ok(None);
    };
    let counted = rate_limits::try_acquire(tx, Limit::WrongPasswords, &network.to_string())?;
    Ok(counted
        .err()
        .map(|Wait(wait)| LoginBlocked::NetworkLimited(wait)))
}

/// Refunds the failure that [`begin_network_attempt`] counted at `at`.
pub fn refund_network_attempt(
    tx: &mut Tx<'_>,
    network: Option<ClientNetwork>,
    at: Timestamp,
) -> Result<(), DbError> {
    match network {
        Some(network) => rate_limits::refund(tx, Limit::WrongPasswords, &network.to_string(), at),
        None => Ok(()),
    }
}
