//! Imported accounts: they arrive with their bcrypt hashes, and behave like any other.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Output, Stdio};
use std::thread;

use bcrypt::Version;

use crate::support::{OTHER_PASSWORD, PASSWORD, Process, TestApp};

const EMAIL: &str = "ada@example.org";

fn hash(password: &str, version: Version) -> String {
    bcrypt::hash_with_salt(password, 4, [3; 16])
        .expect("hashes")
        .format_for_version(version)
}

fn import(app: &TestApp, content: &str, more: &[&str]) -> Output {
    let file: PathBuf = app.home.path().join("people");
    fs::write(&file, content).expect("written");
    let arguments = [&["user", "import", file.to_str().expect("UTF-8")], more].concat();
    app.run(&arguments)
}

/// Imports a file, which must succeed. Returns the output.
#[track_caller]
pub fn imported(app: &TestApp, content: &str) -> String {
    let output = import(app, content, &[]);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[test]
fn imported_password_works_and_is_rehashed() {
    let app = TestApp::start();
    app.register("grace@example.org", OTHER_PASSWORD);
    let emails = app.emails().len();
    let people =
        [Version::TwoA, Version::TwoB, Version::TwoY].map(|version| hash(PASSWORD, version));
    let csv = format!(
        "\u{feff}name,email, password_hash\r\n\"King, \
         Ada\",{EMAIL},{}\r\n,Mary@Example.org,{}\r\n\r\n\
         Another,GRACE@example.org,{}\r\n",
        people[0], people[1], people[2]
    );
    assert_eq!(
        imported(&app, &csv),
        "Accounts created: 2. Unchanged, because the address already had an account: 1.\n"
    );
    assert_eq!(app.emails().len(), emails, "no email is sent");
    assert_eq!(
        imported(&app, &csv),
        "Accounts created: 0. Unchanged, because the address already had an account: 3.\n"
    );
    app.browser()
        .log_in("grace@example.org", OTHER_PASSWORD)
        .assert_redirect("/dashboard");

    for email in [EMAIL, "mary@example.org"] {
        assert_eq!(app.browser().log_in(email, OTHER_PASSWORD).status, 422);
        assert_eq!(
            app.home
                .count("password_credentials", "password_hash LIKE 'foreign$2%'"),
            2
        );
    }
    let browser = app.log_in(EMAIL, PASSWORD);
    assert!(browser.get("/account").body.contains("King, Ada"));
    assert!(
        browser
            .get("/account/activity")
            .body
            .contains("Account imported")
    );
    assert_eq!(
        app.home
            .count("password_credentials", "password_hash LIKE 'foreign$2%'"),
        1
    );
    app.log_in(EMAIL, PASSWORD);
    app.log_in("MARY@example.org", PASSWORD);
    assert_eq!(
        app.home
            .count("password_credentials", "password_hash LIKE 'v1$2b$04$%'"),
        3
    );
}

#[test]
fn imported_user_without_password_resets_it() {
    let app = TestApp::start();
    let lines = format!(
        "\n{{\"email\":\"{EMAIL}\",\"name\":null}}\n\
         {{\"email\":\"b@example.org\",\"password_hash\":\"\"}}\n"
    );
    assert_eq!(
        imported(&app, &lines),
        "Accounts created: 2. Unchanged, because the address already had an account: 0.\n"
    );
    let why = Process::output(
        &app.home,
        &["why", EMAIL],
        &[("VESTIBULE_BCRYPT_COST", "4")],
    );
    assert!(
        String::from_utf8_lossy(&why.stdout).contains("has no password"),
        "{why:?}"
    );
    for password in ["none", "", PASSWORD] {
        assert_eq!(app.browser().log_in(EMAIL, password).status, 422);
    }
    app.browser()
        .post("/password/forgot", &[("email", EMAIL)])
        .assert_redirect("/password/sent");
    let token = app.email_to(EMAIL).token();
    app.browser()
        .reset_password(&token, PASSWORD)
        .assert_redirect("/login");
    app.log_in(EMAIL, PASSWORD);
}

#[test]
fn faulty_file_creates_nothing_and_lists_lines() {
    let app = TestApp::start();
    let good = hash(PASSWORD, Version::TwoB);
    let csv = format!(
        "email,name,password_hash\n{EMAIL},Ada,{good}\nnobody,,{good}\n\
         b@example.org,,{}\nc@example.org,,{}\n\
         d@example.org,,secret-in-plain-text\ne@example.org,{good}\n",
        good.replace("$2b$", "$2x$"),
        good.replace("$04$", "$16$"),
    );
    let rejected = import(&app, &csv, &[]);
    let told = String::from_utf8(rejected.stderr).expect("UTF-8");
    assert_eq!(
        (rejected.status.code(), rejected.stdout),
        (Some(1), Vec::new())
    );
    let lines: Vec<&str> = told.lines().collect();
    let begins = [
        "row 3: ",
        "row 4: ",
        "row 5: ",
        "row 6: ",
        "row 7: ",
        "vestibule: ",
    ];
    assert_eq!(lines.len(), begins.len(), "{told}");
    assert!(
        lines
            .iter()
            .zip(begins)
            .all(|(line, begin)| line.starts_with(begin)),
        "{told}"
    );
    assert!(
        lines[5].ends_with("5 of 6 accounts are invalid; none was created"),
        "{told}"
    );
    assert!(
        !told.contains("plain-text") && !told.contains(&good),
        "what may be a password is not repeated: {told}"
    );
    assert_eq!(app.home.count("users", "1 = 1"), 0);

    // A misspelt column would create accounts without passwords.
    let columns =
        "the first row must name the columns, which can be email, name, password_hash and groups";
    for (misspelt, told) in [
        (format!("email,hash\n{EMAIL},{good}\n"), columns),
        (format!("name,password_hash\nAda,{good}\n"), columns),
        (
            format!("email,email,password_hash\n{EMAIL},{EMAIL},{good}\n"),
            columns,
        ),
        (format!("{EMAIL},,{good}\nb@example.org,,{good}\n"), columns),
        (String::new(), columns),
        (
            format!("{{\"email\":\"{EMAIL}\",\"hash\":\"{good}\"}}"),
            "1 of 1 accounts",
        ),
        (
            format!("{{\"email\":\"{EMAIL}\",\"password_hash\":12345678}}"),
            "1 of 1 accounts",
        ),
        (
            format!("{{\"email\":\"b@example.org\"}}\n[\"{EMAIL}\",\"Ada\",\"{good}\"]\n"),
            "1 of 2 accounts",
        ),
    ] {
        let rejected = import(&app, &misspelt, &[]);
        let line = String::from_utf8_lossy(&rejected.stderr);
        assert!(
            rejected.status.code() == Some(1) && line.contains(told),
            "{line}"
        );
        assert!(
            !line.contains(&good) && !line.contains("12345678"),
            "what may be a password is not repeated: {line}"
        );
    }
    let checked = import(
        &app,
        &format!("email,password_hash\n{EMAIL},{good}\n"),
        &["--check"],
    );
    assert!(
        String::from_utf8_lossy(&checked.stdout)
            .starts_with("Accounts in the file: 1. All are valid")
    );
    assert_eq!(app.home.count("users", "1 = 1"), 0);
    let nowhere = Process::output(&app.home, &["user", "import", "nowhere"], &[]);
    assert_eq!(nowhere.status.code(), Some(1));
}

#[test]
fn rows_of_commas_count_as_empty() {
    let app = TestApp::start();
    let csv = format!("email,name,password_hash\r\n,,\r\n{EMAIL},Ada,\r\n , ,\r\n,,\r\n");
    assert!(imported(&app, &csv).starts_with("Accounts created: 1."));
    // The numbers are those of the spreadsheet.
    let faulty = import(&app, "email,name\n,\nnobody,\n", &[]);
    let line = String::from_utf8_lossy(&faulty.stderr).into_owned();
    assert!(line.starts_with("row 3: "), "{line}");
}

#[test]
fn reason_names_encoding_and_kind_of_json() {
    let app = TestApp::start();
    let file = app.home.path().join("people");
    let latin = |text: &str| text.chars().map(|letter| letter as u8).collect::<Vec<_>>();
    for (content, reason) in [
        (
            latin("email,name\nada@example.org,Zo\u{eb}\n"),
            "row 2: it must be in UTF-8",
        ),
        (
            latin("email,nom\u{e9}\nada@example.org,Zo\n"),
            "it must be in UTF-8",
        ),
        (
            latin("{\"email\":\"ada@example.org\",\"name\":\"Zo\u{eb}\"}\n"),
            "row 1: it must be in UTF-8",
        ),
        (
            latin("[{\"email\":\"ada@example.org\"}]"),
            "one object on each line, not an array",
        ),
        (latin(" \n[\n{}]"), "one object on each line, not an array"),
    ] {
        fs::write(&file, content).expect("written");
        let rejected = app.run(&["user", "import", file.to_str().expect("UTF-8")]);
        let line = String::from_utf8_lossy(&rejected.stderr).into_owned();
        assert!(
            rejected.status.code() == Some(1) && line.contains(reason),
            "{line}"
        );
    }
    assert_eq!(app.home.count("users", "1 = 1"), 0);
}

#[test]
fn pipe_can_be_imported_without_any_output() {
    let app = TestApp::start();
    let costly = bcrypt::hash_with_salt(PASSWORD, 5, [3; 16]).expect("hashes");
    // Progress is printed every 1,000 accounts.
    let rows: Vec<String> = (0..1_001)
        .map(|number| format!("u{number}@example.org,\n"))
        .collect();
    let rows = rows.concat();
    let csv = format!("email,password_hash\n{EMAIL},{costly}\n{rows}");
    let full = || {
        fs::File::options()
            .write(true)
            .open("/dev/full")
            .expect("Linux has it")
    };
    let arguments = ["user", "import", "/dev/stdin"];
    let mut command = Process::command(&app.home, &arguments, &[("VESTIBULE_BCRYPT_COST", "4")]);
    command.stdin(Stdio::piped()).stdout(full()).stderr(full());
    let mut running = command.spawn().expect("it runs");
    let mut pipe = running.stdin.take().expect("a pipe");
    pipe.write_all(csv.as_bytes()).expect("it reads");
    drop(pipe);
    // The summary cannot be printed.
    assert_eq!(running.wait().expect("it ends").code(), Some(1));
    assert_eq!(app.home.count("users", "1 = 1"), 1_002);
}

#[test]
fn import_beats_a_pending_sign_up() {
    let app = TestApp::start();
    let attacker = app.browser();
    attacker
        .sign_up(EMAIL, OTHER_PASSWORD)
        .assert_redirect("/signup/sent");
    let token = app.email_to(EMAIL).token();
    imported(
        &app,
        &format!(
            "email,password_hash\n{EMAIL},{}\n",
            hash(PASSWORD, Version::TwoY)
        ),
    );
    assert_eq!(attacker.post("/verify", &[("token", &token)]).status, 410);
    assert_eq!(attacker.log_in(EMAIL, OTHER_PASSWORD).status, 422);
    app.log_in(EMAIL, PASSWORD);
}

/// Enough slices to block a server beside it, if they could.
#[test]
fn server_responds_during_a_long_import() {
    let app = TestApp::start_with(|settings| settings.limits = false);
    let rows: Vec<String> = (0..1_000)
        .map(|number| format!("u{number}@example.org,\r\n"))
        .collect();
    let forms = thread::scope(|scope| {
        let running =
            scope.spawn(|| imported(&app, &format!("email,password_hash\r\n{}", rows.concat())));
        let mut forms = 0;
        while !running.is_finished() {
            let fields = [("email", "nobody@example.org")];
            app.browser()
                .post("/password/forgot", &fields)
                .assert_redirect("/password/sent");
            forms += 1;
        }
        let told = running.join().expect("it is brought in");
        assert_eq!(
            told,
            "Accounts created: 1000. Unchanged, because the address already had an account: 0.\n"
        );
        forms
    });
    assert!(forms > 3, "only {forms} came through");
}

#[test]
fn import_reports_hashes_of_higher_cost() {
    let app = TestApp::start();
    let costly = bcrypt::hash_with_salt(PASSWORD, 5, [3; 16])
        .expect("hashes")
        .to_string();
    let csv = format!(
        "email,password_hash\n{EMAIL},{costly}\nb@example.org,{}\n",
        hash(PASSWORD, Version::TwoB)
    );
    let told = imported(&app, &csv);
    assert!(
        told.starts_with("Password hashes with a higher cost than VESTIBULE_BCRYPT_COST: 1."),
        "{told}"
    );
    assert!(
        told.contains("A cost of 5 prevents this.") && told.contains("Accounts created: 2."),
        "{told}"
    );
    app.log_in(EMAIL, PASSWORD);
}

#[test]
fn imported_users_join_groups_that_exist() {
    let app = TestApp::start();
    app.command(&["group", "create", "staff"]);
    let content = "email,groups\nada@example.org,\"staff,nowhere\"\n";
    let rejected = import(&app, content, &[]);
    let said = String::from_utf8_lossy(&rejected.stderr).into_owned();
    assert!(said.contains("there is no group nowhere"), "{said}");
    assert_eq!(app.home.count("users", "TRUE"), 0);
    imported(
        &app,
        "email,groups\nada@example.org,staff\nbob@example.org,\n",
    );
    assert_eq!(app.home.count("users", "TRUE"), 2);
    assert_eq!(app.home.count("group_members", "TRUE"), 1);
}
