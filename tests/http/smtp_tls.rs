//! Delivery over TLS: with a verified certificate, or not at all.

use crate::support::smtp::SmtpSink;
use crate::support::tls::{Begins, TlsFront};
use crate::support::{Home, PASSWORD, Process, eventually};

const FORM: [(&str, &str); 2] = [("email", "ada@example.org"), ("password", PASSWORD)];

fn serve(home: &Home, front: &TlsFront, url: &str) -> Process {
    let authority = front.authority();
    let variables = [
        ("VESTIBULE_SMTP_URL", url),
        ("SSL_CERT_FILE", authority.to_str().expect("UTF-8")),
    ];
    Process::serve(home, &variables)
}

#[test]
fn email_is_sent_over_tls_or_starttls() {
    for (begins, url) in [
        (Begins::AtOnce, "smtps://user:secret@localhost:PORT"),
        (
            Begins::AfterStartTls,
            "smtp://user:secret@localhost:PORT?tls=required",
        ),
    ] {
        let sink = SmtpSink::start_with_auth("user", "secret");
        let front = TlsFront::before(&sink, begins);
        let home = Home::new();
        let process = serve(
            &home,
            &front,
            &url.replace("PORT", &front.port().to_string()),
        );
        process
            .browser()
            .post("/signup", &FORM)
            .assert_redirect("/signup/sent");
        sink.wait_until(|received| received.len() == 1);
        assert_eq!(sink.violations(), [] as [String; 0]);
    }
}

#[test]
fn unverified_or_plain_mail_server_gets_no_email() {
    for (begins, url, reason) in [
        // The certificate is for another name.
        (
            Begins::AtOnce,
            "smtps://user:secret@127.0.0.1:PORT",
            "certificate",
        ),
        (
            Begins::AfterStartTls,
            "smtp://user:secret@127.0.0.1:PORT?tls=required",
            "certificate",
        ),
        // The server offers no TLS, perhaps because of an attacker in between.
        (
            Begins::Never,
            "smtp://user:secret@localhost:PORT?tls=required",
            "STARTTLS",
        ),
        (
            Begins::AfterInjectedReply,
            "smtp://user:secret@localhost:PORT?tls=required",
            "data between STARTTLS and TLS",
        ),
    ] {
        let sink = SmtpSink::start();
        let front = TlsFront::before(&sink, begins);
        let home = Home::new();
        let process = serve(
            &home,
            &front,
            &url.replace("PORT", &front.port().to_string()),
        );
        process
            .browser()
            .post("/signup", &FORM)
            .assert_redirect("/signup/sent");
        // The second attempt comes after the first was recorded.
        eventually(|| sink.connections() >= 2);
        process.signal("TERM");
        let (_, log) = process.wait();
        assert!(
            log.contains("mail server is unavailable") && log.contains(reason),
            "{log}"
        );
        assert!(!log.contains("secret"), "{log}");
        assert_eq!(sink.attempts(), [] as [String; 0]);
    }
}
