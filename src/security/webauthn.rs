//! Verifies passkeys (WebAuthn Level 3 §7.1 and §7.2). A browser's response is first parsed, so
//! that the caller can verify its challenge and look up its passkey, and then checked.
//!
//! Attestation is not used. A statement that is sent unasked is skipped, so no certificate is
//! parsed. The AAGUID only suggests a name, and transports only help the browser.
//!
//! The caller checks what needs the database. The challenge must be unused. At enrolment, no
//! account may have the id. At use, passkey and user handle must belong to the account, and the
//! counter must have grown.

mod authenticator_data;
mod cbor;
mod client_data;
mod options;
mod public_key;
mod rejection;

pub use authenticator_data::{PasskeyState, UserVerification};
pub use options::{
    CreationOptions, ListedPasskey, RequestOptions, UserEntity, account_signals,
    unknown_passkey_signal,
};
pub use public_key::{Algorithm, PublicKey};
pub use rejection::Rejection;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::challenge::VerifiedChallenge;
use crate::config::PublicUrl;
use crate::values::UserId;
use authenticator_data::{AuthenticatorData, Credential, is_id};
use cbor::{Item, Reader};
use client_data::{Base64Url, CREATE, ClientData, GET};

/// Longest accepted response, in bytes of JSON.
const MAX_BYTES: usize = 16 * 1024;
/// The transports of WebAuthn §5.8.4. Others are dropped.
const TRANSPORTS: [&str; 6] = ["usb", "nfc", "ble", "smart-card", "hybrid", "internal"];

/// Values that a response must match.
#[derive(Clone, Copy)]
pub struct Expected<'a> {
    /// Its origin must be the page's. Its host is the RP ID.
    pub public_url: &'a PublicUrl,
    pub challenge: &'a VerifiedChallenge,
    pub user_verification: UserVerification,
}

/// A parsed response to a registration. Nothing in it is verified yet.
#[derive(Debug)]
pub struct Registration {
    client_data: ClientData,
    authenticator_data: AuthenticatorData,
    credential: Credential,
    transports: String,
    is_discoverable: bool,
}

/// A parsed response to a login, a second step or a reauthentication. Nothing in it is verified
/// yet.
#[derive(Clone, Debug)]
pub struct Assertion {
    credential_id: String,
    user_handle: Option<UserId>,
    client_data: ClientData,
    authenticator_data: AuthenticatorData,
    /// The bytes of the authenticator data. The signature covers them and the hash of the client
    /// data.
    authenticator_bytes: Vec<u8>,
    signature: Vec<u8>,
}

/// A verified new passkey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPasskey {
    /// In base64url.
    pub credential_id: String,
    pub public_key: PublicKey,
    pub state: PasskeyState,
    /// The model of the authenticator, as a UUID. All zeros if the authenticator hides it.
    pub aaguid: String,
    /// Names separated by commas, or empty.
    pub transports: String,
    /// False if the browser does not say.
    pub is_discoverable: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RegistrationJson {
    response: AttestationJson,
    #[serde(default)]
    client_extension_results: ExtensionsJson,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AttestationJson {
    #[serde(rename = "clientDataJSON")]
    client_data: Base64Url,
    attestation_object: Base64Url,
    #[serde(default)]
    transports: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ExtensionsJson {
    cred_props: Option<CredentialPropertiesJson>,
}

#[derive(Deserialize)]
struct CredentialPropertiesJson {
    rk: Option<bool>,
}

#[derive(Deserialize)]
struct AuthenticationJson {
    id: Base64Url,
    response: AssertionJson,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AssertionJson {
    #[serde(rename = "clientDataJSON")]
    client_data: Base64Url,
    authenticator_data: Base64Url,
    signature: Base64Url,
    user_handle: Option<Base64Url>,
}

impl Registration {
    /// Parses a `RegistrationResponseJSON`. The credential comes from the authenticator data alone.
    /// The id and the key that the response repeats beside it are ignored.
    pub fn parse(json: &str) -> Result<Self, Rejection> {
        let json: RegistrationJson = from_json(json)?;
        let response = json.response;
        let authenticator_data = authenticator_data_in(&response.attestation_object.0)?;
        let mut authenticator_data = AuthenticatorData::parse(authenticator_data)?;
        let credential = authenticator_data
            .credential
            .take()
            .ok_or(Rejection::NoCredential)?;
        let properties = json.client_extension_results.cred_props;
        Ok(Self {
            client_data: ClientData::parse(&response.client_data.0)?,
            authenticator_data,
            credential,
            transports: known_transports(&response.transports),
            is_discoverable: properties.and_then(|known| known.rk) == Some(true),
        })
    }

    /// Returns the challenge, which the caller verifies.
    pub fn challenge(&self) -> &[u8] {
        self.client_data.challenge()
    }
}

impl Assertion {
    /// Parses an `AuthenticationResponseJSON`.
    pub fn parse(json: &str) -> Result<Self, Rejection> {
        let json: AuthenticationJson = from_json(json)?;
        let response = json.response;
        if !is_id(&json.id.0) {
            return Err(Rejection::CredentialId);
        }
        Ok(Self {
            credential_id: URL_SAFE_NO_PAD.encode(&json.id.0),
            user_handle: user_id(response.user_handle)?,
            client_data: ClientData::parse(&response.client_data.0)?,
            authenticator_data: AuthenticatorData::parse(&response.authenticator_data.0)?,
            authenticator_bytes: response.authenticator_data.0,
            signature: response.signature.0,
        })
    }

    /// Returns the challenge, which the caller verifies.
    pub fn challenge(&self) -> &[u8] {
        self.client_data.challenge()
    }

    /// Returns the id of the passkey in base64url. The caller looks up its public key.
    pub fn credential_id(&self) -> &str {
        &self.credential_id
    }

    /// Returns the account that the authenticator names, if any. The caller checks that the passkey
    /// belongs to it.
    pub fn user_handle(&self) -> Option<&UserId> {
        self.user_handle.as_ref()
    }
}

/// Verifies a new passkey and returns the values to store.
pub fn verify_registration(
    registration: Registration,
    expected: &Expected<'_>,
) -> Result<NewPasskey, Rejection> {
    expected.check_client_data(&registration.client_data, CREATE)?;
    let state = expected.check_authenticator_data(&registration.authenticator_data)?;
    let credential = registration.credential;
    Ok(NewPasskey {
        credential_id: URL_SAFE_NO_PAD.encode(&credential.id),
        public_key: credential.public_key,
        state,
        aaguid: uuid(credential.aaguid),
        transports: registration.transports,
        is_discoverable: registration.is_discoverable,
    })
}

/// Verifies the use of a passkey with its stored key. Returns the state to compare and to store.
pub fn verify_assertion(
    assertion: &Assertion,
    public_key: &PublicKey,
    expected: &Expected<'_>,
) -> Result<PasskeyState, Rejection> {
    expected.check_client_data(&assertion.client_data, GET)?;
    let message = [
        &assertion.authenticator_bytes[..],
        assertion.client_data.hash(),
    ]
    .concat();
    // Before the flags, so that only the owner of the passkey learns which one is missing.
    public_key.verify(&message, &assertion.signature)?;
    expected.check_authenticator_data(&assertion.authenticator_data)
}

impl Expected<'_> {
    fn check_client_data(&self, data: &ClientData, ceremony: &str) -> Result<(), Rejection> {
        data.check(ceremony, self.challenge.bytes(), self.public_url.as_str())
    }

    fn check_authenticator_data(
        &self,
        data: &AuthenticatorData,
    ) -> Result<PasskeyState, Rejection> {
        data.check(self.public_url.host(), self.user_verification)
    }
}

fn from_json<T: DeserializeOwned>(json: &str) -> Result<T, Rejection> {
    // serde would also read a struct from an array of its values.
    if json.len() > MAX_BYTES || !json.starts_with('{') {
        return Err(Rejection::Response);
    }
    serde_json::from_str(json).map_err(|_| Rejection::Response)
}

/// Returns the authenticator data in an attestation object (WebAuthn §6.5.4).
fn authenticator_data_in(attestation_object: &[u8]) -> Result<&[u8], Rejection> {
    let mut reader = Reader::new(attestation_object);
    let members = reader.members(["fmt", "attStmt", "authData"].map(Item::Text))?;
    if !reader.is_at_end() {
        return Err(Rejection::Cbor);
    }
    match members {
        [
            Some(Item::Text(_)),
            Some(Item::Other),
            Some(Item::Bytes(data)),
        ] => Ok(data),
        _ => Err(Rejection::AttestationObject),
    }
}

/// Reads a user handle as [`UserEntity`] writes it. Some browsers send an empty one for none.
fn user_id(handle: Option<Base64Url>) -> Result<Option<UserId>, Rejection> {
    match handle {
        Some(Base64Url(bytes)) if !bytes.is_empty() => String::from_utf8(bytes)
            .map(|id| Some(UserId(id)))
            .map_err(|_| Rejection::UserHandle),
        _ => Ok(None),
    }
}

fn known_transports(sent: &[String]) -> String {
    let known = TRANSPORTS
        .into_iter()
        .filter(|known| sent.iter().any(|name| name == known));
    known.collect::<Vec<_>>().join(",")
}

fn uuid(bytes: [u8; 16]) -> String {
    let hex = format!("{:032x}", u128::from_be_bytes(bytes));
    let parts = [
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..],
    ];
    parts.join("-")
}

#[cfg(test)]
#[path = "webauthn_tests.rs"]
mod tests;
