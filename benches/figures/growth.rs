//! Measures the speed with a million accounts compared with a thousand. Two servers run at the same
//! time and get the same requests alternately. Requests are measured in the server's processor
//! time. Commands and the start are measured by the clock.

use std::cell::RefCell;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Instant;

use diesel::connection::SimpleConnection;
use tempfile::TempDir;

use crate::check;
use crate::client::{Client, get, post};
use crate::figure::Figure;
use crate::server::{
    PASSWORD, PROGRAM, Server, database, folder, log_in, pin_thread, session_cookie, two_processors,
};
use crate::stats::Sorted;

const FEW_ACCOUNTS: usize = 1_000;
const MANY_ACCOUNTS: usize = 1_000_000;
const SESSIONS_PER_ACCOUNT: usize = 2;
const ROUNDS: usize = 41;
const LOGINS_PER_ROUND: usize = 4;
const RESETS_PER_ROUND: usize = 2;
/// Many short rounds, since a page takes microseconds. Other load on the machine usually lasts
/// longer than a round, so it affects both servers alike.
const PAGE_ROUNDS: usize = 1_001;
const PAGES_PER_ROUND: usize = 20;
/// The number of users who request pages.
const PAGE_USERS: usize = 100;
const MAX_RATIO: f64 = 1.1;
const MAX_START_SECONDS: f64 = 1.0;
const VARIABLES: [(&str, &str); 2] = [
    ("VESTIBULE_BCRYPT_COST", "10"),
    ("VESTIBULE_TRUSTED_PROXIES", "127.0.0.1"),
];
const APP: &str = "wiki";
/// The number of lines after which the benchmark stops `user list`.
const LISTED_LINES: usize = 20;

pub fn measure() -> Vec<Figure> {
    let [small, large] = [FEW_ACCOUNTS, MANY_ACCOUNTS].map(PopulatedServer::start);
    let mut figures: Vec<Figure> = [
        (
            "login",
            PopulatedServer::measure_logins as fn(&PopulatedServer) -> f64,
        ),
        ("reset: both forms", PopulatedServer::measure_resets),
        (
            "first page of 'user list'",
            PopulatedServer::measure_user_list,
        ),
        ("'user show'", PopulatedServer::measure_user_show),
    ]
    .map(|(name, measure)| {
        let ratios = measure_ratios(ROUNDS, |_, is_large| {
            measure([&small, &large][usize::from(is_large)])
        });
        ratio_figure(name, &ratios)
    })
    .into();
    // Pages come after the other requests, because the servers stay pinned to one processor. The
    // client has its own thread, because it stays pinned as well.
    for (name, requests) in [
        (
            "dashboards of 100 users",
            (|server| &server.dashboards) as fn(&PopulatedServer) -> &[String],
        ),
        ("checks by a proxy for 100 users", |server| &server.checks),
    ] {
        let ratios = thread::scope(|scope| {
            let client = scope.spawn(|| measure_pages(&small, &large, requests));
            client.join().expect("every request succeeds")
        });
        figures.push(ratio_figure(name, &ratios));
    }
    drop(large.server);
    let start = Instant::now();
    let server = Server::start(large.folder.path(), &VARIABLES);
    assert_eq!(server.fetch(&get("/login", None)).status, 200);
    let seconds = start.elapsed().as_secs_f64();
    let result = format!("{:.0} ms", seconds * 1e3);
    figures.push(Figure::new(
        "start at 1,000,000 accounts",
        "≤ 1 s",
        result,
        seconds <= MAX_START_SECONDS,
    ));
    figures
}

/// Returns the cost of the large server divided by that of the small one, for each round. `measure`
/// gets the number of the round, and true for the large server. The server that is measured first
/// alternates.
fn measure_ratios(rounds: usize, measure: impl Fn(usize, bool) -> f64) -> Sorted {
    Sorted::of((0..rounds).map(|round| {
        let large_first = round % 2 == 1;
        let [first, second] = [large_first, !large_first].map(|is_large| measure(round, is_large));
        if large_first {
            first / second
        } else {
            second / first
        }
    }))
}

fn ratio_figure(name: &str, ratios: &Sorted) -> Figure {
    let [low, high] = [25, 75].map(|percent| ratios.percentile(percent));
    let result = format!(
        "{:.2} times (median of {}, half of them {low:.2} to {high:.2})",
        ratios.median(),
        ratios.count()
    );
    Figure::new(
        &format!("{name} at 1,000,000 accounts"),
        "≤ 1.1 times the cost at 1,000 accounts",
        result,
        ratios.median() <= MAX_RATIO,
    )
}

/// Measures pages with both servers pinned to one processor and the client to another, if there is
/// one. Without pinning, the scheduler would cost more than a page.
fn measure_pages(
    small: &PopulatedServer,
    large: &PopulatedServer,
    requests: fn(&PopulatedServer) -> &[String],
) -> Sorted {
    let [server_processor, client_processor] = two_processors();
    pin_thread(client_processor, None).expect("the processor is allowed");
    let servers = [small, large].map(|server| {
        server.server.pin_to(server_processor);
        (server, RefCell::new(server.server.client()))
    });
    measure_ratios(PAGE_ROUNDS, |round, is_large| {
        let (server, client) = &servers[usize::from(is_large)];
        server.measure_round(requests(server), &mut client.borrow_mut(), round)
    })
}

/// A server with a number of accounts.
struct PopulatedServer {
    folder: TempDir,
    server: Server,
    accounts: usize,
    /// One dashboard request for each page user.
    dashboards: Vec<String>,
    /// One check by the proxy for each page user.
    checks: Vec<String>,
}

impl PopulatedServer {
    fn start(accounts: usize) -> Self {
        let folder = folder();
        let server = Server::start(folder.path(), &VARIABLES);
        server.register_and_log_in("a@example.org");
        eprintln!("  creating {accounts} accounts …");
        copy_accounts(folder.path(), accounts);
        let mut populated = Self {
            folder,
            server,
            accounts,
            dashboards: Vec::new(),
            checks: Vec::new(),
        };
        check::register_app(populated.folder.path(), APP);
        for number in 0..PAGE_USERS {
            let login = populated.server.fetch(&log_in(&populated.email(number)));
            let session = session_cookie(&login);
            populated.dashboards.push(get("/dashboard", Some(&session)));
            let check = check::check_request(&populated.server, APP, &session);
            populated.checks.push(check);
        }
        populated
    }

    /// Returns the email address of an account. Consecutive numbers give accounts that are far
    /// apart.
    fn email(&self, number: usize) -> String {
        format!("u{:07}@example.org", number * 7919 % self.accounts)
    }

    fn cpu_seconds(&self, work: impl FnOnce()) -> f64 {
        let before = self.server.cpu_seconds();
        work();
        self.server.cpu_seconds() - before
    }

    fn measure_logins(&self) -> f64 {
        self.cpu_seconds(|| {
            let mut client = self.server.client();
            for number in 0..LOGINS_PER_ROUND {
                client.fetch(&log_in(&self.email(number))).expect_redirect();
            }
        })
    }

    /// Returns the processor time of one round of `requests`. Each round starts at another request.
    fn measure_round(&self, requests: &[String], client: &mut Client, round: usize) -> f64 {
        self.cpu_seconds(|| {
            for request in requests
                .iter()
                .cycle()
                .skip(round * PAGES_PER_ROUND % PAGE_USERS)
                .take(PAGES_PER_ROUND)
            {
                assert_eq!(client.fetch(request).status, 200);
            }
        })
    }

    /// Returns the processor time of password resets. It covers the form that asks for the link,
    /// and the form with the new password. Reading the email is not counted.
    fn measure_resets(&self) -> f64 {
        let mut client = self.server.client();
        (0..RESETS_PER_ROUND)
            .map(|number| {
                let email = self.email(PAGE_USERS + number).replace('@', "%40");
                let request_seconds = self.cpu_seconds(|| {
                    client
                        .fetch(&post("/password/forgot", &format!("email={email}")))
                        .expect_redirect();
                });
                let token = self.server.newest_token();
                let form = format!("token={token}&password={PASSWORD}");
                let reset_seconds = self.cpu_seconds(|| {
                    client
                        .fetch(&post("/password/reset", &form))
                        .expect_redirect();
                });
                request_seconds + reset_seconds
            })
            .sum()
    }

    fn measure_user_list(&self) -> f64 {
        self.measure_command(&["user", "list"], LISTED_LINES)
    }

    fn measure_user_show(&self) -> f64 {
        self.measure_command(&["user", "show", &self.email(0)], 1)
    }

    /// Returns the seconds until a command has written this many lines.
    fn measure_command(&self, arguments: &[&str], lines: usize) -> f64 {
        let start = Instant::now();
        let mut command = Command::new(PROGRAM);
        let command = command
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .envs(VARIABLES);
        let mut child = command
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let read = BufReader::new(child.stdout.take().expect("its output is piped"))
            .lines()
            .take(lines)
            .count();
        let seconds = start.elapsed().as_secs_f64();
        assert_eq!(read, lines);
        child.wait().expect("the program exits");
        seconds
    }
}

/// Adds `accounts` copies of one account with its password. Each has sessions, a known device and
/// an event.
fn copy_accounts(folder: &Path, accounts: usize) {
    let numbers = |count: usize| {
        format!(
            "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {})",
            count - 1
        )
    };
    let model =
        "(SELECT users.*, password_hash FROM users JOIN password_credentials ON user_id = id
        WHERE email_key = 'a@example.org')";
    let [account_numbers, session_numbers] =
        [accounts, accounts * SESSIONS_PER_ACCOUNT].map(numbers);
    // The ids are as random and as long as those of the server, so that indexes have their real
    // size.
    let sql = format!(
        "PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000; PRAGMA temp_store = MEMORY;
        BEGIN;
        CREATE TEMP TABLE ids AS {account_numbers} SELECT i, lower(hex(randomblob(11))) AS id \
        FROM n;
        CREATE INDEX temp.ids_by_number ON ids (i);
        INSERT INTO users (id, email, email_key, name, created_at, is_public, sort_name, is_admin)
        SELECT ids.id, printf('u%07d@example.org', i), printf('u%07d@example.org', i), 'Ada ' || \
        i, created_at - i, 0,
            'ada ' || i, 0
        FROM ids, {model} AS model;
        INSERT INTO password_credentials (user_id, password_hash, changed_at)
        SELECT ids.id, password_hash, created_at FROM ids, {model} AS model;
        {session_numbers}
        INSERT INTO sessions (id_hash, user_id, signed_in_by, remember, created_at, last_seen_at, \
        expires_at, user_agent,
            client_address, handle, proven_at)
        SELECT substr(lower(hex(randomblob(22))), 2), ids.id, signed_in_by, remember, created_at, \
        last_seen_at, expires_at, user_agent,
            client_address, lower(hex(randomblob(11))), proven_at
        FROM n JOIN ids ON ids.i = n.i % {accounts}, (SELECT * FROM sessions LIMIT 1) AS model;
        INSERT INTO known_devices (user_id, device_hash, created_at, last_used_at)
        SELECT ids.id, substr(lower(hex(randomblob(22))), 2), created_at, created_at FROM ids, \
        {model} AS model;
        INSERT INTO events (id, happened_at, kind, user_id, user_agent, client_address)
        SELECT lower(hex(randomblob(11))), happened_at, kind, ids.id, user_agent, client_address
        FROM ids, (SELECT * FROM events LIMIT 1) AS model;
        COMMIT;
        PRAGMA wal_checkpoint(TRUNCATE);"
    );
    database(folder)
        .batch_execute(&sql)
        .expect("the statements match the schema");
}
