//! Measures pages of an account with a long history. One account has 10,000 events, 10,000 live
//! sessions (far more than allowed) and 10,000 valid undo links. The other account has 10 of each.
//! Requests to both accounts alternate. The figure is the ratio of the server's processor time.

use diesel::connection::SimpleConnection;

use crate::client::get;
use crate::figure::Figure;
use crate::server::{Server, database, folder};
use crate::stats::Sorted;

const ROUNDS: usize = 41;
const REQUESTS_PER_ROUND: usize = 200;
const MAX_RATIO: f64 = 2.0;
const FEW_ROWS: u32 = 10;
const MANY_ROWS: u32 = 10_000;
/// The lifetime of an undo link: 7 days.
const UNDO_LINK_MILLIS: u32 = 7 * 24 * 3_600_000;

pub fn measure() -> Vec<Figure> {
    let folder = folder();
    let server = Server::start(folder.path(), &[("VESTIBULE_BCRYPT_COST", "10")]);
    let [few_rows_cookie, many_rows_cookie] = [
        (FEW_ROWS, "grace@example.org"),
        (MANY_ROWS, "ada@example.org"),
    ]
    .map(|(rows, email)| {
        let cookie = server.register_and_log_in(email);
        database(folder.path())
            .batch_execute(&copy_rows_sql(email, rows))
            .expect("the statements match the schema");
        cookie
    });
    [
        ("/account", "account"),
        ("/account/activity", "activity"),
        ("/account/sessions", "sessions"),
    ]
    .map(|(path, name)| {
        let [few, many] =
            [&few_rows_cookie, &many_rows_cookie].map(|cookie| get(path, Some(cookie)));
        let ratios = Sorted::of(
            (0..ROUNDS).map(|_| cpu_seconds(&server, &many) / cpu_seconds(&server, &few)),
        );
        let result = format!("{:.2} times (median of {ROUNDS})", ratios.median());
        Figure::new(
            &format!("{name} at 10,000 rows"),
            "≤ 2 times the cost at 10 rows",
            result,
            ratios.median() <= MAX_RATIO,
        )
    })
    .into()
}

/// Returns SQL that copies the account's session and one of its events until there are `rows` of
/// each. It also inserts as many undo links.
fn copy_rows_sql(email: &str, rows: u32) -> String {
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
        SELECT id || i, id || i, 'undo', id, email_key, created_at - i, \
        created_at + {UNDO_LINK_MILLIS}, email
        FROM n, users WHERE email_key = '{email}';"
    )
}

fn cpu_seconds(server: &Server, request: &str) -> f64 {
    let before = server.cpu_seconds();
    let mut client = server.client();
    for _ in 0..REQUESTS_PER_ROUND {
        assert_eq!(client.fetch(request).status, 200);
    }
    server.cpu_seconds() - before
}
