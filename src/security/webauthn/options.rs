//! JSON for `passkey.js`: the options of a registration and of a use (WebAuthn §5.4 and §5.5), and
//! signals to password managers (§5.1.10). It goes into attributes, which the template escapes.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::authenticator_data::UserVerification;
use super::public_key::Algorithm;
use crate::config::PublicUrl;
use crate::values::UserId;

/// Five minutes, in milliseconds.
const TIMEOUT: u32 = 300_000;

/// The account that a passkey is for, as the authenticator stores and shows it.
#[derive(Clone, Copy)]
pub struct UserEntity<'a> {
    pub id: &'a UserId,
    /// The email address.
    pub name: &'a str,
    /// The user's name, or else the email address.
    pub display_name: &'a str,
}

/// A passkey of the account.
#[derive(Clone, Copy)]
pub struct ListedPasskey<'a> {
    /// In base64url.
    pub credential_id: &'a str,
    /// Names separated by commas, or empty.
    pub transports: &'a str,
}

/// Options for a new passkey.
pub struct CreationOptions<'a> {
    pub public_url: &'a PublicUrl,
    pub app_name: &'a str,
    pub user: UserEntity<'a>,
    pub challenge: &'a str,
    /// All live passkeys of the account, so that no authenticator gets a second one.
    pub existing: &'a [ListedPasskey<'a>],
}

/// Options for the use of a passkey.
pub struct RequestOptions<'a> {
    pub public_url: &'a PublicUrl,
    pub challenge: &'a str,
    pub user_verification: UserVerification,
    /// The passkeys of the account. Empty on the login page, which knows no account. The browser
    /// then offers those that it can find itself.
    pub allowed: &'a [ListedPasskey<'a>],
}

impl UserEntity<'_> {
    fn handle(&self) -> String {
        URL_SAFE_NO_PAD.encode(&self.id.0)
    }
}

impl ListedPasskey<'_> {
    fn to_value(self) -> Value {
        let transports: Vec<_> = self
            .transports
            .split(',')
            .filter(|name| !name.is_empty())
            .collect();
        let mut descriptor = json!({"type": "public-key", "id": self.credential_id});
        if !transports.is_empty() {
            descriptor["transports"] = json!(transports);
        }
        descriptor
    }
}

impl CreationOptions<'_> {
    /// Returns a `PublicKeyCredentialCreationOptionsJSON`.
    pub fn to_json(&self) -> String {
        let algorithms =
            Algorithm::ALL.map(|algorithm| json!({"type": "public-key", "alg": algorithm.cose()}));
        json!({
            "rp": {"id": self.public_url.host(), "name": self.app_name},
            "user": {
                "id": self.user.handle(),
                "name": self.user.name,
                "displayName": self.user.display_name,
            },
            "challenge": self.challenge,
            "pubKeyCredParams": algorithms,
            "timeout": TIMEOUT,
            "excludeCredentials": list(self.existing),
            "authenticatorSelection": {
                "residentKey": "preferred",
                "userVerification": UserVerification::Preferred.name(),
            },
            "attestation": "none",
            "extensions": {"credProps": true},
        })
        .to_string()
    }
}

impl RequestOptions<'_> {
    /// Returns a `PublicKeyCredentialRequestOptionsJSON`.
    pub fn to_json(&self) -> String {
        json!({
            "rpId": self.public_url.host(),
            "challenge": self.challenge,
            "timeout": TIMEOUT,
            "userVerification": self.user_verification.name(),
            "allowCredentials": list(self.allowed),
        })
        .to_string()
    }
}

fn list(passkeys: &[ListedPasskey<'_>]) -> Vec<Value> {
    passkeys.iter().map(|passkey| passkey.to_value()).collect()
}

/// Returns signals that tell password managers the account's passkeys and its present names. A
/// password manager may remove or hide every passkey that is not listed.
pub fn account_signals(
    public_url: &PublicUrl,
    user: UserEntity<'_>,
    credential_ids: &[&str],
) -> String {
    let (rp_id, handle) = (public_url.host(), user.handle());
    json!({
        "signalAllAcceptedCredentials": {
            "rpId": rp_id,
            "userId": handle,
            "allAcceptedCredentialIds": credential_ids,
        },
        "signalCurrentUserDetails": {
            "rpId": rp_id,
            "userId": handle,
            "name": user.name,
            "displayName": user.display_name,
        },
    })
    .to_string()
}

/// Returns the signal that no account has the passkey with this id.
pub fn unknown_passkey_signal(public_url: &PublicUrl, credential_id: &str) -> String {
    json!({
        "signalUnknownCredential": {"rpId": public_url.host(), "credentialId": credential_id},
    })
    .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LISTED: [ListedPasskey<'_>; 2] = [
        ListedPasskey {
            credential_id: "YWJj",
            transports: "hybrid,internal",
        },
        ListedPasskey {
            credential_id: "ZGVm",
            transports: "",
        },
    ];

    fn site() -> PublicUrl {
        PublicUrl::parse("https://login.example.org:8443").expect("an origin")
    }

    fn parsed(json: &str) -> Value {
        serde_json::from_str(json).expect("JSON")
    }

    fn with_user<T>(work: impl FnOnce(UserEntity<'_>) -> T) -> T {
        work(UserEntity {
            id: &UserId("user".to_owned()),
            name: "ada@example.org",
            display_name: "Ada \"</script>",
        })
    }

    #[test]
    fn creation_options_follow_the_design() {
        let json = with_user(|user| {
            let options = CreationOptions {
                public_url: &site(),
                app_name: "Example",
                user,
                challenge: "Y2hhbGxlbmdl",
                existing: &LISTED,
            };
            options.to_json()
        });
        let expected = json!({
            "rp": {"id": "login.example.org", "name": "Example"},
            "user": {
                "id": "dXNlcg", "name": "ada@example.org", "displayName": "Ada \"</script>",
            },
            "challenge": "Y2hhbGxlbmdl",
            "pubKeyCredParams": [
                {"type": "public-key", "alg": -7},
                {"type": "public-key", "alg": -8},
                {"type": "public-key", "alg": -257},
            ],
            "timeout": 300_000,
            "excludeCredentials": [
                {"type": "public-key", "id": "YWJj", "transports": ["hybrid", "internal"]},
                {"type": "public-key", "id": "ZGVm"},
            ],
            "authenticatorSelection": {
                "residentKey": "preferred", "userVerification": "preferred",
            },
            "attestation": "none",
            "extensions": {"credProps": true},
        });
        assert_eq!(parsed(&json), expected);
    }

    #[test]
    fn request_options_follow_the_design() {
        for (user_verification, name, allowed) in [
            (UserVerification::Required, "required", &LISTED[..0]),
            (UserVerification::Preferred, "preferred", &LISTED[1..]),
        ] {
            let options = RequestOptions {
                public_url: &site(),
                challenge: "Y2hhbGxlbmdl",
                user_verification,
                allowed,
            };
            let json = parsed(&options.to_json());
            assert_eq!(json["rpId"], "login.example.org");
            assert_eq!(json["challenge"], "Y2hhbGxlbmdl");
            assert_eq!(json["userVerification"], name);
            assert_eq!(
                json["allowCredentials"].as_array().map(Vec::len),
                Some(allowed.len())
            );
        }
    }

    #[test]
    fn signals_name_the_site_and_the_account() {
        let json = with_user(|user| account_signals(&site(), user, &["YWJj"]));
        let json = parsed(&json);
        let all = &json["signalAllAcceptedCredentials"];
        assert_eq!(all["allAcceptedCredentialIds"], json!(["YWJj"]));
        assert_eq!(all["userId"], "dXNlcg");
        let details = &json["signalCurrentUserDetails"];
        assert_eq!(details["rpId"], "login.example.org");
        assert_eq!(details["name"], "ada@example.org");
        let json = parsed(&unknown_passkey_signal(&site(), "YWJj"));
        assert_eq!(json["signalUnknownCredential"]["credentialId"], "YWJj");
    }
}
