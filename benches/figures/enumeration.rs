//! The response time as a hint about an address. Requests for addresses that have an account, a
//! pending sign-up, or a hash of another cost are each compared with one for an unknown address, in
//! pairs of random order, with limits on. Every request has its own address and comes from another
//! client. The figure is the AUC: how often a known address took longer than an unknown one. 0.5
//! reveals nothing, and 500 of each of the same give 0.45 to 0.55.

use std::path::Path;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;

use crate::client::{Client, post};
use crate::figure::Figure;
use crate::server::{Server, database, folder, sign_up};
use crate::stats::Sorted;

const PAIRS: usize = 500;
const COST: &str = "10";
/// An imported account.
const OTHER_COST: u32 = 8;
const BOUNDS: std::ops::RangeInclusive<f64> = 0.45..=0.55;

/// The form, and the status of its response.
const LOG_IN: Form = Form {
    path: "/login",
    rest: "&password=some+wrong+password",
    status: 422,
};
const FORGOT: Form = Form {
    path: "/password/forgot",
    rest: "",
    status: 303,
};
const RESEND: Form = Form {
    path: "/verify/resend",
    rest: "",
    status: 303,
};
const SIGN_UP: Form = Form {
    path: "/signup",
    rest: "&password=pebble+orbit+cinnamon",
    status: 303,
};

#[derive(Clone, Copy)]
struct Form {
    path: &'static str,
    rest: &'static str,
    status: u16,
}

/// The kinds of address, by their first letter.
const KNOWN: char = 'k';
const WAITING: char = 'w';
const OF_OTHER_COST: char = 'o';
const WITH_APP: char = 'a';
const WITH_PASSKEY_ONLY: char = 'p';
const NOBODYS: char = 'n';

pub fn measure() -> Vec<Figure> {
    let folder = folder();
    let variables = [
        ("VESTIBULE_BCRYPT_COST", COST),
        ("VESTIBULE_LIMITS", "on"),
        ("VESTIBULE_TRUSTED_PROXIES", "127.0.0.1"),
    ];
    let server = Server::start(folder.path(), &variables);
    server.register_and_log_in("a@example.org");
    server.ask(&sign_up("b@example.org")).expect_redirect();
    let comparisons = [
        ("login, account", LOG_IN, KNOWN),
        ("login, sign-up that waits", LOG_IN, WAITING),
        ("login, hash of a lower cost", LOG_IN, OF_OTHER_COST),
        ("login, account with an app", LOG_IN, WITH_APP),
        ("login, passkey only", LOG_IN, WITH_PASSKEY_ONLY),
        ("forgot, account", FORGOT, KNOWN),
        ("forgot, passkey only", FORGOT, WITH_PASSKEY_ONLY),
        ("forgot, sign-up that waits", FORGOT, WAITING),
        ("resend, account", RESEND, KNOWN),
        ("resend, sign-up that waits", RESEND, WAITING),
        ("sign-up, account", SIGN_UP, KNOWN),
        ("sign-up, sign-up that waits", SIGN_UP, WAITING),
    ];
    gather(folder.path(), PAIRS * comparisons.len());
    let mut asker = Asker {
        client: server.client(),
        asked: 0,
    };
    comparisons
        .map(|(what, form, whose)| compared(what, &asker.pairs(form, whose)))
        .into()
}

fn compared(what: &str, pairs: &[(Duration, Duration)]) -> Figure {
    let [theirs, nobodys] =
        [0, 1].map(|side| Sorted::millis(pairs.iter().map(|pair| [pair.0, pair.1][side])));
    let auc = theirs.auc(&nobodys);
    let result = format!(
        "{auc:.3} (medians {:.3} and {:.3} ms)",
        theirs.median(),
        nobodys.median()
    );
    Figure::new(
        &format!("AUC of {what}"),
        "0.45 to 0.55",
        result,
        BOUNDS.contains(&auc),
    )
}

/// The client address of each request.
struct Asker {
    client: Client,
    asked: u32,
}

impl Asker {
    fn pairs(&mut self, form: Form, whose: char) -> Vec<(Duration, Duration)> {
        let mut pair = |_| {
            // The order must follow no pattern. After this multiplication, the middle bits are as
            // good as random.
            if (self.asked.wrapping_mul(2_654_435_761) >> 16).is_multiple_of(2) {
                let theirs = self.ask(form, whose);
                (theirs, self.ask(form, NOBODYS))
            } else {
                let nobodys = self.ask(form, NOBODYS);
                (self.ask(form, whose), nobodys)
            }
        };
        (0..PAIRS).map(&mut pair).collect()
    }

    fn ask(&mut self, Form { path, rest, status }: Form, whose: char) -> Duration {
        self.asked += 1;
        let number = self.asked.div_ceil(2);
        let [_, _, high, low] = self.asked.to_be_bytes();
        let head = format!("HTTP/1.1\r\nX-Forwarded-For: 198.51.{high}.{low}\r\n");
        let request = post(
            path,
            &format!("email={whose}{number:05}%40example.org{rest}"),
        );
        let request = request.replacen("HTTP/1.1\r\n", &head, 1);
        let begun = Instant::now();
        let answer = self.client.ask(&request);
        let took = begun.elapsed();
        assert_eq!(answer.status, status, "{path}: {}", answer.head);
        took
    }
}

/// Copies one account and one pending sign-up, until there are enough of each kind.
fn gather(folder: &Path, count: usize) {
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
    let waiting = format!(
        "{numbers} INSERT INTO pending_signups (id, email, email_key, password_hash, created_at, \
         expires_at)
        SELECT printf('{WAITING}%05d', i) || substr(id, 7), printf('{WAITING}%05d@example.org', i),
            printf('{WAITING}%05d@example.org', i), password_hash, created_at, expires_at
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
        users(KNOWN, "password_hash"),
        users(OF_OTHER_COST, &format!("'foreign{foreign}'")),
        users(WITH_APP, "password_hash"),
        users(WITH_PASSKEY_ONLY, "'none'"),
        factors,
        waiting,
    ];
    let mut database = database(folder);
    database.batch_execute(&copies.concat()).expect("gathers");
}
