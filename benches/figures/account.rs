//! Pages of an account with a long history: one with 10,000 events, as many live sessions (far more
//! than allowed) and as many valid undo links, against one with 10. In seconds of the server's
//! processor, measured in turns.

use diesel::connection::SimpleConnection;

use crate::client::get;
use crate::figure::Figure;
use crate::server::{Server, database, folder};
use crate::stats::Sorted;

const ROUNDS: usize = 41;
const REQUESTS_PER_ROUND: usize = 200;
const MOST: f64 = 2.0;
const FEW: u32 = 10;
const MANY: u32 = 10_000;
/// The lifetime of an undo link: 7 days, in milliseconds.
const UNDO_LASTS: u32 = 7 * 24 * 3_600_000;

pub fn measure() -> Vec<Figure> {
    let folder = folder();
    let server = Server::start(folder.path(), &[("VESTIBULE_BCRYPT_COST", "10")]);
    let [few, many] =
        [(FEW, "grace@example.org"), (MANY, "ada@example.org")].map(|(rows, email)| {
            let cookie = server.register_and_log_in(email);
            database(folder.path())
                .batch_execute(&gather(email, rows))
                .expect("gathers");
            cookie
        });
    [
        ("/account", "account"),
        ("/account/activity", "activity"),
        ("/account/sessions", "sessions"),
    ]
    .map(|(path, what)| {
        let [few, many] = [&few, &many].map(|cookie| get(path, Some(cookie)));
        let ratios = Sorted::of(
            (0..ROUNDS).map(|_| cpu_seconds(&server, &many) / cpu_seconds(&server, &few)),
        );
        let result = format!("{:.2} times (median of {ROUNDS})", ratios.median());
        Figure::new(
            &format!("{what} at 10,000 rows"),
            "≤ 2 times 10 rows",
            result,
            ratios.median() <= MOST,
        )
    })
    .into()
}

/// Copies the account's session and an event of it until there are `rows` of each, with as many
/// links.
fn gather(email: &str, rows: u32) -> String {
    format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows} - 1)
        INSERT INTO sessions (id_hash, user_id, signed_in_by, remember, created_at, last_seen_at, \
        expires_at,
            user_agent, client_address, handle, proven_at)
        SELECT id_hash || i, user_id, signed_in_by, remember, created_at - i, last_seen_at - i, \
        expires_at,
            user_agent, client_address, handle || i, proven_at
        FROM n, (SELECT * FROM sessions JOIN users ON users.id = user_id WHERE email_key = \
        '{email}' LIMIT 1);
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows} - 2)
        INSERT INTO events (id, happened_at, kind, user_id, user_agent, client_address)
        SELECT events.id || i, happened_at - i, kind, user_id, user_agent, client_address
        FROM n, (SELECT events.* FROM events JOIN users ON users.id = user_id WHERE email_key = \
        '{email}' LIMIT 1) AS events;
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})
        INSERT INTO links (id, token_hash, purpose, subject_id, email_key, created_at, expires_at, \
        email)
        SELECT id || i, id || i, 'undo', id, email_key, created_at - i, created_at + {UNDO_LASTS}, \
        email
        FROM n, users WHERE email_key = '{email}';"
    )
}

fn cpu_seconds(server: &Server, request: &str) -> f64 {
    let before = server.cpu_seconds();
    let mut client = server.client();
    for _ in 0..REQUESTS_PER_ROUND {
        assert_eq!(client.ask(request).status, 200);
    }
    server.cpu_seconds() - before
}
