//! The checks that the response of a browser can fail.

use thiserror::Error;

/// The check that a response failed. The message is for the log. Pages tell only
/// `UserVerification` apart from the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Rejection {
    /// The form field: its length, its JSON, a missing or repeated member, its base64url.
    #[error("the response is malformed")]
    Response,
    #[error("the client data is malformed")]
    ClientData,
    #[error("the client data is for another ceremony")]
    Type,
    #[error("the challenge does not match")]
    Challenge,
    #[error("the client data names another origin")]
    Origin,
    /// The page was in a frame of another site.
    #[error("the client data names a top origin")]
    TopOrigin,
    #[error("the client data says cross-origin")]
    CrossOrigin,
    #[error("CBOR is malformed")]
    Cbor,
    #[error("the attestation object lacks a member")]
    AttestationObject,
    #[error("the authenticator data is too short or too long")]
    AuthenticatorData,
    #[error("the authenticator data contains no credential")]
    NoCredential,
    #[error("the credential id is empty or longer than 1,023 bytes")]
    CredentialId,
    #[error("the public key is for another algorithm")]
    Algorithm,
    #[error("the public key is malformed")]
    PublicKey,
    #[error("the RP ID is another one")]
    RpId,
    #[error("the user was not present")]
    UserPresence,
    #[error("the user was not verified")]
    UserVerification,
    #[error("the passkey is backed up, but not eligible for backup")]
    BackupState,
    #[error("the user handle is not UTF-8")]
    UserHandle,
    #[error("the signature is wrong")]
    Signature,
}
