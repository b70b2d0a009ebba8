//! Acknowledged requests survive kill -9 right after the response.

use crate::support::{Home, OTHER_PASSWORD, PASSWORD, Process};

fn newest_token(process: &Process) -> String {
    let emails: serde_json::Value =
        serde_json::from_str(&process.browser().get("/dev/mailbox.json").body).expect("JSON");
    emails[0]["links"][0]
        .as_str()
        .and_then(|link| Some(link.split_once("token=")?.1.to_owned()))
        .expect("a link")
}

#[test]
fn sign_up_and_email_survive_immediate_kill_9() {
    let home = Home::new();
    let mut process = Process::serve(&home, &[]);
    process
        .browser()
        .sign_up("ada@example.org", PASSWORD)
        .assert_redirect("/signup/sent");
    process.child.kill().expect("killed");
    drop(process);

    let mut process = Process::serve(&home, &[]);
    let token = newest_token(&process);
    process
        .browser()
        .post("/verify", &[("token", &token)])
        .assert_redirect("/login");
    process.child.kill().expect("killed");
    drop(process);

    let mut process = Process::serve(&home, &[]);
    process
        .browser()
        .log_in("ada@example.org", PASSWORD)
        .assert_redirect("/dashboard");
    process
        .browser()
        .post("/password/forgot", &[("email", "ada@example.org")]);
    let token = newest_token(&process);
    process
        .browser()
        .reset_password(&token, OTHER_PASSWORD)
        .assert_redirect("/login");
    process.child.kill().expect("killed");
    drop(process);

    let process = Process::serve(&home, &[]);
    assert_eq!(
        process.browser().log_in("ada@example.org", PASSWORD).status,
        422
    );
    process
        .browser()
        .log_in("ada@example.org", OTHER_PASSWORD)
        .assert_redirect("/dashboard");
}
