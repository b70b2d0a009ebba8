//! Passkeys: the options that a page gives to the browser, the responses that come back, and the
//! stored passkeys. No row is written before a response is used.

use crate::clock::Timestamp;
use crate::config::PublicUrl;
use crate::db::{DbError, Tx};
use crate::security::challenge::{self, Purpose, VerifiedChallenge};
use crate::security::keys::Keys;
use crate::security::tokens;
use crate::security::webauthn::{
    self, Assertion, CreationOptions, Expected, ListedPasskey, NewPasskey, Registration, Rejection,
    RequestOptions, UserEntity, UserVerification,
};
use crate::store::passkeys::{self, Passkey};
use crate::store::spent_challenges;
use crate::store::users::User;
use crate::values::{PasskeyError, UserId, authenticator_name, display_device};

/// Largest number of passkeys per account.
pub const MAX_PASSKEYS: usize = 20;

/// The enrolment or one use of a passkey, on one page. The page's options and the check of the
/// response share it.
#[derive(Clone, Copy)]
pub struct Ceremony<'a> {
    pub keys: &'a Keys,
    pub public_url: &'a PublicUrl,
    pub purpose: Purpose<'a>,
    pub user_verification: UserVerification,
    pub now: Timestamp,
}

/// The response of a passkey to a challenge that the server made for this use. Its signature is not
/// verified yet.
#[derive(Clone, Debug)]
pub struct PresentedPasskey {
    pub assertion: Assertion,
    pub challenge: VerifiedChallenge,
    pub public_url: PublicUrl,
    pub user_verification: UserVerification,
}

/// A new passkey that was verified, and the challenge that it answers.
#[derive(Clone, Debug)]
pub struct VerifiedRegistration {
    pub passkey: NewPasskey,
    challenge: VerifiedChallenge,
    /// The host for which the passkey works.
    rp_id: String,
}

impl Ceremony<'_> {
    /// Returns the options for a new passkey, in JSON.
    pub fn creation_options(&self, app_name: &str, user: &User, existing: &[Passkey]) -> String {
        CreationOptions {
            public_url: self.public_url,
            app_name,
            user: entity(user),
            challenge: &self.challenge(),
            existing: &listed(existing),
        }
        .to_json()
    }

    /// Returns the options for the use of one of these passkeys, in JSON. Without any, the browser
    /// offers those that it knows.
    pub fn request_options(&self, allowed: &[Passkey]) -> String {
        RequestOptions {
            public_url: self.public_url,
            challenge: &self.challenge(),
            user_verification: self.user_verification,
            allowed: &listed(allowed),
        }
        .to_json()
    }

    /// Reads the response of a passkey, and verifies its challenge.
    pub fn present(&self, json: &str) -> Result<PresentedPasskey, PasskeyError> {
        let assertion = Assertion::parse(json).map_err(rejected)?;
        Ok(PresentedPasskey {
            challenge: self.verify_challenge(assertion.challenge())?,
            assertion,
            public_url: self.public_url.clone(),
            user_verification: self.user_verification,
        })
    }

    /// Reads and verifies a new passkey.
    pub fn register(&self, json: &str) -> Result<VerifiedRegistration, PasskeyError> {
        let registration = Registration::parse(json).map_err(rejected)?;
        let challenge = self.verify_challenge(registration.challenge())?;
        let expected = Expected {
            public_url: self.public_url,
            challenge: &challenge,
            user_verification: self.user_verification,
        };
        let passkey = webauthn::verify_registration(registration, &expected).map_err(rejected)?;
        Ok(VerifiedRegistration {
            passkey,
            challenge,
            rp_id: self.public_url.host().to_owned(),
        })
    }

    fn challenge(&self) -> String {
        challenge::create(self.keys, self.purpose, self.now)
    }

    fn verify_challenge(&self, challenge: &[u8]) -> Result<VerifiedChallenge, PasskeyError> {
        challenge::verify(self.keys, self.purpose, challenge, self.now).ok_or(PasskeyError::Expired)
    }
}

/// Returns signals that tell password managers the user's passkeys and present names, in JSON.
pub fn signals(public_url: &PublicUrl, user: &User, live: &[Passkey]) -> String {
    let ids: Vec<&str> = live
        .iter()
        .map(|passkey| passkey.credential_id.as_str())
        .collect();
    webauthn::account_signals(public_url, entity(user), &ids)
}

/// Uses the challenge of a new passkey. Returns false if it was used before, if it has expired, or
/// if an account has the passkey.
pub fn claim(tx: &mut Tx<'_>, new: &VerifiedRegistration) -> Result<bool, DbError> {
    if new.challenge.expires_at <= tx.now {
        return Ok(false);
    }
    let is_unused = spent_challenges::insert(tx, &new.challenge.hash(), new.challenge.expires_at)?;
    Ok(is_unused && !passkeys::exists(tx, &new.passkey.credential_id)?)
}

/// Stores a new passkey of a user. The caller has used its challenge with [`claim`].
pub fn add(
    tx: &mut Tx<'_>,
    user: &UserId,
    new: &VerifiedRegistration,
    name: &str,
    created_at: Timestamp,
) -> Result<(), DbError> {
    let passkey = &new.passkey;
    let row = passkeys::NewPasskey {
        id: &tokens::random_id(),
        user_id: user,
        credential_id: &passkey.credential_id,
        rp_id: &new.rp_id,
        name,
        algorithm: passkey.public_key.algorithm().cose(),
        public_key: passkey.public_key.bytes(),
        counter: i64::from(passkey.state.counter),
        transports: &passkey.transports,
        is_discoverable: passkey.is_discoverable,
        has_verified: passkey.state.user_verified,
        backup_eligible: passkey.state.backup_eligible,
        backed_up: passkey.state.backed_up,
        created_at,
    };
    Ok(passkeys::insert(tx, &row)?)
}

/// Returns a name for a new passkey: that of the program that keeps it, or else of the device. A
/// number tells equal names apart.
pub fn default_name(new: &VerifiedRegistration, user_agent: &str, live: &[Passkey]) -> String {
    let name = authenticator_name(&new.passkey.aaguid).map_or_else(
        || format!("Passkey in {}", display_device(user_agent)),
        str::to_owned,
    );
    let is_free = |name: &String| live.iter().all(|passkey| passkey.name != *name);
    let numbered = (2..).map(|number| format!("{name} {number}"));
    let mut names = std::iter::once(name.clone()).chain(numbered);
    // At most `MAX_PASSKEYS` names are taken.
    names.find(is_free).unwrap_or(name)
}

/// Returns true if this passkey can log in its user without a password.
pub fn can_log_in(passkey: &Passkey) -> bool {
    passkey.is_discoverable && passkey.has_verified
}

fn entity(user: &User) -> UserEntity<'_> {
    UserEntity {
        id: &user.id,
        name: &user.email,
        display_name: user.name.as_deref().unwrap_or(&user.email),
    }
}

fn listed(passkeys: &[Passkey]) -> Vec<ListedPasskey<'_>> {
    let listed = passkeys.iter().map(|passkey| ListedPasskey {
        credential_id: &passkey.credential_id,
        transports: &passkey.transports,
    });
    listed.collect()
}

fn rejected(rejection: Rejection) -> PasskeyError {
    tracing::info!(event = "passkey_rejected", reason = %rejection);
    PasskeyError::Rejected
}
