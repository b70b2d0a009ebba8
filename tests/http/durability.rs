//! Nothing that was acknowledged is ever lost: kill -9 right after the answer, and a database that goes away.

use crate::support::{OTHER_PASSWORD, PASSWORD, Process, TestApp, free_folder};

fn newest_token(process: &Process) -> String {
    let mails: serde_json::Value =
        serde_json::from_str(&process.browser().get("/dev/mailbox.json").body).expect("JSON");
    mails[0]["links"][0].as_str().and_then(|link| Some(link.split_once("token=")?.1.to_owned())).expect("a link")
}

#[test]
fn a_sign_up_and_its_mail_survive_kill_9_right_after_the_answer() {
    let folder = free_folder();
    let mut process = Process::serve(folder.path(), &[]);
    process
        .browser()
        .post("/signup", &[("email", "ada@example.org"), ("password", PASSWORD)])
        .assert_redirect("/signup/sent");
    process.child.kill().expect("killed");
    drop(process);

    let mut process = Process::serve(folder.path(), &[]);
    let token = newest_token(&process);
    process.browser().post("/verify", &[("token", &token)]).assert_redirect("/login");
    process.child.kill().expect("killed");
    drop(process);

    let mut process = Process::serve(folder.path(), &[]);
    process.browser().log_in("ada@example.org", PASSWORD).assert_redirect("/dashboard");
    process.browser().post("/password/forgot", &[("email", "ada@example.org")]);
    let token = newest_token(&process);
    process
        .browser()
        .post("/password/reset", &[("token", &token), ("password", OTHER_PASSWORD)])
        .assert_redirect("/login");
    process.child.kill().expect("killed");
    drop(process);

    let process = Process::serve(folder.path(), &[]);
    assert_eq!(process.browser().log_in("ada@example.org", PASSWORD).status, 422);
    process.browser().log_in("ada@example.org", OTHER_PASSWORD).assert_redirect("/dashboard");
}

/// A session's cookie stays, nobody is sent to the login, and all is well again by itself.
#[test]
fn a_database_that_is_locked_is_503_and_never_a_logout() {
    use diesel::connection::SimpleConnection;
    use diesel::{Connection, SqliteConnection};
    let app = TestApp::start();
    let browser = app.sign_in("ada@example.org", PASSWORD);
    let mut other = SqliteConnection::establish(app.database().to_str().expect("UTF-8")).expect("opens");
    other.batch_execute("BEGIN EXCLUSIVE").expect("locks");
    let answer = browser.post("/password/forgot", &[("email", "ada@example.org")]);
    answer.assert_page(503, "Sorry, we're not available right now");
    assert_ne!(answer.header("retry-after"), "");
    let logout = browser.post("/logout", &[]);
    assert_eq!(logout.status, 503);
    assert!(logout.set_cookies("session").is_empty());
    assert_eq!(browser.get("/dashboard").status, 200, "reading goes on");
    other.batch_execute("ROLLBACK").expect("unlocks");
    browser.post("/password/forgot", &[("email", "ada@example.org")]).assert_redirect("/password/sent");
}
