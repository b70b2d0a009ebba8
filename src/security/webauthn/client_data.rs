//! The client data, in which the browser names the page that asked for the passkey (WebAuthn
//! §5.8.1). The signature covers its hash.

use aws_lc_rs::digest::{Digest, SHA256, digest};
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use base64::{DecodeError, Engine as _};
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};

use super::rejection::Rejection;

pub(super) const CREATE: &str = "webauthn.create";
pub(super) const GET: &str = "webauthn.get";

/// Bytes that JSON contains in base64url without padding.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Base64Url(pub(super) Vec<u8>);

impl TryFrom<String> for Base64Url {
    type Error = DecodeError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        URL_SAFE_NO_PAD.decode(text).map(Self)
    }
}

#[derive(Clone, Debug)]
pub(super) struct ClientData {
    members: Members,
    hash: Digest,
}

/// The members that are checked. serde rejects one that is given twice, and ignores all others.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Members {
    #[serde(rename = "type")]
    kind: String,
    challenge: Base64Url,
    origin: String,
    cross_origin: Option<bool>,
    #[serde(rename = "topOrigin", default, deserialize_with = "is_present")]
    has_top_origin: bool,
}

/// Returns true, whatever the value is.
fn is_present<'de, D: Deserializer<'de>>(value: D) -> Result<bool, D::Error> {
    IgnoredAny::deserialize(value).map(|_| true)
}

impl ClientData {
    pub(super) fn parse(json: &[u8]) -> Result<Self, Rejection> {
        let text = str::from_utf8(json).map_err(|_| Rejection::ClientData)?;
        // WebAuthn decodes the text as the web does, which drops a byte order mark.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        // serde would also read a struct from an array of its values.
        if !text.starts_with('{') {
            return Err(Rejection::ClientData);
        }
        Ok(Self {
            members: serde_json::from_str(text).map_err(|_| Rejection::ClientData)?,
            hash: digest(&SHA256, json),
        })
    }

    pub(super) fn challenge(&self) -> &[u8] {
        &self.members.challenge.0
    }

    pub(super) fn hash(&self) -> &[u8] {
        self.hash.as_ref()
    }

    /// Checks the ceremony, [`CREATE`] or [`GET`], the challenge and the origin. A page in a frame
    /// of another origin is rejected, because no page of Vestibule allows framing.
    pub(super) fn check(
        &self,
        ceremony: &str,
        challenge: &[u8],
        origin: &str,
    ) -> Result<(), Rejection> {
        let members = &self.members;
        if members.kind != ceremony {
            return Err(Rejection::Type);
        }
        if members.challenge.0 != challenge {
            return Err(Rejection::Challenge);
        }
        if members.origin != origin {
            return Err(Rejection::Origin);
        }
        if members.has_top_origin {
            return Err(Rejection::TopOrigin);
        }
        if members.cross_origin == Some(true) {
            return Err(Rejection::CrossOrigin);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORIGIN: &str = "https://example.org";

    fn checked(json: &str) -> Result<(), Rejection> {
        ClientData::parse(json.as_bytes())?.check(GET, b"abc", ORIGIN)
    }

    /// Returns client data with further members.
    fn with(members: &str) -> String {
        let start = r#"{"type":"webauthn.get","challenge":"YWJj","origin":"https://example.org""#;
        format!("{start}{members}}}")
    }

    #[test]
    fn what_browsers_send_is_accepted() {
        for members in [
            "",
            r#","crossOrigin":false"#,
            r#","crossOrigin":null"#,
            r#","other_keys_can_be_added_here":"do not compare","extra":{"a":[1]}"#,
            r#","tokenBinding":{"status":"supported"}"#,
        ] {
            assert_eq!(checked(&with(members)), Ok(()), "{members}");
        }
        // Android escapes slashes.
        assert_eq!(checked(&with("").replace('/', r"\/")), Ok(()));
    }

    #[test]
    fn byte_order_mark_is_dropped_and_hashed() {
        let (plain, marked) = (with(""), format!("\u{feff}{}", with("")));
        assert_eq!(checked(&marked), Ok(()));
        assert_eq!(
            checked(&format!("\u{feff}{marked}")),
            Err(Rejection::ClientData)
        );
        let parse = |json: &str| ClientData::parse(json.as_bytes()).expect("parses");
        assert_ne!(parse(&plain).hash(), parse(&marked).hash());
        let hash = digest(&SHA256, marked.as_bytes());
        assert_eq!(parse(&marked).hash(), hash.as_ref());
    }

    #[test]
    fn malformed_client_data_is_rejected() {
        let good = with("");
        for bad in [
            "",
            "null",
            "[]",
            r#"["webauthn.get","YWJj","https://example.org"]"#,
            r#"{"type":"webauthn.get","challenge":"YWJj"}"#,
            &format!(" {good}"),
            &format!("{good}{good}"),
            &good.replace("YWJj", "YWJj="),
            &good.replace("YWJj", "YWI+"),
            &good.replace("YWJj", "YR"),
            &with(r#","crossOrigin":1"#),
            &with(r#","crossOrigin":false,"crossOrigin":false"#),
            &with(r#","origin":"https://example.org""#),
            &with(r#","\u006frigin":"https://example.org""#),
            &with(r#","topOrigin":1,"topOrigin":1"#),
        ] {
            assert_eq!(checked(bad), Err(Rejection::ClientData), "{bad}");
        }
        let not_utf_8 = with(r#","a":"~""#).replace('~', "\u{80}").into_bytes();
        let not_utf_8: Vec<u8> = not_utf_8.into_iter().filter(|byte| *byte != 0xc2).collect();
        assert!(ClientData::parse(&not_utf_8).is_err());
    }

    #[test]
    fn each_check_names_what_failed() {
        let good = with("");
        for (json, rejection) in [
            (
                good.replace("webauthn.get", "webauthn.create"),
                Rejection::Type,
            ),
            (good.replace("webauthn.get", "payment.get"), Rejection::Type),
            (good.replace("YWJj", "YWJk"), Rejection::Challenge),
            (good.replace("YWJj", ""), Rejection::Challenge),
            (good.replace("https:", "http:"), Rejection::Origin),
            (
                good.replace("example.org", "example.org/"),
                Rejection::Origin,
            ),
            (
                good.replace("example.org", "example.org:443"),
                Rejection::Origin,
            ),
            (
                good.replace("example.org", "a.example.org"),
                Rejection::Origin,
            ),
            (
                good.replace("example.org", "EXAMPLE.org"),
                Rejection::Origin,
            ),
            (with(r#","crossOrigin":true"#), Rejection::CrossOrigin),
            (
                with(r#","topOrigin":"https://example.org""#),
                Rejection::TopOrigin,
            ),
            (with(r#","topOrigin":null"#), Rejection::TopOrigin),
        ] {
            assert_eq!(checked(&json), Err(rejection), "{json}");
        }
    }
}
