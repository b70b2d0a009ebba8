//! `VESTIBULE_SECRET`: the secrets from which all keys are derived.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};

use super::variables::HIDDEN;
use super::{InvalidSetting, Variables};

const LEAST_BYTES: usize = 32;

/// One secret of at least 32 bytes. `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Vec<u8>);

impl Secret {
    pub(super) fn read_all(variables: &Variables) -> Result<Vec<Self>, InvalidSetting> {
        match variables.get("VESTIBULE_SECRET") {
            None => Ok(Vec::new()),
            Some(value) => Self::parse_all(value).ok_or_else(|| {
                InvalidSetting::new(
                    "VESTIBULE_SECRET",
                    HIDDEN,
                    "one or more secrets of at least 32 bytes each in base64url, comma-separated, \
                     newest first; `openssl rand -base64 32 | tr +/ -_` creates one",
                )
            }),
        }
    }

    /// Parses comma-separated secrets in base64url, with or without padding. Returns `None` if one
    /// is too short or malformed.
    pub fn parse_all(text: &str) -> Option<Vec<Self>> {
        text.split(',').map(|one| Self::parse(one.trim())).collect()
    }

    fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD
            .decode(text)
            .or_else(|_| URL_SAFE.decode(text))
            .ok()?;
        (bytes.len() >= LEAST_BYTES).then_some(Self(bytes))
    }

    /// Returns a secret of bytes that the caller generated at random.
    pub fn from_random(bytes: [u8; LEAST_BYTES]) -> Self {
        Self(bytes.to_vec())
    }

    /// Encodes the secret as base64url, the format of the secret file.
    pub fn to_base64url(&self) -> String {
        URL_SAFE_NO_PAD.encode(&self.0)
    }

    /// Returns the bytes. Use them only to derive keys.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}
