//! The response time as a hint about an address. Requests for addresses that have an account, a
//! pending sign-up, or a hash of another cost are each compared with one for an unknown address, in
//! pairs of random order, with limits on. Every request has its own address and comes from another
//! client. The figure is the AUC: how often a known address took longer than an unknown one. 0.5
//! reveals nothing, and 500 of each of the same give 0.45 to 0.55.

use std::path::Path;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;

use crate::client::{Client, post, with_headers};
use crate::figure::Figure;
use crate::server::{Server, database, folder, json_post, sign_up};
use crate::stats::Sorted;

const PAIRS: usize = 500;
const COST: &str = "10";
/// An imported account.
const OTHER_COST: u32 = 8;
const BOUNDS: std::ops::RangeInclusive<f64> = 0.45..=0.55;

const LOG_IN: Endpoint = Endpoint {
    request: |email| {
        let form = format!("email={}&password=some+wrong+password", encode(email));
        post("/login", &form)
    },
    status: 422,
};
const TOKEN: Endpoint = Endpoint {
    request: |email| {
        let json = format!(r#"{{"email":"{email}","password":"some wrong password"}}"#);
        json_post("/api/v1/token", &json)
    },
    status: 401,
};
const FORGOT: Endpoint = Endpoint {
    request: |email| post("/password/forgot", &format!("email={}", encode(email))),
    status: 303,
};
const RESEND: Endpoint = Endpoint {
    request: |email| post("/verify/resend", &format!("email={}", encode(email))),
    status: 303,
};
const SIGN_UP: Endpoint = Endpoint {
    request: |email| {
        let form = format!("email={}&password=pebble+orbit+cinnamon", encode(email));
        post("/signup", &form)
    },
    status: 303,
};

fn encode(email: &str) -> String {
    email.replace('@', "%40")
}

#[derive(Clone, Copy)]
struct Endpoint {
    /// Makes the request about an email address.
    request: fn(email: &str) -> String,
    /// The status of the response.
    status: u16,
}

/// The kinds of address, by their first letter.
const WITH_ACCOUNT: char = 'k';
const PENDING: char = 'w';
const OF_OTHER_COST: char = 'o';
const WITH_APP: char = 'a';
const WITH_PASSKEY_ONLY: char = 'p';
const UNKNOWN: char = 'n';

pub fn measure() -> Vec<Figure> {
    let folder = folder();
    let variables = [
        ("VESTIBULE_BCRYPT_COST", COST),
        ("VESTIBULE_LIMITS", "on"),
        ("VESTIBULE_TRUSTED_PROXIES", "127.0.0.1"),
    ];
    let server = Server::start(folder.path(), &variables);
    server.register_and_log_in("a@example.org");
    server.fetch(&sign_up("b@example.org")).expect_redirect();
    let comparisons = [
        ("login, account", LOG_IN, WITH_ACCOUNT),
        ("login, pending sign-up", LOG_IN, PENDING),
        ("login, hash of a lower cost", LOG_IN, OF_OTHER_COST),
        ("login, account with an app", LOG_IN, WITH_APP),
        ("login, passkey only", LOG_IN, WITH_PASSKEY_ONLY),
        ("API, account", TOKEN, WITH_ACCOUNT),
        ("API, account with an app", TOKEN, WITH_APP),
        ("API, passkey only", TOKEN, WITH_PASSKEY_ONLY),
        ("forgot, account", FORGOT, WITH_ACCOUNT),
        ("forgot, passkey only", FORGOT, WITH_PASSKEY_ONLY),
        ("forgot, pending sign-up", FORGOT, PENDING),
        ("resend, account", RESEND, WITH_ACCOUNT),
        ("resend, pending sign-up", RESEND, PENDING),
        ("sign-up, account", SIGN_UP, WITH_ACCOUNT),
        ("sign-up, pending sign-up", SIGN_UP, PENDING),
    ];
    copy_accounts(folder.path(), PAIRS * comparisons.len());
    let mut clients = Clients {
        connection: server.client(),
        requests: 0,
    };
    comparisons
        .map(|(name, endpoint, kind)| compare(name, &clients.pairs(endpoint, kind)))
        .into()
}

/// Compares the durations for known addresses, which come first, and for unknown ones.
fn compare(name: &str, pairs: &[(Duration, Duration)]) -> Figure {
    let known = Sorted::millis(pairs.iter().map(|pair| pair.0));
    let unknown = Sorted::millis(pairs.iter().map(|pair| pair.1));
    let auc = known.auc(&unknown);
    let result = format!(
        "{auc:.3} (medians {:.3} and {:.3} ms)",
        known.median(),
        unknown.median()
    );
    Figure::new(
        &format!("AUC of {name}"),
        "0.45 to 0.55",
        result,
        BOUNDS.contains(&auc),
    )
}

/// Many clients behind one connection of the proxy. Each sends one request.
struct Clients {
    connection: Client,
    requests: u32,
}

impl Clients {
    /// Returns the durations of requests about known and unknown addresses.
    fn pairs(&mut self, endpoint: Endpoint, kind: char) -> Vec<(Duration, Duration)> {
        let mut pair = |_| {
            // The order must follow no pattern. After this multiplication, the middle bits are as
            // good as random.
            if (self.requests.wrapping_mul(2_654_435_761) >> 16).is_multiple_of(2) {
                let known = self.measure(endpoint, kind);
                (known, self.measure(endpoint, UNKNOWN))
            } else {
                let unknown = self.measure(endpoint, UNKNOWN);
                (self.measure(endpoint, kind), unknown)
            }
        };
        (0..PAIRS).map(&mut pair).collect()
    }

    fn measure(&mut self, endpoint: Endpoint, kind: char) -> Duration {
        self.requests += 1;
        let number = self.requests.div_ceil(2);
        let [_, _, high, low] = self.requests.to_be_bytes();
        let request = (endpoint.request)(&format!("{kind}{number:05}@example.org"));
        let address = format!("X-Forwarded-For: 198.51.{high}.{low}");
        let request = with_headers(&request, &address);
        let start = Instant::now();
        let response = self.connection.fetch(&request);
        let duration = start.elapsed();
        assert_eq!(response.status, endpoint.status, "{}", response.head);
        duration
    }
}

/// Copies one account and one pending sign-up, until there are `count` of each kind.
fn copy_accounts(folder: &Path, count: usize) {
    let foreign = bcrypt::hash("harbour velvet onion", OTHER_COST).expect("a cost that bcrypt has");
    let numbers = format!(
        "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {count})"
    );
    let users = |letter: char, hash: &str| {
        format!(
            "{numbers} INSERT INTO users (id, email, email_key, created_at, is_public, sort_name, \
             is_admin)
            SELECT printf('{letter}%05d', i) || substr(id, 7), printf('{letter}%05d@example.org', \
            i),
                printf('{letter}%05d@example.org', i), created_at - i, is_public, sort_name, \
                is_admin
            FROM n, users WHERE email_key = 'a@example.org';
            {numbers} INSERT INTO password_credentials (user_id, password_hash, changed_at)
            SELECT printf('{letter}%05d', i) || substr(user_id, 7), {hash}, changed_at
            FROM n, password_credentials JOIN users ON users.id = user_id WHERE email_key = \
            'a@example.org';"
        )
    };
    let pending = format!(
        "{numbers} INSERT INTO pending_signups (id, email, email_key, password_hash, created_at, \
         expires_at)
        SELECT printf('{PENDING}%05d', i) || substr(id, 7), printf('{PENDING}%05d@example.org', i),
            printf('{PENDING}%05d@example.org', i), password_hash, created_at, expires_at
        FROM n, pending_signups WHERE email_key = 'b@example.org';"
    );
    // No request of these measurements opens the secret or compares a signature.
    let factors = format!(
        "UPDATE users SET factor_since = created_at
        WHERE substr(email_key, 1, 1) IN ('{WITH_APP}', '{WITH_PASSKEY_ONLY}');
        INSERT INTO totp_credentials (id, user_id, name, sealed, key_id, last_step, created_at)
        SELECT 'app' || id, id, 'Phone', zeroblob(49), 'k', 0, created_at
        FROM users WHERE email_key LIKE '{WITH_APP}%';
        INSERT INTO passkeys (id, user_id, credential_id, rp_id, name, algorithm, public_key, \
         counter, transports, is_discoverable, has_verified, backup_eligible, backed_up, \
         created_at)
        SELECT 'key' || id, id, 'credential' || id, 'localhost', 'Phone', -7, zeroblob(65), 0, '', \
         TRUE, TRUE, TRUE, TRUE, created_at
        FROM users WHERE email_key LIKE '{WITH_PASSKEY_ONLY}%';"
    );
    let copies = [
        users(WITH_ACCOUNT, "password_hash"),
        users(OF_OTHER_COST, &format!("'foreign{foreign}'")),
        users(WITH_APP, "password_hash"),
        users(WITH_PASSKEY_ONLY, "'none'"),
        factors,
        pending,
    ];
    let mut database = database(folder);
    database
        .batch_execute(&copies.concat())
        .expect("valid statements");
}
