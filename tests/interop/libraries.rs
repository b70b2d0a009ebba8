//! Three libraries that agree about a token.

use std::process::Command;
use std::time::Duration;

use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::Value;

use crate::support::TestApp;
use crate::{access_token, app_set_back_by, node, python};

/// The requirements of a service for a token.
struct Demand<'a> {
    keys: String,
    issuer: &'a str,
    audience: &'a str,
    typ: &'a str,
}

/// The claims, or the error.
type Verification = Result<Value, String>;
type Verify = fn(&Demand, &str) -> Verification;

const LIBRARIES: [(&str, Verify); 3] = [
    ("PyJWT", pyjwt),
    ("jose", jose),
    ("jsonwebtoken", jsonwebtoken),
];

impl<'a> Demand<'a> {
    /// Returns the requirements that every service should have.
    fn of(app: &'a TestApp) -> Self {
        let keys = format!("{}/.well-known/jwks.json", app.base);
        Self {
            keys,
            issuer: &app.public_url,
            audience: &app.public_url,
            typ: "at+jwt",
        }
    }

    #[track_caller]
    fn is_met_by(&self, token: &str) {
        for (library, verify) in LIBRARIES {
            let claims =
                verify(self, token).unwrap_or_else(|refusal| panic!("{library}: {refusal}"));
            assert_eq!(claims["iss"], self.issuer, "{library}: {claims}");
            assert_eq!(claims["client_id"], "vestibule", "{library}: {claims}");
            assert_eq!(claims["acr"], "aal1", "{library}: {claims}");
            assert_eq!(claims["amr"][0], "pwd", "{library}: {claims}");
        }
    }

    /// Asserts that each library rejects the token for the same reason: its error contains one of
    /// these words.
    #[track_caller]
    fn assert_rejected(&self, token: &str, reasons: &[&str]) {
        for (library, verify) in LIBRARIES {
            let refusal = verify(self, token).expect_err(library).to_lowercase();
            assert!(
                reasons.iter().any(|reason| refusal.contains(reason)),
                "{library}: {refusal}"
            );
        }
    }
}

fn pyjwt(demand: &Demand, token: &str) -> Verification {
    ask(python("tests/interop/verify.py"), demand, token)
}

fn jose(demand: &Demand, token: &str) -> Verification {
    ask(node("tests/interop/verify.mjs"), demand, token)
}

/// Runs a verifier. Status 3 is a rejection, and anything else is a failure of the test.
fn ask(mut verifier: Command, demand: &Demand, token: &str) -> Verification {
    let output = verifier
        .env("JWKS", &demand.keys)
        .env("ISSUER", demand.issuer)
        .env("AUDIENCE", demand.audience)
        .env("TYP", demand.typ)
        .env("TOKEN", token)
        .output()
        .unwrap_or_else(|error| {
            panic!("{verifier:?} does not start ({error}): scripts/test installs it")
        });
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    match output.status.code() {
        Some(0) => Ok(serde_json::from_str(&said).expect("claims")),
        Some(3) => Err(said),
        _ => panic!(
            "{verifier:?} fails: {}",
            String::from_utf8_lossy(&output.stderr)
        ),
    }
}

/// Verifies a token as a service in Rust does.
fn jsonwebtoken(demand: &Demand, token: &str) -> Verification {
    let refusal = |error: jsonwebtoken::errors::Error| format!("{error:?}");
    let keys = ureq::get(&demand.keys)
        .call()
        .expect("the keys")
        .body_mut()
        .read_to_string()
        .expect("UTF-8");
    let keys: JwkSet = serde_json::from_str(&keys).expect("a JWKS");

    let header = jsonwebtoken::decode_header(token).map_err(refusal)?;
    // The library leaves this check to its user.
    if header.typ.as_deref() != Some(demand.typ) {
        return Err("typ".to_owned());
    }
    let key = header
        .kid
        .and_then(|id| keys.find(&id))
        .ok_or("no key of that id")?;
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.leeway = 0;
    validation.set_issuer(&[demand.issuer]);
    validation.set_audience(&[demand.audience]);
    validation.set_required_spec_claims(&["iss", "aud", "exp", "sub"]);
    let key = DecodingKey::from_jwk(key).map_err(refusal)?;
    Ok(jsonwebtoken::decode(token, &key, &validation)
        .map_err(refusal)?
        .claims)
}

#[test]
fn libraries_accept_a_token() {
    let (app, _) = app_set_back_by(Duration::ZERO);
    Demand::of(&app).is_met_by(&access_token(&app));
}

#[test]
fn libraries_reject_another_audience() {
    let (app, _) = app_set_back_by(Duration::ZERO);
    let demand = Demand {
        audience: "https://elsewhere.example",
        ..Demand::of(&app)
    };
    demand.assert_rejected(&access_token(&app), &["aud"]);
}

#[test]
fn libraries_reject_another_token_type() {
    let (app, browser) = app_set_back_by(Duration::ZERO);
    Demand {
        typ: "JWT",
        ..Demand::of(&app)
    }
    .assert_rejected(&access_token(&app), &["typ"]);
    // The cookie of a browser is a JWT as well. A service that requests its type still fails at the
    // algorithm or the key.
    let cookie = browser.cookie("session").expect("logged in");
    Demand::of(&app).assert_rejected(&cookie, &["typ", "alg"]);
    Demand {
        typ: "vestibule-session+jwt",
        ..Demand::of(&app)
    }
    .assert_rejected(&cookie, &["alg", "key"]);
}

#[test]
fn libraries_reject_an_expired_token() {
    let (app, _) = app_set_back_by(Duration::from_hours(1));
    Demand::of(&app).assert_rejected(&access_token(&app), &["expired"]);
}
