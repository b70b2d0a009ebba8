//! The main job, from the front page to a new password, by links and forms alone.

use crate::support::{OTHER_PASSWORD, PASSWORD, TestApp};

#[test]
fn a_person_signs_up_confirms_logs_in_logs_out_and_sets_a_new_password() {
    let app = TestApp::start();
    let browser = app.browser();
    let email = "ada@example.org";

    let front = browser.get("/");
    front.assert_page(200, "Welcome");
    let sign_up = front.attribute("main a.button", "href").expect("a main button");
    let form = browser.get(&sign_up);
    let action = form.attribute("main form", "action").expect("a form");
    browser.post(&action, &[("email", email), ("password", PASSWORD), ("name", "Ada")]).assert_redirect("/signup/sent");
    let mailbox = browser.get("/signup/sent").attribute("main a[href='/dev/mailbox']", "href").expect("a link");
    let link = browser.get(&mailbox).attribute("main a[href*='/verify?token=']", "href").expect("the link");
    let confirm = browser.get(link.strip_prefix(&app.public_url).expect("of this site"));
    let token = confirm.value("token");
    browser.post("/verify", &[("token", &token)]).assert_redirect("/login");
    assert_eq!(browser.get("/login").value("email"), email);
    browser.log_in(email, PASSWORD).assert_redirect("/dashboard");
    assert_eq!(browser.get("/dashboard").text("h1"), "Hello Ada");
    browser.post("/logout", &[]).assert_redirect("/login");

    browser.post("/password/forgot", &[("email", email)]).assert_redirect("/password/sent");
    let reset = app.mail_to(email);
    browser.get(&reset.path()).assert_page(200, "Set a new password");
    browser
        .post("/password/reset", &[("token", &reset.token()), ("password", OTHER_PASSWORD)])
        .assert_redirect("/login");
    browser.log_in(email, OTHER_PASSWORD).assert_redirect("/dashboard");
    assert_eq!(browser.get("/dashboard").status, 200);
}
