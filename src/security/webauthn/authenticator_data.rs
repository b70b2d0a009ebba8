//! The authenticator data, in which the authenticator reports on the user and the passkey (WebAuthn
//! §6.1).

use aws_lc_rs::digest::{SHA256, digest};

use super::cbor::Reader;
use super::public_key::PublicKey;
use super::rejection::Rejection;

/// Longest credential id that WebAuthn allows (§6.5.1), in bytes.
const LONGEST_ID: usize = 1023;

// Flags. The two that are left are reserved.
const USER_PRESENT: u8 = 1;
const USER_VERIFIED: u8 = 1 << 2;
const BACKUP_ELIGIBLE: u8 = 1 << 3;
const BACKED_UP: u8 = 1 << 4;
const HAS_CREDENTIAL: u8 = 1 << 6;
const HAS_EXTENSIONS: u8 = 1 << 7;

/// The rule for a PIN or a biometric check by the authenticator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserVerification {
    /// A response without it is rejected, whatever the page asked for.
    Required,
    Preferred,
}

/// The state of a passkey, as its authenticator reports it with each response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PasskeyState {
    /// The number of signatures, or 0 if the authenticator does not count.
    pub counter: u32,
    pub user_verified: bool,
    pub backup_eligible: bool,
    pub backed_up: bool,
}

/// The credential that a registration creates.
#[derive(Clone, Debug)]
pub(super) struct Credential {
    pub(super) aaguid: [u8; 16],
    pub(super) id: Vec<u8>,
    pub(super) public_key: PublicKey,
}

#[derive(Clone, Debug)]
pub(super) struct AuthenticatorData {
    rp_id_hash: [u8; 32],
    flags: u8,
    counter: u32,
    pub(super) credential: Option<Credential>,
}

impl UserVerification {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Preferred => "preferred",
        }
    }
}

impl AuthenticatorData {
    /// Reads the data to its last byte. Extensions are skipped.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, Rejection> {
        let mut rest = bytes;
        let rp_id_hash = take(&mut rest)?;
        let [flags] = take(&mut rest)?;
        let counter = u32::from_be_bytes(take(&mut rest)?);
        let is_set = |flag: u8| flags & flag != 0;
        let header = if is_set(HAS_CREDENTIAL) {
            Some((take(&mut rest)?, credential_id(&mut rest)?))
        } else {
            None
        };
        let mut cbor = Reader::new(rest);
        let credential = match header {
            Some((aaguid, id)) => Some(Credential {
                aaguid,
                id,
                public_key: PublicKey::read(&mut cbor)?,
            }),
            None => None,
        };
        if is_set(HAS_EXTENSIONS) {
            cbor.members([])?;
        }
        if !cbor.is_at_end() {
            return Err(Rejection::AuthenticatorData);
        }
        Ok(Self {
            rp_id_hash,
            flags,
            counter,
            credential,
        })
    }

    pub(super) fn check(
        &self,
        rp_id: &str,
        user_verification: UserVerification,
    ) -> Result<PasskeyState, Rejection> {
        let is_set = |flag: u8| self.flags & flag != 0;
        let expected = digest(&SHA256, rp_id.as_bytes());
        let expected: &[u8] = expected.as_ref();
        if expected != self.rp_id_hash {
            return Err(Rejection::RpId);
        }
        if !is_set(USER_PRESENT) {
            return Err(Rejection::UserPresence);
        }
        if !is_set(USER_VERIFIED) && user_verification == UserVerification::Required {
            return Err(Rejection::UserVerification);
        }
        if is_set(BACKED_UP) && !is_set(BACKUP_ELIGIBLE) {
            return Err(Rejection::BackupState);
        }
        Ok(PasskeyState {
            counter: self.counter,
            user_verified: is_set(USER_VERIFIED),
            backup_eligible: is_set(BACKUP_ELIGIBLE),
            backed_up: is_set(BACKED_UP),
        })
    }
}

/// Returns true if a credential id has a length that WebAuthn allows.
pub(super) fn is_id(bytes: &[u8]) -> bool {
    (1..=LONGEST_ID).contains(&bytes.len())
}

fn credential_id(rest: &mut &[u8]) -> Result<Vec<u8>, Rejection> {
    let length = usize::from(u16::from_be_bytes(take(rest)?));
    let (id, left) = rest
        .split_at_checked(length)
        .ok_or(Rejection::AuthenticatorData)?;
    *rest = left;
    if is_id(id) {
        Ok(id.to_vec())
    } else {
        Err(Rejection::CredentialId)
    }
}

fn take<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], Rejection> {
    let (taken, left) = rest
        .split_first_chunk()
        .ok_or(Rejection::AuthenticatorData)?;
    *rest = left;
    Ok(*taken)
}
