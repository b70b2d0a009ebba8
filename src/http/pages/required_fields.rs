//! The fields that a reauthentication adds to a sensitive form.

use crate::accounts::authentication::passkeys;
use crate::accounts::authentication::reauthentication;
use crate::db::Tx;
use crate::http::error::Error;
use crate::http::pages::current_user::SignedIn;
use crate::security::challenge::Purpose;
use crate::security::webauthn::UserVerification;
use crate::store::{passkeys as passkey_rows, password_credentials, totp_credentials};

/// The fields of a reauthentication that a form must have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequiredFields {
    pub has_password: bool,
    pub code: CodeField,
    /// Options for the use of a passkey, in JSON. A passkey can stand for the other fields.
    pub passkey: Option<String>,
}

/// The field for a code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CodeField {
    #[default]
    None,
    /// The account has an authenticator app. The field takes recovery codes, too.
    AnyCode,
    /// The account has passkeys only.
    RecoveryCode,
}

impl RequiredFields {
    pub const NONE: Self = Self {
        has_password: false,
        code: CodeField::None,
        passkey: None,
    };
    pub const PASSWORD: Self = Self {
        has_password: true,
        ..Self::NONE
    };

    /// Returns the fields of a form that asks only if the user last gave them too long ago.
    pub async fn of(signed_in: &SignedIn) -> Result<Self, Error> {
        if reauthenticated_recently(signed_in) {
            Ok(Self::NONE)
        } else {
            Self::always(signed_in).await
        }
    }

    /// Returns the fields of a form that always asks.
    pub async fn always(signed_in: &SignedIn) -> Result<Self, Error> {
        let user = &signed_in.current.user;
        if !user.has_second_step() {
            return Ok(Self::PASSWORD);
        }
        let (app, id) = (&signed_in.request.app, user.id.clone());
        let find = move |tx: &mut Tx<'_>| {
            let stored = password_credentials::of(tx, &id)?;
            let has_password = stored.is_some_and(|stored| stored.is_set());
            let has_app = !totp_credentials::live(tx, &id)?.is_empty();
            Ok((has_password, has_app, passkey_rows::live(tx, &id)?))
        };
        let (has_password, has_app, live) = app.read(find).await?;
        let ceremony = ceremony(signed_in);
        Ok(Self {
            has_password,
            code: match (has_password, has_app) {
                (false, _) => CodeField::None,
                (true, true) => CodeField::AnyCode,
                (true, false) => CodeField::RecoveryCode,
            },
            passkey: (!live.is_empty()).then(|| ceremony.request_options(&live)),
        })
    }

    pub fn is_any(&self) -> bool {
        *self != Self::NONE
    }

    /// Returns true if the form has a field for codes of an authenticator app.
    pub fn takes_app_codes(&self) -> bool {
        self.code == CodeField::AnyCode
    }

    /// Returns true if the form has a field for recovery codes alone.
    pub fn takes_recovery_codes_only(&self) -> bool {
        self.code == CodeField::RecoveryCode
    }
}

/// Returns true if the last login or reauthentication was recent.
pub fn reauthenticated_recently(signed_in: &SignedIn) -> bool {
    let now = signed_in.request.app.clock.now();
    reauthentication::is_recent(&signed_in.current.session, now)
}

/// Returns the ceremony of a sensitive form. Beside a password, the passkey need not verify the
/// user.
pub fn ceremony(signed_in: &SignedIn) -> passkeys::Ceremony<'_> {
    let session = &signed_in.current.session.handle;
    let app = &signed_in.request.app;
    app.ceremony(
        Purpose::Reauthenticate(session),
        UserVerification::Preferred,
    )
}

#[cfg(test)]
impl RequiredFields {
    pub const PASSWORD_AND_CODE: Self = Self {
        code: CodeField::AnyCode,
        ..Self::PASSWORD
    };

    /// Returns the fields of an account with passkeys and a password.
    pub fn sample_with_passkey() -> Self {
        Self {
            code: CodeField::RecoveryCode,
            passkey: Some("{}".to_owned()),
            ..Self::PASSWORD
        }
    }

    /// Returns the fields of an account without a password.
    pub fn sample_passkey_only() -> Self {
        Self {
            passkey: Some("{}".to_owned()),
            ..Self::NONE
        }
    }
}
