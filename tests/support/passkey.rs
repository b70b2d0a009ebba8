//! A software authenticator. It reads the options of a page and answers as a browser would. Each
//! part of an answer can be changed, to see that the server rejects it.

use std::cell::Cell;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::{SecureRandom as _, SystemRandom};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::{Browser, Response, TestApp};

const ADD: &str = "/account/security/passkeys/new";
const USER_PRESENT: u8 = 1;
const USER_VERIFIED: u8 = 1 << 2;
const BACKUP_ELIGIBLE: u8 = 1 << 3;
const BACKED_UP: u8 = 1 << 4;
const HAS_CREDENTIAL: u8 = 1 << 6;

/// A passkey.
pub struct Passkey {
    key: EcdsaKeyPair,
    id: [u8; 16],
    /// The account's id, as the page gave it.
    user: String,
    counter: Cell<u32>,
}

/// The parts of an answer that a test can change.
#[derive(Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "an authenticator sets each flag by itself"
)]
pub struct Answer {
    pub origin: String,
    pub rp_id: String,
    pub cross_origin: bool,
    pub top_origin: Option<String>,
    pub user_verified: bool,
    pub backup_eligible: bool,
    pub backed_up: bool,
    pub counter: u32,
    /// The account that the answer names, in base64url.
    pub user: Option<String>,
    pub challenge: String,
}

impl Answer {
    fn new(options: &Value, origin: &str, user: Option<String>) -> Self {
        Self {
            origin: origin.to_owned(),
            rp_id: "localhost".to_owned(),
            cross_origin: false,
            top_origin: None,
            user_verified: true,
            backup_eligible: true,
            backed_up: true,
            counter: 0,
            user,
            challenge: options["challenge"]
                .as_str()
                .expect("a challenge")
                .to_owned(),
        }
    }

    fn client_data(&self, ceremony: &str) -> Vec<u8> {
        let mut data = json!({
            "type": ceremony,
            "challenge": self.challenge,
            "origin": self.origin,
            "crossOrigin": self.cross_origin,
        });
        if let Some(top) = &self.top_origin {
            data["topOrigin"] = json!(top);
        }
        data.to_string().into_bytes()
    }

    /// Returns RP ID hash, flags and counter.
    fn authenticator_data(&self, more_flags: u8) -> Vec<u8> {
        let flag = |is_set, flag: u8| if is_set { flag } else { 0 };
        let flags = USER_PRESENT
            | flag(self.user_verified, USER_VERIFIED)
            | flag(self.backup_eligible, BACKUP_ELIGIBLE)
            | flag(self.backed_up, BACKED_UP)
            | more_flags;
        let rp_id_hash = digest(&SHA256, self.rp_id.as_bytes());
        [
            rp_id_hash.as_ref(),
            &[flags],
            &self.counter.to_be_bytes()[..],
        ]
        .concat()
    }
}

impl Passkey {
    /// Creates a passkey for the options of a page. Returns it with the answer.
    pub fn create(
        options: &Value,
        origin: &str,
        change: impl FnOnce(&mut Answer),
    ) -> (Self, String) {
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).expect("a key");
        let mut id = [0; 16];
        SystemRandom::new().fill(&mut id).expect("random bytes");
        let user = options["user"]["id"].as_str().expect("a user").to_owned();
        let mut answer = Answer::new(options, origin, None);
        change(&mut answer);
        let passkey = Self {
            key,
            id,
            user,
            counter: Cell::new(answer.counter),
        };
        let data = [
            answer.authenticator_data(HAS_CREDENTIAL),
            // The model is hidden.
            vec![0; 16],
            vec![0, 16],
            id.to_vec(),
            passkey.cose_key(),
        ]
        .concat();
        let mut attestation_object = Vec::new();
        attestation_object.extend(b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58");
        attestation_object.push(u8::try_from(data.len()).expect("less than 256 bytes"));
        attestation_object.extend(data);
        let id = URL_SAFE_NO_PAD.encode(id);
        let json = json!({
            "id": id,
            "rawId": id,
            "type": "public-key",
            "response": {
                "clientDataJSON": URL_SAFE_NO_PAD.encode(answer.client_data("webauthn.create")),
                "attestationObject": URL_SAFE_NO_PAD.encode(attestation_object),
                "transports": ["internal", "hybrid"],
            },
            "clientExtensionResults": {"credProps": {"rk": true}},
        });
        (passkey, json.to_string())
    }

    /// Answers the options of a page.
    pub fn answer(&self, page: &Response, app: &TestApp) -> String {
        self.answer_with(page, app, |_| {})
    }

    /// Answers the options of a page, with a changed part.
    pub fn answer_with(
        &self,
        page: &Response,
        app: &TestApp,
        change: impl FnOnce(&mut Answer),
    ) -> String {
        let options = options_of(page);
        let mut answer = Answer::new(&options, &app.public_url, Some(self.user.clone()));
        answer.counter = self.counter.get();
        change(&mut answer);
        self.counter.set(answer.counter);
        let client_data = answer.client_data("webauthn.get");
        let data = answer.authenticator_data(0);
        let signed = [&data[..], digest(&SHA256, &client_data).as_ref()].concat();
        let signature = self
            .key
            .sign(&SystemRandom::new(), &signed)
            .expect("a signature");
        let id = self.credential_id();
        json!({
            "id": id,
            "rawId": id,
            "type": "public-key",
            "response": {
                "clientDataJSON": URL_SAFE_NO_PAD.encode(client_data),
                "authenticatorData": URL_SAFE_NO_PAD.encode(data),
                "signature": URL_SAFE_NO_PAD.encode(signature),
                "userHandle": answer.user,
            },
            "clientExtensionResults": {},
        })
        .to_string()
    }

    pub fn credential_id(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.id)
    }

    /// Returns the public key in COSE: type EC2, ES256, P-256, and both coordinates.
    fn cose_key(&self) -> Vec<u8> {
        let point = self.key.public_key().as_ref();
        let (x, y) = (&point[1..33], &point[33..]);
        let head = [0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20];
        [&head[..], x, &[0x22, 0x58, 0x20], y].concat()
    }
}

/// Returns the options of the passkey button.
#[track_caller]
pub fn options_of(page: &Response) -> Value {
    let options = page.attribute("[data-passkey]", "data-passkey");
    serde_json::from_str(&options.expect("a passkey button")).expect("JSON")
}

impl TestApp {
    /// Adds a passkey to the account of a browser that has just logged in.
    #[track_caller]
    pub fn add_passkey(&self, browser: &Browser) -> Passkey {
        self.add_passkey_with(browser, |_| {})
    }

    /// Adds a passkey whose registration has a changed part.
    #[track_caller]
    pub fn add_passkey_with(&self, browser: &Browser, change: impl FnOnce(&mut Answer)) -> Passkey {
        let page = browser.get(ADD);
        let (passkey, json) = Passkey::create(&options_of(&page), &self.public_url, change);
        let added = browser.post(ADD, &[("passkey", &json)]);
        assert_eq!(added.status, 303, "{}", added.body);
        passkey
    }

    /// Signs up, confirms, logs in and adds a passkey.
    #[track_caller]
    pub fn with_passkey(&self, email: &str) -> (Browser, Passkey) {
        let browser = self.register_and_log_in(email, super::PASSWORD);
        let passkey = self.add_passkey(&browser);
        (browser, passkey)
    }
}

impl Browser {
    /// Logs in with a passkey alone.
    pub fn log_in_with(&self, app: &TestApp, passkey: &Passkey) -> Response {
        let answer = passkey.answer(&self.get("/login"), app);
        self.post("/login/passkey", &[("passkey", &answer)])
    }
}
