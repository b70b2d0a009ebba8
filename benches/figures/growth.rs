//! The speed with a million accounts and with a thousand: two servers side by side, one with each,
//! with the same requests in turns. The server's work is counted in seconds of its processor, the
//! command and the start by the clock.

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
    PROGRAM, Server, cookie_of, database, folder, keep_to, log_in, two_processors,
};
use crate::stats::Sorted;

const FEW: usize = 1_000;
const MANY: usize = 1_000_000;
/// Rows of each account.
const SESSIONS: usize = 2;
const ROUNDS: usize = 41;
const LOGINS_PER_ROUND: usize = 4;
const RESETS_PER_ROUND: usize = 2;
/// A page takes microseconds, so its rounds can be many and short. A disturbance of the machine
/// lasts longer than one.
const PAGE_ROUNDS: usize = 1_001;
const PAGES_PER_ROUND: usize = 20;
/// The accounts whose dashboards are requested.
const VISITORS: usize = 100;
const MOST: f64 = 1.1;
const MAX_START_SECONDS: f64 = 1.0;
const VARIABLES: [(&str, &str); 2] = [
    ("VESTIBULE_BCRYPT_COST", "10"),
    ("VESTIBULE_TRUSTED_PROXIES", "127.0.0.1"),
];
const APP: &str = "wiki";
/// Rows that a reader looks at before the list is stopped.
const LISTED: usize = 20;

pub fn measure() -> Vec<Figure> {
    let [few, many] = [FEW, MANY].map(Place::gather);
    let mut figures: Vec<Figure> = [
        ("login", Place::logins as fn(&Place) -> f64),
        ("reset: both forms", Place::resets),
        ("first page of 'user list'", Place::list),
        ("'user show'", Place::show),
    ]
    .map(|(what, work)| {
        figure(
            what,
            &ratios(ROUNDS, |_, of_many| {
                work([&few, &many][usize::from(of_many)])
            }),
        )
    })
    .into();
    // The last, since the servers stay where it puts them. It has its own thread for the same
    // reason.
    for (what, requests) in [
        (
            "dashboards of 100 people",
            (|place| &place.dashboards) as fn(&Place) -> &[String],
        ),
        ("checks by a proxy of 100 people", |place| &place.checks),
    ] {
        let compared = thread::scope(|scope| {
            let compared = scope.spawn(|| short(&few, &many, requests));
            compared.join().expect("measured")
        });
        figures.push(figure(what, &compared));
    }
    drop(many.server);
    let begun = Instant::now();
    let server = Server::start(many.folder.path(), &VARIABLES);
    assert_eq!(server.ask(&get("/login", None)).status, 200);
    let took = begun.elapsed().as_secs_f64();
    let result = format!("{:.0} ms", took * 1e3);
    figures.push(Figure::new(
        "start at 1,000,000 accounts",
        "≤ 1 s",
        result,
        took <= MAX_START_SECONDS,
    ));
    figures
}

/// Returns the ratio of many to few in each round. They begin the rounds in turns.
fn ratios(rounds: usize, work: impl Fn(usize, bool) -> f64) -> Sorted {
    Sorted::of((0..rounds).map(|round| {
        let many_first = round % 2 == 1;
        let [first, second] = [many_first, !many_first].map(|of_many| work(round, of_many));
        if many_first {
            first / second
        } else {
            second / first
        }
    }))
}

fn figure(what: &str, ratios: &Sorted) -> Figure {
    let [low, high] = [25, 75].map(|percent| ratios.percentile(percent));
    let result = format!(
        "{:.2} times (median of {}, half of them {low:.2} to {high:.2})",
        ratios.median(),
        ratios.count()
    );
    Figure::new(
        &format!("{what} at 1,000,000 accounts"),
        "≤ 1.1 times 1,000",
        result,
        ratios.median() <= MOST,
    )
}

/// Puts both servers on one processor, and the client on another, if there is one. For work as
/// short as a page, the threads beside it matter more than the work.
fn short(few: &Place, many: &Place, requests: fn(&Place) -> &[String]) -> Sorted {
    let [theirs, ours] = two_processors();
    keep_to(ours, None).expect("this thread is there");
    let sides = [few, many].map(|place| {
        place.server.keep_to(theirs);
        (place, RefCell::new(place.server.client()))
    });
    ratios(PAGE_ROUNDS, |round, of_many| {
        let (place, client) = &sides[usize::from(of_many)];
        place.send(requests(place), &mut client.borrow_mut(), round)
    })
}

/// Starts a server with this many accounts.
struct Place {
    folder: TempDir,
    server: Server,
    accounts: usize,
    /// Requests of the visitors.
    dashboards: Vec<String>,
    checks: Vec<String>,
}

impl Place {
    fn gather(accounts: usize) -> Self {
        let folder = folder();
        let server = Server::start(folder.path(), &VARIABLES);
        server.register_and_log_in("a@example.org");
        eprintln!("  {accounts} accounts …");
        fill(folder.path(), accounts);
        let mut place = Self {
            folder,
            server,
            accounts,
            dashboards: Vec::new(),
            checks: Vec::new(),
        };
        check::register(place.folder.path(), APP);
        for number in 0..VISITORS {
            let session = cookie_of(&place.server.ask(&log_in(&place.email(number))));
            place.dashboards.push(get("/dashboard", Some(&session)));
            let check = check::opened(&place.server, APP, &session);
            place.checks.push(check);
        }
        place
    }

    /// Returns one of all accounts, spread evenly.
    fn email(&self, number: usize) -> String {
        format!("u{:07}@example.org", number * 7919 % self.accounts)
    }

    fn cpu_seconds(&self, work: impl FnOnce()) -> f64 {
        let before = self.server.cpu_seconds();
        work();
        self.server.cpu_seconds() - before
    }

    fn logins(&self) -> f64 {
        self.cpu_seconds(|| {
            let mut client = self.server.client();
            for number in 0..LOGINS_PER_ROUND {
                client.ask(&log_in(&self.email(number))).expect_redirect();
            }
        })
    }

    fn send(&self, requests: &[String], client: &mut Client, round: usize) -> f64 {
        self.cpu_seconds(|| {
            for request in requests
                .iter()
                .cycle()
                .skip(round * PAGES_PER_ROUND % VISITORS)
                .take(PAGES_PER_ROUND)
            {
                assert_eq!(client.ask(request).status, 200);
            }
        })
    }

    fn resets(&self) -> f64 {
        let mut client = self.server.client();
        (0..RESETS_PER_ROUND)
            .map(|number| {
                let email = self.email(VISITORS + number).replace('@', "%40");
                let asked = self.cpu_seconds(|| {
                    client
                        .ask(&post("/password/forgot", &format!("email={email}")))
                        .expect_redirect();
                });
                let mails = client.ask(&get("/dev/mailbox.json", None)).body;
                let token = mails
                    .split("reset?token=")
                    .nth(1)
                    .and_then(|rest| rest.get(..43))
                    .expect("a link");
                let form = format!("token={token}&password=harbour+velvet+onion");
                asked
                    + self.cpu_seconds(|| {
                        client
                            .ask(&post("/password/reset", &form))
                            .expect_redirect();
                    })
            })
            .sum()
    }

    fn list(&self) -> f64 {
        self.command(&["user", "list"], LISTED)
    }

    fn show(&self) -> f64 {
        self.command(&["user", "show", &self.email(0)], 1)
    }

    /// Returns the seconds until a command has written this many lines.
    fn command(&self, arguments: &[&str], lines: usize) -> f64 {
        let begun = Instant::now();
        let mut command = Command::new(PROGRAM);
        let command = command
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .envs(VARIABLES);
        let mut child = command.stdout(Stdio::piped()).spawn().expect("runs");
        let read = BufReader::new(child.stdout.take().expect("piped"))
            .lines()
            .take(lines)
            .count();
        let took = begun.elapsed().as_secs_f64();
        assert_eq!(read, lines);
        child.wait().expect("ends");
        took
    }
}

/// Copies one account with its password until there are `accounts`, each with sessions, known
/// devices and events.
fn fill(folder: &Path, accounts: usize) {
    let numbers = |count: usize| {
        format!(
            "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {})",
            count - 1
        )
    };
    let model =
        "(SELECT users.*, password_hash FROM users JOIN password_credentials ON user_id = id
        WHERE email_key = 'a@example.org')";
    let [each, each_session] = [numbers(accounts), numbers(accounts * SESSIONS)];
    // Ids as random and as long as the program's own, so that every index is as wide.
    let sql = format!(
        "PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000; PRAGMA temp_store = MEMORY;
        BEGIN;
        CREATE TEMP TABLE ids AS {each} SELECT i, lower(hex(randomblob(11))) AS id FROM n;
        CREATE INDEX temp.ids_by_number ON ids (i);
        INSERT INTO users (id, email, email_key, name, created_at, is_public, sort_name, is_admin)
        SELECT ids.id, printf('u%07d@example.org', i), printf('u%07d@example.org', i), 'Ada ' || \
        i, created_at - i, 0,
            'ada ' || i, 0
        FROM ids, {model} AS model;
        INSERT INTO password_credentials (user_id, password_hash, changed_at)
        SELECT ids.id, password_hash, created_at FROM ids, {model} AS model;
        {each_session}
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
    database(folder).batch_execute(&sql).expect("fills");
}
