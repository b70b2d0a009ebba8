//! Delivery over SMTP: to servers that accept, reject, hang up, hang, or are down, and how many
//! emails one address gets. The sink is a real SMTP server.

use std::time::Duration;

use vestibule::config::{Secret, Settings, SmtpUrl};

use crate::support::smtp::{Behaviour, Received, SmtpSink};
use crate::support::{Browser, Home, OTHER_PASSWORD, PASSWORD, Process, TestApp, eventually};

const ADA: &str = "ada@example.org";
const BOB: &str = "bob@example.org";
const SENDER: (&str, &str) = ("VESTIBULE_MAIL_FROM", "Post <post@example.org>");

/// Starts an app that sends to `sink`.
fn app_with(sink: &SmtpSink) -> TestApp {
    TestApp::start_with(sink.receives_from())
}

/// Starts an app that sends to `sink` and has no rate limits, for many sign-ups.
fn crowded(sink: &SmtpSink) -> TestApp {
    TestApp::start_with(sending_to_a_crowd(sink))
}

fn sending_to_a_crowd(sink: &SmtpSink) -> impl FnOnce(&mut Settings) + use<> {
    let send = sink.receives_from();
    move |settings: &mut Settings| {
        send(settings);
        settings.limits = false;
    }
}

fn sign_up(browser: &Browser, email: &str) {
    browser
        .sign_up(email, PASSWORD)
        .assert_redirect("/signup/sent");
}

fn to(received: &[Received], email: &str) -> usize {
    received
        .iter()
        .filter(|message| message.to == [email])
        .count()
}

fn newest(sink: &SmtpSink, email: &str) -> Received {
    sink.received()
        .into_iter()
        .rfind(|message| message.to == [email])
        .unwrap_or_else(|| panic!("an email to {email}"))
}

fn token(message: &Received) -> String {
    message.links()[0]
        .split_once("token=")
        .expect("a token")
        .1
        .to_owned()
}

/// Signs up and follows the link in the email.
fn register(app: &TestApp, sink: &SmtpSink, email: &str) {
    let before = to(&sink.received(), email);
    sign_up(&app.browser(), email);
    sink.wait_until(|received| to(received, email) > before);
    let confirmed = app
        .browser()
        .post("/verify", &[("token", &token(&newest(sink, email)))]);
    confirmed.assert_redirect("/login");
}

#[test]
fn email_is_delivered_and_its_link_works() {
    let sink = SmtpSink::start();
    let app = app_with(&sink);
    register(&app, &sink, ADA);
    let mail = newest(&sink, ADA);
    assert_eq!(mail.from, "no-reply@localhost");
    assert_eq!(mail.header("Auto-Submitted"), "auto-generated");
    assert!(
        mail.header("Message-ID").ends_with("@localhost>"),
        "{}",
        mail.message
    );
    assert!(mail.message.contains("multipart/alternative") && mail.message.contains("text/html"));
    app.browser()
        .log_in(ADA, PASSWORD)
        .assert_redirect("/dashboard");
    assert_eq!(
        app.browser().get("/dev/mailbox").status,
        404,
        "emails are sent, not shown"
    );
    assert_eq!(sink.violations(), [] as [String; 0]);
    // The content that could make the link again is erased. The connection was kept for the next
    // email.
    eventually(|| {
        app.home
            .count("outbox", "sealed IS NULL AND sent_at IS NOT NULL")
            > 0
    });
    register(&app, &sink, BOB);
    assert!(sink.connections() <= 2, "{}", sink.connections());
    for number in 0..5 {
        register(&app, &sink, &format!("person-{number}@example.org"));
    }
    assert!(sink.connections() <= 2, "connections are used again");
}

#[test]
fn stopped_mail_server_delays_emails_only() {
    let sink = SmtpSink::start();
    let app = crowded(&sink);
    sink.stop();
    let addresses: Vec<String> = (0..40)
        .map(|number| format!("person-{number}@example.org"))
        .collect();
    for address in &addresses {
        sign_up(&app.browser(), address);
    }
    sink.start_again();
    sink.wait_until(|received| addresses.iter().all(|address| to(received, address) == 1));
    assert!(sink.most_at_once() >= 4, "{}", sink.most_at_once());
}

#[test]
fn permanent_rejection_gives_up_one_email() {
    for behaviour in [Behaviour::RejectPermanently, Behaviour::RejectData] {
        let sink = SmtpSink::start();
        let app = app_with(&sink);
        sink.behave_for(ADA, behaviour);
        sign_up(&app.browser(), ADA);
        register(&app, &sink, BOB);
        eventually(|| {
            app.home
                .count("outbox", "given_up_at IS NOT NULL AND sealed IS NULL")
                > 0
        });
        app.advance(Duration::from_hours(2));
        register(&app, &sink, "cleo@example.org");
        assert_eq!(
            sink.attempts()
                .iter()
                .filter(|recipient| *recipient == ADA)
                .count(),
            1
        );
    }
}

#[test]
fn temporary_rejection_retries_until_link_expires() {
    let sink = SmtpSink::start();
    let app = app_with(&sink);
    register(&app, &sink, BOB);
    sink.behave_for(ADA, Behaviour::RejectTemporarily);
    sign_up(&app.browser(), ADA);
    let tries = || {
        sink.attempts()
            .iter()
            .filter(|recipient| *recipient == ADA)
            .count()
    };
    let wait_for_try = |number: usize| {
        eventually(|| {
            tries() >= number && app.home.count("outbox", &format!("attempts >= {number}")) > 0
        });
    };
    wait_for_try(1);
    for (number, minutes) in [(2, 1), (3, 2), (4, 4)] {
        app.advance(
            Duration::from_mins(minutes)
                .checked_sub(Duration::from_secs(1))
                .expect("a minute is longer"),
        );
        // Another email is sent meanwhile, which shows that the worker looked at the outbox.
        let other = format!("other-{number}@example.org");
        register(&app, &sink, &other);
        assert_eq!(tries(), number - 1, "not before {minutes} minutes");
        app.advance(Duration::from_secs(1));
        wait_for_try(number);
    }
    sink.behave_for(ADA, Behaviour::Accept);
    app.advance(Duration::from_hours(1));
    sink.wait_until(|received| to(received, ADA) == 1);

    sink.behave_for(ADA, Behaviour::RejectTemporarily);
    app.browser().post("/verify/resend", &[("email", ADA)]);
    eventually(|| {
        tries() >= 5
            && app
                .home
                .count("outbox", "attempts = 1 AND sealed IS NOT NULL")
                > 0
    });
    app.advance(Duration::from_hours(24));
    let app = app.restart_with(sink.receives_from());
    eventually(|| {
        app.home.count(
            "outbox",
            &format!("sealed IS NOT NULL AND next_attempt_at < {}", i64::MAX),
        ) == 0
    });
    assert_eq!(to(&sink.received(), ADA), 1, "its link has expired");
}

#[test]
fn broken_connection_retries_after_a_second() {
    let sink = SmtpSink::start();
    let app = TestApp::start_with(sink.receives_with_usual_waits());
    sink.behave_for(ADA, Behaviour::Shutdown421);
    sign_up(&app.browser(), ADA);
    app.wait_for_attempt(1);
    // It delays no other email.
    register(&app, &sink, BOB);
    sink.behave_for(ADA, Behaviour::Accept);
    assert_eq!(to(&sink.received(), ADA), 0);
    app.advance(Duration::from_secs(1));
    sink.wait_until(|received| to(received, ADA) == 1);
}

/// Runs a command as the operator of the app.
fn operate(app: &TestApp, sink: &SmtpSink, arguments: &[&str]) -> String {
    let output = Process::output(&app.home, arguments, &[("VESTIBULE_SMTP_URL", &sink.url())]);
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// A server that does not reply may have accepted the email.
#[test]
fn hanging_server_delays_one_email() {
    let sink = SmtpSink::start();
    let set = sink.receives_with_usual_waits();
    let app = TestApp::start_with(|settings| {
        set(settings);
        settings.mail.delivery.longest_send = Duration::from_secs(2);
    });
    sink.behave_for(ADA, Behaviour::HangAfterData);
    sign_up(&app.browser(), ADA);
    register(&app, &sink, BOB);
    app.wait_for_attempt(1);
    let listed = operate(&app, &sink, &["mail", "list"]);
    assert!(listed.ends_with("Z outcome_unknown\n"), "{listed}");
    sink.behave_for(ADA, Behaviour::Accept);
    app.advance(Duration::from_mins(10));
    sink.wait_until(|received| to(received, ADA) == 1);
}

/// A server that closes the connection, or sends an unreadable reply, may have accepted the email.
#[test]
fn unknown_outcome_retries_three_times_ten_minutes_apart() {
    for (behaviour, copies) in [
        (Behaviour::AcceptAndDrop, 4),
        (Behaviour::AcceptUnreadably, 4),
        (Behaviour::DropInMessage, 0),
    ] {
        let sink = SmtpSink::start();
        let app = TestApp::start_with(sink.receives_with_usual_waits());
        let listed = || operate(&app, &sink, &["mail", "list"]);
        sink.behave_for(ADA, behaviour);
        sign_up(&app.browser(), ADA);
        app.wait_for_attempt(1);
        for attempts in 2..=4 {
            app.advance(Duration::from_secs(599));
            // Another email is sent meanwhile, which shows that the worker looked at the outbox.
            register(&app, &sink, &format!("other-{attempts}@example.org"));
            assert!(listed().ends_with("Z outcome_unknown\n"), "{}", listed());
            app.advance(Duration::from_secs(1));
            app.wait_for_attempt(attempts);
        }
        assert!(listed().ends_with(" 4 - outcome_unknown\n"), "{}", listed());
        app.advance(Duration::from_hours(2));
        register(&app, &sink, BOB);
        let doctor = operate(&app, &sink, &["doctor"]);
        assert!(
            doctor.contains("emails with an unknown outcome, not retried: 1"),
            "{doctor}"
        );
        let received = sink.received();
        let emails: Vec<_> = received.iter().filter(|mail| mail.to == [ADA]).collect();
        assert_eq!(emails.len(), copies, "{behaviour:?}");
        for mail in &emails {
            assert_eq!(
                mail.message, emails[0].message,
                "a duplicate is the same email"
            );
        }
    }
}

#[test]
fn reply_with_odd_or_no_text_is_understood() {
    for behaviour in [Behaviour::AcceptInLatin1, Behaviour::AcceptWithoutText] {
        let sink = SmtpSink::start();
        let app = app_with(&sink);
        sink.behave(behaviour);
        register(&app, &sink, ADA);
        register(&app, &sink, BOB);
        app.wait_for_empty_outbox();
        assert_eq!(
            sink.received().len(),
            sink.attempts().len(),
            "{behaviour:?}"
        );
    }
}

#[test]
fn limit_of_a_connection_delays_no_email() {
    for behaviour in [
        Behaviour::OneInEachConnection,
        Behaviour::OneThenShutdown421,
    ] {
        let sink = SmtpSink::start();
        let app = crowded(&sink);
        sink.behave(behaviour);
        // The clock stands still, so no email is tried a second time.
        for number in 0..60 {
            sign_up(&app.browser(), &format!("person-{number}@example.org"));
        }
        sink.wait_until(|received| received.len() == 60);
        app.wait_for_empty_outbox();
        assert_eq!(sink.connections(), 60, "{behaviour:?}");
        assert_eq!(app.home.count("outbox", "attempts > 0"), 0);
    }
}

#[test]
fn rejected_sender_keeps_email_until_link_expires() {
    for behaviour in [Behaviour::RejectSender, Behaviour::RejectSenderAtRcpt] {
        let sink = SmtpSink::start();
        let app = app_with(&sink);
        sink.behave(behaviour);
        sign_up(&app.browser(), ADA);
        app.wait_for_attempt(1);
        let doctor = operate(&app, &sink, &["doctor"]);
        assert!(doctor.contains("warn  mail"), "{doctor}");
        assert!(
            doctor.contains("emails waiting after a rejected sender or a policy: 1"),
            "{doctor}"
        );
        let listed = operate(&app, &sink, &["mail", "list"]);
        assert!(listed.ends_with(" sender_rejected\n"), "{listed}");
        for (attempts, minutes) in [(2, 1), (3, 2), (4, 4), (5, 8), (6, 16), (7, 32), (8, 60)] {
            app.advance(Duration::from_mins(minutes));
            app.wait_for_attempt(attempts);
        }
        assert_eq!(to(&sink.received(), ADA), 0);
        sink.behave(Behaviour::Accept);
        app.advance(Duration::from_hours(1));
        sink.wait_until(|received| to(received, ADA) == 1);
        app.wait_for_empty_outbox();
        let doctor = operate(&app, &sink, &["doctor"]);
        assert!(doctor.contains("ok    mail"), "{doctor}");
    }
}

#[test]
fn rejecting_mail_server_loses_no_email() {
    let sink = SmtpSink::start();
    let app = app_with(&sink);
    sink.behave(Behaviour::RejectGreeting);
    sign_up(&app.browser(), ADA);
    let connections = sink.connections();
    eventually(|| sink.connections() >= connections + 5);
    sink.behave(Behaviour::Accept);
    sink.wait_until(|received| to(received, ADA) == 1);
}

#[test]
fn wrong_smtp_credentials_lose_no_email() {
    let sink = SmtpSink::start_with_auth("post man", "s3cret/@:");
    let with = |password: &str| {
        SmtpUrl::parse(&format!(
            "smtp://post%20man:{password}@127.0.0.1:{}",
            sink.port()
        ))
    };
    let (wrong, right) = (with("wrong"), with("s3cret%2F%40%3A"));
    let app = TestApp::start_with(|settings| {
        settings.mail.smtp = wrong;
        settings.mail.delivery.server_away = (Duration::ZERO, Duration::ZERO);
    });
    sign_up(&app.browser(), ADA);
    eventually(|| sink.connections() >= 3);
    assert_eq!(sink.attempts(), [] as [String; 0]);
    let app = app.restart_with(|settings| settings.mail.smtp = right);
    app.advance(Duration::from_mins(1));
    sink.wait_until(|received| to(received, ADA) == 1);
}

#[test]
fn server_without_auth_plain_gets_auth_login() {
    let sink = SmtpSink::start_with_auth("postman", "secret");
    sink.behave(Behaviour::AcceptWithLogin);
    let url = SmtpUrl::parse(&format!("smtp://postman:secret@127.0.0.1:{}", sink.port()));
    let app = TestApp::start_with(|settings| settings.mail.smtp = url);
    register(&app, &sink, ADA);
}

#[test]
fn only_the_valid_queued_link_is_sent() {
    let sink = SmtpSink::start();
    let send = sink.receives_with_usual_waits();
    let pause = Duration::from_millis(20);
    let app = TestApp::start_with(|settings| {
        send(settings);
        settings.mail.delivery.server_away = (pause, pause);
    });
    register(&app, &sink, ADA);
    sink.stop();
    app.browser().post("/password/forgot", &[("email", ADA)]);
    // No attempt with the first link is running now, and none starts before the second request.
    eventually(|| app.home.count("outbox", "last_failure IS NOT NULL") == 1);
    app.browser().post("/password/forgot", &[("email", ADA)]);
    sink.start_again();
    app.advance(pause);
    sink.wait_until(|received| to(received, ADA) == 2);
    let reset = [
        ("token", token(&newest(&sink, ADA))),
        ("password", OTHER_PASSWORD.to_owned()),
    ];
    let reset: Vec<(&str, &str)> = reset
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    app.browser()
        .post("/password/reset", &reset)
        .assert_redirect("/login");
    sink.wait_until(|received| to(received, ADA) == 3);
    // The dash is an encoded word (RFC 2047).
    assert_eq!(
        newest(&sink, ADA).header("Subject"),
        "Your password was changed =?utf-8?b?4oCT?= Vestibule"
    );
}

#[test]
fn two_nodes_send_each_email_once() {
    let sink = SmtpSink::start();
    let one = crowded(&sink);
    let other = one.another_node(sending_to_a_crowd(&sink));
    let addresses: Vec<String> = (0..60)
        .map(|number| format!("person-{number}@example.org"))
        .collect();
    std::thread::scope(|scope| {
        for (node, half) in [&one, &other].into_iter().zip(addresses.chunks(30)) {
            scope.spawn(move || {
                for address in half {
                    sign_up(&node.browser(), address);
                }
            });
        }
    });
    sink.wait_until(|received| received.len() >= addresses.len());
    one.wait_for_empty_outbox();
    for address in &addresses {
        assert_eq!(to(&sink.received(), address), 1, "{address}");
    }
}

/// During a rotation a node may find an email that was sealed with a secret it does not know yet.
#[test]
fn unreadable_email_is_left_for_another_node() {
    const SECRETS: [&str; 2] = [
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBA",
    ];
    let sink = SmtpSink::start();
    let with = |secrets: &str| {
        let (secrets, send) = (
            Secret::parse_all(secrets).expect("secrets"),
            sink.receives_from(),
        );
        move |settings: &mut Settings| {
            settings.secrets = secrets;
            send(settings);
        }
    };
    let both = TestApp::start_with(with(&SECRETS.join(",")));
    sink.stop();
    sign_up(&both.browser(), ADA);
    let unknowing = both.restart_with(with(SECRETS[1]));
    eventually(|| {
        unknowing
            .home
            .count("outbox", "next_attempt_at > created_at + 30000")
            == 1
    });
    assert_eq!(unknowing.home.count("outbox", "given_up_at IS NOT NULL"), 0);
    sink.start_again();
    let both = unknowing.restart_with(with(&format!("{},{}", SECRETS[1], SECRETS[0])));
    both.advance(Duration::from_secs(40));
    sink.wait_until(|received| to(received, ADA) == 1);
}

/// Known, pending and unknown addresses alike: a rate-limited request looks successful, and
/// invalidates no link.
#[test]
fn address_gets_3_emails_hourly_and_10_daily() {
    let app = TestApp::start();
    app.register(ADA, PASSWORD);
    sign_up(&app.browser(), BOB);
    for email in [ADA, BOB, "nobody@example.org"] {
        for path in ["/password/forgot", "/verify/resend", "/signup"] {
            let form = [("email", email), ("password", PASSWORD)];
            assert_eq!(
                app.browser().post(path, &form).status,
                303,
                "{email} {path}"
            );
        }
    }
    for _ in 0..3 {
        app.browser()
            .post("/password/forgot", &[("email", ADA)])
            .assert_redirect("/password/sent");
    }
    // A reset link is also sent after the emails that others can request are used up.
    assert_eq!([ADA, BOB].map(|email| app.emails_to(email).len()), [3, 3]);
    let token = app
        .emails_to(ADA)
        .iter()
        .find(|message| message.subject.starts_with("Reset your password"))
        .expect("a link")
        .token();
    let form = [("token", token.as_str()), ("password", OTHER_PASSWORD)];
    app.browser()
        .post("/password/reset", &form)
        .assert_redirect("/login");
    assert_eq!(
        app.email_to(ADA).subject,
        "Your password was changed – Vestibule",
        "a notice is never held back"
    );

    for _ in 0..5 {
        app.advance(Duration::from_hours(1));
        for _ in 0..4 {
            app.browser().post("/password/forgot", &[("email", ADA)]);
        }
    }
    let theirs = format!("subject_id = (SELECT id FROM users WHERE email_key = '{ADA}')");
    let written = || {
        app.home.count(
            "outbox",
            &format!("{theirs} AND letter <> 'password_changed'"),
        )
    };
    assert_eq!(written(), 10);
    app.advance(Duration::from_hours(19));
    app.browser().post("/password/forgot", &[("email", ADA)]);
    assert_eq!(written(), 11);
}

/// Otherwise anyone could invalidate a sign-up's link without an email to its owner.
#[test]
fn rate_limited_sign_up_keeps_the_earlier_link() {
    let app = TestApp::start();
    sign_up(&app.browser(), ADA);
    for _ in 0..2 {
        app.browser().post("/verify/resend", &[("email", ADA)]);
    }
    let token = app.email_to(ADA).token();
    let other = [("email", ADA), ("password", OTHER_PASSWORD)];
    app.browser()
        .post("/signup", &other)
        .assert_redirect("/signup/sent");
    assert_eq!(app.emails_to(ADA).len(), 3);
    // The link now asks for a password, so neither of the two is stored.
    app.browser()
        .post("/verify", &[("token", &token)])
        .assert_page(422, "Error: Choose a password");
    app.browser()
        .post("/verify", &[("token", &token), ("password", PASSWORD)])
        .assert_redirect("/login");
    app.browser()
        .log_in(ADA, PASSWORD)
        .assert_redirect("/dashboard");
}

#[test]
fn sign_up_without_email_stays_pending() {
    let app = TestApp::start();
    // The address had an account, which used up the emails.
    let browser = app.register_and_log_in(ADA, PASSWORD);
    for _ in 0..2 {
        app.browser()
            .post("/password/forgot", &[("email", ADA)])
            .assert_redirect("/password/sent");
    }
    browser
        .post("/account/delete", &[("current_password", PASSWORD)])
        .assert_redirect("/");
    let count = app.emails_to(ADA).len();
    sign_up(&app.browser(), ADA);
    assert_eq!(
        app.emails_to(ADA).len(),
        count,
        "three an hour for one address"
    );
    app.advance(Duration::from_hours(1));
    app.browser().post("/verify/resend", &[("email", ADA)]);
    app.browser()
        .post("/verify", &[("token", &app.email_to(ADA).token())])
        .assert_redirect("/login");
    app.browser()
        .log_in(ADA, PASSWORD)
        .assert_redirect("/dashboard");
}

#[test]
fn each_rejection_logs_one_anonymous_warning() {
    let home = Home::new();
    let sink = SmtpSink::start();
    let process = Process::serve(&home, &[("VESTIBULE_SMTP_URL", &sink.url()), SENDER]);
    sink.behave_for(ADA, Behaviour::RejectPermanently);
    sink.behave_for(BOB, Behaviour::RejectTemporarily);
    sign_up(&process.browser(), ADA);
    sign_up(&process.browser(), BOB);
    let replied = "given_up_at IS NOT NULL OR last_failure IS NOT NULL";
    eventually(|| home.count("outbox", replied) == 2);
    sign_up(&process.browser(), "cleo@example.org");
    sink.wait_until(|received| to(received, "cleo@example.org") == 1);
    process.signal("TERM");
    let (status, log) = process.wait();
    assert_eq!(status, Some(0));
    let lines: Vec<serde_json::Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    for code in ["550", "450"] {
        let about = |line: &&serde_json::Value| {
            line["reply"]
                .as_str()
                .is_some_and(|reply| reply.contains(code))
        };
        let warnings: Vec<_> = lines.iter().filter(about).collect();
        assert_eq!(warnings.len(), 1, "{log}");
        assert_eq!(warnings[0]["level"], "WARN");
        assert!(
            warnings[0]["message_id"]
                .as_str()
                .is_some_and(|id| id.starts_with('<')),
            "{}",
            warnings[0]
        );
    }
    assert!(
        !log.contains("ada@") && !log.contains("bob@") && !log.contains("<ada"),
        "{log}"
    );
}

/// A node is killed while a server has an email that it has not yet accepted.
#[test]
fn killed_delivery_resumes_after_its_lease() {
    let home = Home::new();
    let sink = SmtpSink::start();
    let variables = [
        ("VESTIBULE_SMTP_URL", sink.url()),
        (SENDER.0, SENDER.1.to_owned()),
    ];
    let variables: Vec<(&str, &str)> = variables
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    sink.behave(Behaviour::HangAfterData);
    let mut process = Process::serve(&home, &variables);
    sign_up(&process.browser(), ADA);
    sink.wait_for_attempts(1);
    process.child.kill().expect("killed");
    drop(process);
    sink.behave(Behaviour::Accept);
    assert_eq!(
        home.count(
            "outbox",
            "next_attempt_at > created_at AND next_attempt_at <= created_at + 45000"
        ),
        1
    );
    // Shortens the rest of the lease, so that the test does not wait for it.
    home.sql("UPDATE outbox SET next_attempt_at = next_attempt_at - 40000");
    let process = Process::serve(&home, &variables);
    sink.wait_until(|received| to(received, ADA) == 1);
    drop(process);
}

/// Sixteen kills under load: acknowledged sign-ups are stored, every email arrives, and none
/// without its cause.
#[test]
fn sixteen_kills_under_load_lose_no_email() {
    let home = Home::new();
    let sink = SmtpSink::start();
    let url = sink.url();
    // Rate limits would end the load before the first kill.
    let variables = [
        ("VESTIBULE_SMTP_URL", url.as_str()),
        ("VESTIBULE_LIMITS", "off"),
        SENDER,
    ];
    let (mut asked, mut acknowledged) = (Vec::new(), Vec::new());
    // One account for each round, whose owner requests a reset.
    let first = Process::serve(&home, &variables);
    let owners: Vec<String> = (0..16)
        .map(|round| format!("owner-{round}@example.org"))
        .collect();
    for owner in &owners {
        sign_up(&first.browser(), owner);
        sink.wait_until(|received| to(received, owner) == 1);
        first
            .browser()
            .post("/verify", &[("token", &token(&newest(&sink, owner)))])
            .assert_redirect("/login");
    }
    drop(first);
    let mut resets = Vec::new();
    for (round, owner) in owners.iter().enumerate() {
        let process = Process::serve(&home, &variables);
        let killer = std::sync::atomic::AtomicUsize::new(0);
        let results: Vec<Vec<(String, bool)>> = std::thread::scope(|scope| {
            let clients: Vec<_> = (0..4)
                .map(|client| {
                    let (process, killer) = (&process, &killer);
                    scope.spawn(move || {
                        let mut sent = Vec::new();
                        for number in 0.. {
                            let email = format!("p-{round}-{client}-{number}@example.org");
                            let form = [("email", email.as_str()), ("password", PASSWORD)];
                            let response = process.browser().try_post("/signup", &form);
                            let done = response.is_some_and(|response| response.status == 303);
                            sent.push((email, done));
                            if !done {
                                return sent;
                            }
                            // The kill comes while the other requests run.
                            if killer.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 5 + round
                            {
                                process.signal("KILL");
                            }
                        }
                        sent
                    })
                })
                .collect();
            let forgot = process
                .browser()
                .try_post("/password/forgot", &[("email", owner)]);
            if forgot.is_some_and(|response| response.status == 303) {
                resets.push(owner);
            }
            clients
                .into_iter()
                .map(|client| client.join().expect("sends"))
                .collect()
        });
        assert!(killer.into_inner() > 5 + round, "no kill in round {round}");
        for (email, done) in results.into_iter().flatten() {
            if done {
                acknowledged.push(email.clone());
            }
            asked.push(email);
        }
    }
    home.sql("UPDATE outbox SET next_attempt_at = 0 WHERE sealed IS NOT NULL");
    let process = Process::serve(&home, &variables);
    sink.wait_until(|received| acknowledged.iter().all(|email| to(received, email) > 0));
    assert!(!resets.is_empty());
    sink.wait_until(|received| resets.iter().all(|owner| to(received, owner) > 1));
    let received = sink.received();
    let is_asked =
        |message: &Received| asked.contains(&message.to[0]) || owners.contains(&message.to[0]);
    assert!(received.iter().all(is_asked), "none without its cause");
    for message in &received {
        let is_twin = |other: &&Received| {
            other.to == message.to && other.header("Subject") == message.header("Subject")
        };
        let is_same = |other: &Received| other.header("Message-ID") == message.header("Message-ID");
        assert!(
            received.iter().filter(is_twin).all(is_same),
            "a duplicate has the same Message-ID"
        );
    }
    // Each link creates its account.
    for email in &acknowledged {
        let mut emails = received
            .iter()
            .filter(|message| message.to == [email.as_str()]);
        let message = emails.next().expect("a mail");
        process
            .browser()
            .post("/verify", &[("token", &token(message))])
            .assert_redirect("/login");
    }
    let last = acknowledged.last().expect("one at least");
    process
        .browser()
        .log_in(last, PASSWORD)
        .assert_redirect("/dashboard");
}
