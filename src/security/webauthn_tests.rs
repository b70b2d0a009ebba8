//! The test vectors of WebAuthn Level 3 §16, mutations of them, and a software authenticator for
//! each check. `webauthn/vectors.json` holds the vectors, with the expected result beside each.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Vectors {
    rp_id: String,
    origin: String,
    #[serde(rename = "vectors")]
    all: Vec<Vector>,
}

#[derive(Deserialize)]
struct Vector {
    name: String,
    expected: String,
    registration: RegistrationVector,
    authentication: AssertionVector,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RegistrationVector {
    challenge: Hex,
    #[serde(rename = "clientDataJSON")]
    client_data: Hex,
    attestation_object: Hex,
    credential_id: Hex,
    aaguid: Hex,
    public_key: Hex,
    user_verified: bool,
    backup_eligible: bool,
    backed_up: bool,
}

#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct AssertionVector {
    challenge: Hex,
    authenticator_data: Hex,
    #[serde(rename = "clientDataJSON")]
    client_data: Hex,
    signature: Hex,
}

#[derive(Clone, Deserialize)]
#[serde(try_from = "String")]
struct Hex(Vec<u8>);

impl TryFrom<String> for Hex {
    type Error = std::num::ParseIntError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let byte = |at: usize| u8::from_str_radix(&text[at..at + 2], 16);
        (0..text.len())
            .step_by(2)
            .map(byte)
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

impl Hex {
    fn base64url(&self) -> String {
        URL_SAFE_NO_PAD.encode(&self.0)
    }
}

fn vectors() -> Vec<Vector> {
    let all: Vectors =
        serde_json::from_str(include_str!("webauthn/vectors.json")).expect("the vectors");
    assert_eq!(all.all.len(), 15);
    assert_eq!(all.origin, SITE);
    assert_eq!(all.rp_id, site().host());
    all.all
}

/// Returns the vectors that are accepted.
fn accepted() -> Vec<Vector> {
    let mut vectors = vectors();
    vectors.retain(|vector| vector.expected == "accepted");
    assert_eq!(vectors.len(), 10);
    vectors
}

const SITE: &str = "https://example.org";

fn site() -> PublicUrl {
    PublicUrl::parse(SITE).expect("an origin")
}

impl RegistrationVector {
    fn json(&self) -> String {
        json!({
            "id": self.credential_id.base64url(),
            "rawId": self.credential_id.base64url(),
            "type": "public-key",
            "response": {
                "clientDataJSON": self.client_data.base64url(),
                "attestationObject": self.attestation_object.base64url(),
                "transports": ["internal", "telepathy", "hybrid"],
            },
            "clientExtensionResults": {"credProps": {"rk": true}},
        })
        .to_string()
    }

    fn verify(&self) -> Result<NewPasskey, Rejection> {
        register(&self.json(), &self.challenge.0, UserVerification::Preferred)
    }
}

impl AssertionVector {
    fn json(&self) -> String {
        json!({
            "id": "AA",
            "rawId": "AA",
            "type": "public-key",
            "response": {
                "clientDataJSON": self.client_data.base64url(),
                "authenticatorData": self.authenticator_data.base64url(),
                "signature": self.signature.base64url(),
                "userHandle": "dXNlcg",
            },
            "clientExtensionResults": {},
        })
        .to_string()
    }

    fn verify(&self, key: &PublicKey) -> Result<PasskeyState, Rejection> {
        assert(
            &self.json(),
            key,
            &self.challenge.0,
            UserVerification::Preferred,
        )
    }

    /// The three parts that an attacker could change.
    fn parts(&mut self) -> [&mut Vec<u8>; 3] {
        [
            &mut self.client_data.0,
            &mut self.authenticator_data.0,
            &mut self.signature.0,
        ]
    }
}

fn register(
    json: &str,
    challenge: &[u8],
    user_verification: UserVerification,
) -> Result<NewPasskey, Rejection> {
    let expected = Expected {
        public_url: &site(),
        challenge: &VerifiedChallenge::of_vector(challenge),
        user_verification,
    };
    verify_registration(Registration::parse(json)?, &expected)
}

fn assert(
    json: &str,
    key: &PublicKey,
    challenge: &[u8],
    user_verification: UserVerification,
) -> Result<PasskeyState, Rejection> {
    let expected = Expected {
        public_url: &site(),
        challenge: &VerifiedChallenge::of_vector(challenge),
        user_verification,
    };
    verify_assertion(&Assertion::parse(json)?, key, &expected)
}

#[test]
fn vectors_of_webauthn_have_their_expected_results() {
    for vector in vectors() {
        let registered = vector.registration.verify();
        let rejection = match vector.expected.as_str() {
            "accepted" => {
                let passkey = registered.expect(&vector.name);
                let state = vector.authentication.verify(&passkey.public_key);
                assert!(state.is_ok(), "{}: {state:?}", vector.name);
                continue;
            }
            "crossOrigin" => Rejection::CrossOrigin,
            "topOrigin" => Rejection::TopOrigin,
            "ES384" | "ES512" | "Ed448" => Rejection::Algorithm,
            other => panic!("{other} is no expected result"),
        };
        assert_eq!(registered, Err(rejection), "{}", vector.name);
    }
}

/// The signatures of these two are right. Only the checks of the client data reject them.
#[test]
fn assertions_in_frames_are_rejected() {
    for (expected, rejection) in [
        ("crossOrigin", Rejection::CrossOrigin),
        ("topOrigin", Rejection::TopOrigin),
    ] {
        let mut vectors = vectors();
        vectors.retain(|vector| vector.expected == expected);
        let registration = Registration::parse(&vectors[0].registration.json()).expect("parses");
        let key = registration.credential.public_key;
        assert_eq!(vectors[0].authentication.verify(&key), Err(rejection));
    }
}

#[test]
fn values_to_store_are_those_of_the_vectors() {
    for Vector {
        name, registration, ..
    } in accepted()
    {
        let passkey = registration.verify().expect(&name);
        assert_eq!(
            passkey.credential_id,
            registration.credential_id.base64url(),
            "{name}"
        );
        assert_eq!(
            passkey.public_key.bytes(),
            registration.public_key.0,
            "{name}"
        );
        assert_eq!(passkey.aaguid.replace('-', "").len(), 32, "{name}");
        let aaguid = u128::from_str_radix(&passkey.aaguid.replace('-', ""), 16).expect("hex");
        assert_eq!(aaguid.to_be_bytes()[..], registration.aaguid.0, "{name}");
        let expected = PasskeyState {
            counter: 0,
            user_verified: registration.user_verified,
            backup_eligible: registration.backup_eligible,
            backed_up: registration.backed_up,
        };
        assert_eq!(passkey.state, expected, "{name}");
        assert_eq!(passkey.transports, "hybrid,internal");
        assert!(passkey.is_discoverable);
    }
}

#[test]
fn no_changed_byte_of_an_assertion_is_accepted() {
    let mut changed = 0;
    for vector in accepted() {
        let key = vector.registration.verify().expect("registers").public_key;
        for part in 0..3 {
            let length = vector.authentication.clone().parts()[part].len();
            for at in 0..length {
                let mut assertion = vector.authentication.clone();
                assertion.parts()[part][at] ^= 1;
                let result = assertion.verify(&key);
                assert!(result.is_err(), "{}: byte {at} of part {part}", vector.name);
                changed += 1;
            }
        }
    }
    assert_eq!(changed, 3118);
}

#[test]
fn no_truncated_part_is_accepted() {
    for mut vector in accepted() {
        let key = vector.registration.verify().expect("registers").public_key;
        for part in 0..3 {
            let length = vector.authentication.clone().parts()[part].len();
            for at in 0..length {
                let mut assertion = vector.authentication.clone();
                assertion.parts()[part].truncate(at);
                let result = assertion.verify(&key);
                assert!(result.is_err(), "{}: part {part} cut at {at}", vector.name);
            }
        }
        let registration = &mut vector.registration;
        while registration.attestation_object.0.pop().is_some() {
            assert!(registration.verify().is_err(), "{}", vector.name);
        }
    }
}

#[test]
fn no_changed_bit_of_an_attestation_object_panics() {
    for mut vector in vectors() {
        let object = &mut vector.registration.attestation_object.0;
        for bit in 0..object.len() * 8 {
            let (at, mask) = (bit / 8, 1 << (bit % 8));
            object[at] ^= mask;
            let _ = authenticator_data_in(object).and_then(AuthenticatorData::parse);
            object[at] ^= mask;
        }
    }
}

/// An authenticator with an Ed25519 key. Each field can be wrong.
struct Authenticator {
    client_data: Value,
    rp_id: &'static str,
    flags: u8,
    counter: u32,
    id: Vec<u8>,
    /// Follows the credential, or the counter.
    end: &'static [u8],
    user_verification: UserVerification,
}

const CHALLENGE: &[u8] = b"challenge";

impl Authenticator {
    /// The user is present and verified.
    fn new(ceremony: &str) -> Self {
        Self {
            client_data: json!({
                "type": ceremony,
                "challenge": URL_SAFE_NO_PAD.encode(CHALLENGE),
                "origin": SITE,
            }),
            rp_id: "example.org",
            flags: if ceremony == CREATE { 0x45 } else { 0x05 },
            counter: 7,
            id: b"id".to_vec(),
            end: &[],
            user_verification: UserVerification::Required,
        }
    }

    fn pair() -> Ed25519KeyPair {
        Ed25519KeyPair::from_seed_unchecked(&[7; 32]).expect("a seed")
    }

    fn cose() -> Vec<u8> {
        let start = [0xa4, 1, 1, 3, 0x27, 0x20, 6, 0x21, 0x58, 32];
        [&start[..], Self::pair().public_key().as_ref()].concat()
    }

    fn key() -> PublicKey {
        PublicKey::read(&mut Reader::new(&Self::cose())).expect("a key")
    }

    fn authenticator_data(&self) -> Vec<u8> {
        let mut data = digest(&SHA256, self.rp_id.as_bytes()).as_ref().to_vec();
        data.push(self.flags);
        data.extend(self.counter.to_be_bytes());
        if self.flags & 0x40 != 0 {
            data.extend([0xaa; 16]);
            data.extend(u16::try_from(self.id.len()).expect("short").to_be_bytes());
            data.extend(&self.id);
            data.extend(Self::cose());
        }
        data.extend(self.end);
        data
    }

    fn client_data(&self) -> Vec<u8> {
        self.client_data.to_string().into_bytes()
    }

    /// Returns the response to a registration, with an attestation statement unasked.
    fn registration(&self) -> Value {
        let data = self.authenticator_data();
        let length = u16::try_from(data.len()).expect("short");
        let head = match u8::try_from(length) {
            Ok(length) => vec![0x58, length],
            Err(_) => [&[0x59][..], &length.to_be_bytes()].concat(),
        };
        let start = b"\xa3\x63fmt\x66packed\x67attStmt\xa1\x63x5c\x81\x41\x00\x68authData";
        let object = [&start[..], &head, &data].concat();
        json!({"response": {
            "clientDataJSON": URL_SAFE_NO_PAD.encode(self.client_data()),
            "attestationObject": URL_SAFE_NO_PAD.encode(object),
        }})
    }

    fn assertion(&self) -> Value {
        let (data, client_data) = (self.authenticator_data(), self.client_data());
        let message = [&data[..], digest(&SHA256, &client_data).as_ref()].concat();
        json!({"id": URL_SAFE_NO_PAD.encode(&self.id), "response": {
            "clientDataJSON": URL_SAFE_NO_PAD.encode(client_data),
            "authenticatorData": URL_SAFE_NO_PAD.encode(data),
            "signature": URL_SAFE_NO_PAD.encode(Self::pair().sign(&message)),
        }})
    }

    fn register(&self) -> Result<NewPasskey, Rejection> {
        let json = self.registration().to_string();
        register(&json, CHALLENGE, self.user_verification)
    }

    fn assert(&self) -> Result<PasskeyState, Rejection> {
        let json = self.assertion().to_string();
        assert(&json, &Self::key(), CHALLENGE, self.user_verification)
    }
}

/// Changes one detail in both ceremonies, and returns what each of them says.
fn both(change: impl Fn(&mut Authenticator)) -> [Option<Rejection>; 2] {
    let [mut registering, mut asserting] = [CREATE, GET].map(Authenticator::new);
    change(&mut registering);
    change(&mut asserting);
    [registering.register().err(), asserting.assert().err()]
}

#[test]
fn software_authenticator_is_accepted() {
    assert_eq!(both(|_| ()), [None; 2]);
    let passkey = Authenticator::new(CREATE).register().expect("registers");
    assert_eq!(passkey.credential_id, "aWQ");
    assert_eq!(passkey.aaguid, "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa");
    assert_eq!(passkey.public_key, Authenticator::key());
    assert_eq!(
        (passkey.transports.as_str(), passkey.is_discoverable),
        ("", false)
    );
    let state = Authenticator::new(GET).assert().expect("verifies");
    assert_eq!(state, passkey.state);
    assert_eq!(state.counter, 7);
    assert!(state.user_verified && !state.backup_eligible && !state.backed_up);
}

#[test]
fn wrong_client_data_is_rejected() {
    let with = |name: &str, value: Value| {
        both(|authenticator| authenticator.client_data[name] = value.clone())
    };
    let other = URL_SAFE_NO_PAD.encode("another");
    for (name, value, rejection) in [
        ("type", json!("webauthn.other"), Rejection::Type),
        ("challenge", json!(other), Rejection::Challenge),
        (
            "origin",
            json!("https://example.org:8443"),
            Rejection::Origin,
        ),
        ("origin", json!("http://example.org"), Rejection::Origin),
        (
            "origin",
            json!("https://login.example.org"),
            Rejection::Origin,
        ),
        (
            "origin",
            json!("android:apk-key-hash:abc"),
            Rejection::Origin,
        ),
        ("crossOrigin", json!(true), Rejection::CrossOrigin),
        ("topOrigin", json!(SITE), Rejection::TopOrigin),
        ("origin", json!(null), Rejection::ClientData),
    ] {
        assert_eq!(with(name, value), [Some(rejection); 2], "{name}");
    }
    // A response to one ceremony is none to the other.
    let swapped = [
        Authenticator::new(GET).registration(),
        Authenticator::new(CREATE).assertion(),
    ];
    assert_eq!(
        register(
            &swapped[0].to_string(),
            CHALLENGE,
            UserVerification::Required
        ),
        Err(Rejection::NoCredential)
    );
    let key = Authenticator::key();
    assert_eq!(
        assert(
            &swapped[1].to_string(),
            &key,
            CHALLENGE,
            UserVerification::Required
        ),
        Err(Rejection::Type)
    );
}

#[test]
fn wrong_authenticator_data_is_rejected() {
    let rp_id = both(|authenticator| authenticator.rp_id = "login.example.org");
    assert_eq!(rp_id, [Some(Rejection::RpId); 2]);
    let without = |flags: u8| both(|authenticator| authenticator.flags &= !flags);
    assert_eq!(without(0x01), [Some(Rejection::UserPresence); 2]);
    assert_eq!(without(0x04), [Some(Rejection::UserVerification); 2]);
    let with = |flags: u8| both(|authenticator| authenticator.flags |= flags);
    assert_eq!(with(0x10), [Some(Rejection::BackupState); 2]);
    assert_eq!(with(0x08), [None; 2]);
    assert_eq!(with(0x18), [None; 2]);
    // Reserved bits may get a meaning.
    assert_eq!(with(0x22), [None; 2]);
}

#[test]
fn user_verification_can_be_left_out_where_preferred() {
    let result = both(|authenticator| {
        authenticator.flags &= !0x04;
        authenticator.user_verification = UserVerification::Preferred;
    });
    assert_eq!(result, [None; 2]);
}

#[test]
fn extensions_are_skipped_and_nothing_follows_them() {
    let with = |flags: u8, end: &'static [u8]| {
        both(|authenticator| {
            authenticator.flags |= flags;
            authenticator.end = end;
        })
    };
    // credProtect: 2.
    let extension = b"\xa1\x6bcredProtect\x02";
    assert_eq!(with(0x80, extension), [None; 2]);
    assert_eq!(with(0x80, b"\xa0"), [None; 2]);
    assert_eq!(with(0, extension), [Some(Rejection::AuthenticatorData); 2]);
    assert_eq!(with(0, &[0]), [Some(Rejection::AuthenticatorData); 2]);
    assert_eq!(
        with(0x80, b"\xa0\x00"),
        [Some(Rejection::AuthenticatorData); 2]
    );
    assert_eq!(with(0x80, &[]), [Some(Rejection::Cbor); 2]);
    assert_eq!(with(0x80, b"\x80"), [Some(Rejection::Cbor); 2]);
}

#[test]
fn credential_id_has_1_to_1023_bytes() {
    for (length, rejection) in [
        (0, Some(Rejection::CredentialId)),
        (1, None),
        (1023, None),
        (1024, Some(Rejection::CredentialId)),
    ] {
        let result = both(|authenticator| authenticator.id = vec![7; length]);
        assert_eq!(result, [rejection; 2], "{length}");
    }
}

#[test]
fn signature_of_another_key_is_rejected() {
    let json = Authenticator::new(GET).assertion().to_string();
    let vectors = accepted();
    for vector in &vectors {
        let key = vector.registration.verify().expect("registers").public_key;
        assert_eq!(
            assert(&json, &key, CHALLENGE, UserVerification::Required),
            Err(Rejection::Signature)
        );
    }
}

/// go-webauthn/webauthn#335 and others reject such a login.
#[test]
fn changed_backup_eligibility_is_reported_not_rejected() {
    let passkey = Authenticator::new(CREATE).register().expect("registers");
    let mut authenticator = Authenticator::new(GET);
    authenticator.flags |= 0x18;
    let state = authenticator.assert().expect("verifies");
    assert!(!passkey.state.backup_eligible);
    assert!(state.backup_eligible && state.backed_up);
}

#[test]
fn assertion_names_passkey_and_account() {
    let parse = |handle: Value| {
        let mut json = Authenticator::new(GET).assertion();
        json["response"]["userHandle"] = handle;
        Assertion::parse(&json.to_string())
    };
    let assertion = parse(json!("dXNlcg")).expect("parses");
    assert_eq!(assertion.credential_id(), "aWQ");
    assert_eq!(assertion.challenge(), CHALLENGE);
    assert_eq!(assertion.user_handle(), Some(&UserId("user".to_owned())));
    for none in [json!(null), json!("")] {
        assert_eq!(parse(none).expect("parses").user_handle(), None);
    }
    assert_eq!(parse(json!("_w")).err(), Some(Rejection::UserHandle));
    assert_eq!(parse(json!("dXNlcg==")).err(), Some(Rejection::Response));
    let registration = Registration::parse(&Authenticator::new(CREATE).registration().to_string());
    assert_eq!(registration.expect("parses").challenge(), CHALLENGE);
}

#[test]
fn malformed_responses_are_rejected() {
    let good = Authenticator::new(GET).assertion().to_string();
    let result = |json: &str| Assertion::parse(json).err();
    assert_eq!(result(&good), None);
    assert_eq!(
        result(&good.replacen('{', r#"{"type":1,"x":[{}],"#, 1)),
        None
    );
    let padded =
        |length: usize| good.replacen('{', &format!(r#"{{"x":"{}","#, "x".repeat(length)), 1);
    let room = MAX_BYTES - padded(0).len();
    assert_eq!(result(&padded(room)), None);
    for bad in [
        "",
        "null",
        "[]",
        "{}",
        r#"["aWQ",["e30","AA","AA","AA"]]"#,
        &padded(room + 1),
        &format!("{good}x"),
        &format!(" {good}"),
        &good.replacen('{', r#"{"id":"aWQ","#, 1),
        &good.replacen("\"signature\"", "\"signature\":\"AA\",\"signature\"", 1),
        &good.replace("aWQ", "aWQ="),
        &good.replace("aWQ", "aW+"),
        &good.replace("aWQ", "aWR"),
        &good.replace("\"aWQ\"", "7"),
        &good.replace("clientDataJSON", "clientData"),
    ] {
        assert_eq!(result(bad), Some(Rejection::Response), "{bad}");
    }
}

#[test]
fn attestation_object_has_its_three_members_once() {
    let data = Authenticator::new(CREATE).authenticator_data();
    let length = u8::try_from(data.len()).expect("short");
    let (format, statement) = (&b"\x63fmt\x64none"[..], &b"\x67attStmt\xa0"[..]);
    let data = [&b"\x68authData\x58"[..], &[length], &data].concat();
    let result = |count: u8, members: &[&[u8]]| {
        let object = [&[0xa0 | count][..], &members.concat()].concat();
        authenticator_data_in(&object).err()
    };
    assert_eq!(result(3, &[&data, statement, format]), None);
    assert_eq!(result(4, &[format, statement, b"\x01\x02", &data]), None);
    let missing = Some(Rejection::AttestationObject);
    assert_eq!(result(2, &[format, statement]), missing);
    assert_eq!(result(2, &[format, &data]), missing);
    assert_eq!(result(2, &[statement, &data]), missing);
    assert_eq!(
        result(3, &[format, statement, b"\x68authData\x00"]),
        missing
    );
    let malformed = Some(Rejection::Cbor);
    assert_eq!(result(4, &[format, statement, &data, &data]), malformed);
    assert_eq!(result(4, &[format, format, statement, &data]), malformed);
    assert_eq!(result(3, &[format, statement, &data, b"\x00"]), malformed);
    assert_eq!(result(4, &[format, statement, &data]), malformed);
}

proptest! {
    #[test]
    fn no_response_causes_a_panic(
        client_data: Vec<u8>, object: Vec<u8>, data: Vec<u8>, text in "\\PC{0,80}",
    ) {
        let [client_data, object, data] =
            [client_data, object, data].map(|bytes| URL_SAFE_NO_PAD.encode(bytes));
        let json = json!({"id": "AA", "response": {
            "clientDataJSON": client_data, "attestationObject": object,
            "authenticatorData": data, "signature": "AA", "userHandle": text,
        }})
        .to_string();
        for json in [json, text] {
            prop_assert!(Registration::parse(&json).is_err());
            let _ = Assertion::parse(&json);
        }
    }
}
