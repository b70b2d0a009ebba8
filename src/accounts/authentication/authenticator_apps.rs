//! Authenticator apps. While an app is being set up, its secret travels through the form, sealed
//! for the session. So the page writes nothing, and leaving it changes nothing.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::db::{DbError, Tx};
use crate::security::keys::Keys;
use crate::security::seal::{self, Kind};
use crate::security::tokens;
use crate::security::totp::TotpSecret;
use crate::store::totp_credentials::{self, NewTotpCredential, TotpCredential};
use crate::values::UserId;

/// Largest number of authenticator apps per account.
pub const MAX_APPS: usize = 3;
/// Time for which the QR code of a setup works.
const SETUP_LIFETIME: Duration = Duration::from_hours(1);

/// An authenticator app that is being set up.
#[derive(Clone, Debug)]
pub struct AppSetup {
    /// The id of the future row. A form that is sent twice adds one app.
    pub id: String,
    pub secret: TotpSecret,
    expires_at: Timestamp,
}

/// An authenticator app whose code was right.
#[derive(Clone, Debug)]
pub struct NewApp {
    pub setup: AppSetup,
    pub name: String,
    /// The step of the code. The code does not work a second time.
    pub step: i64,
}

/// The sealed form of [`AppSetup`].
#[derive(Serialize, Deserialize)]
struct SealedSetup {
    id: String,
    secret: Vec<u8>,
    expires_at: i64,
}

impl AppSetup {
    pub fn new(now: Timestamp) -> Self {
        Self {
            id: tokens::random_id(),
            secret: TotpSecret::random(),
            expires_at: now + SETUP_LIFETIME,
        }
    }

    /// Seals the setup for a session, given by its public id.
    pub fn seal(&self, keys: &Keys, session: &str) -> String {
        let plain = SealedSetup {
            id: self.id.clone(),
            secret: self.secret.expose().to_vec(),
            expires_at: self.expires_at.millis(),
        };
        // Strings, bytes and numbers always become JSON.
        let plain = serde_json::to_vec(&plain).expect("a setup can be encoded");
        URL_SAFE_NO_PAD.encode(seal::seal(keys, Kind::Factor, &setup_name(session), &plain))
    }

    /// Opens a setup that was sealed for this session. Returns `None` if it has expired or was
    /// changed.
    pub fn open(keys: &Keys, session: &str, sealed: &str, now: Timestamp) -> Option<Self> {
        let sealed = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let plain = seal::open(keys, Kind::Factor, &setup_name(session), &sealed).ok()?;
        let plain: SealedSetup = serde_json::from_slice(&plain).ok()?;
        let setup = Self {
            id: plain.id,
            secret: TotpSecret::from_bytes(&plain.secret)?,
            expires_at: Timestamp::from_millis(plain.expires_at),
        };
        (setup.expires_at > now).then_some(setup)
    }

    /// Returns the `otpauth` URI that an authenticator app opens, also as a QR code. Values that
    /// all apps assume are left out.
    pub fn uri(&self, app_name: &str, email: &str) -> String {
        // A colon separates the two names.
        let issuer = app_name.replace(':', " ");
        let encode = |text| utf8_percent_encode(text, NON_ALPHANUMERIC);
        format!(
            "otpauth://totp/{}:{}?secret={}&issuer={}",
            encode(&issuer),
            encode(email),
            self.secret.base32(),
            encode(&issuer),
        )
    }
}

pub fn add(
    tx: &mut Tx<'_>,
    user: &UserId,
    app: &NewApp,
    created_at: Timestamp,
) -> Result<(), DbError> {
    let setup = &app.setup;
    let app = NewTotpCredential {
        id: &setup.id,
        user_id: user,
        name: &app.name,
        sealed: &seal_secret(&tx.keys, &setup.id, &setup.secret),
        key_id: &tx.keys.newest().id.clone(),
        last_step: app.step,
        created_at,
    };
    Ok(totp_credentials::insert(tx, &app)?)
}

/// Returns the secret of an app. Returns `None` if the key that sealed it is no longer configured.
/// The app then does not work.
pub(super) fn secret_of(keys: &Keys, app: &TotpCredential) -> Option<TotpSecret> {
    open_secret(keys, &app.id, &app.sealed)
}

/// Seals the secrets of up to `limit` apps again, if an older secret of the operator sealed them.
/// Starts after the id `after`. Returns the last id, or `None` if there are no more.
pub fn reseal(tx: &mut Tx<'_>, after: &str, limit: i64) -> Result<Option<String>, DbError> {
    let newest = tx.keys.newest().id.clone();
    let outdated = totp_credentials::sealed_otherwise(tx, &newest, after, limit)?;
    for app in &outdated {
        if let Some(secret) = open_secret(&tx.keys, &app.id, &app.sealed) {
            let sealed = seal_secret(&tx.keys, &app.id, &secret);
            totp_credentials::reseal(tx, &app.user_id, &app.id, &sealed, &newest)?;
        }
    }
    Ok(outdated.into_iter().next_back().map(|app| app.id))
}

/// Numbers of apps by the operator's secret that opens them. Removed apps count, too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AppSeals {
    pub newest: i64,
    pub older: i64,
    /// The secret is not configured any more. These apps do not work.
    pub unknown: i64,
}

/// Counts the apps by the operator's secret that opens them.
pub fn count_seals(tx: &mut Tx<'_>) -> Result<AppSeals, DbError> {
    let mut seals = AppSeals::default();
    for (key_id, count) in totp_credentials::count_by_key(tx)? {
        let of_kind = if key_id == tx.keys.newest().id {
            &mut seals.newest
        } else if tx.keys.by_id(&key_id).is_some() {
            &mut seals.older
        } else {
            &mut seals.unknown
        };
        *of_kind += count;
    }
    Ok(seals)
}

fn seal_secret(keys: &Keys, id: &str, secret: &TotpSecret) -> Vec<u8> {
    seal::seal(keys, Kind::Factor, &row_name(id), secret.expose())
}

fn open_secret(keys: &Keys, id: &str, sealed: &[u8]) -> Option<TotpSecret> {
    let secret = seal::open(keys, Kind::Factor, &row_name(id), sealed).ok()?;
    TotpSecret::from_bytes(&secret)
}

fn row_name(id: &str) -> String {
    format!("totp:{id}")
}

fn setup_name(session: &str) -> String {
    format!("totp-setup:{session}")
}
