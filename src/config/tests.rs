//! Tests of the settings: accepted values, rejected values, and error messages that hide secrets.

use super::*;

fn read<const N: usize>(pairs: [(&str, &str); N]) -> Result<Settings, String> {
    Settings::read(&Variables::of(pairs)).map_err(|invalid| invalid.to_string())
}

fn rejected<const N: usize>(pairs: [(&str, &str); N]) -> String {
    let settings = read(pairs).expect("each parses");
    settings
        .check_together()
        .expect_err("rejected together")
        .to_string()
}

#[test]
fn nothing_set_is_development_on_loopback() {
    let settings = read([]).expect("defaults parse");
    assert_eq!(settings.check_together(), Ok(()));
    assert_eq!(settings.edge.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(settings.database.to_string(), "data/vestibule.db");
    assert_eq!(settings.bcrypt_cost, 12);
    assert_eq!(settings.app_name, "Vestibule");
    assert_eq!(
        settings.mail.from.to_string(),
        "Vestibule <no-reply@localhost>"
    );
}

#[test]
fn parse_error_names_variable_value_and_allowed_values() {
    for (variable, value) in [
        ("VESTIBULE_BCRYPT_COST", "3"),
        ("VESTIBULE_BCRYPT_COST", "16"),
        ("VESTIBULE_BCRYPT_COST", "twelve"),
        ("VESTIBULE_DRAIN", "61"),
        ("VESTIBULE_DRAIN", "-1"),
        ("VESTIBULE_DRAIN", "5s"),
        ("VESTIBULE_BRAND", "/etc/brand\r"),
        ("VESTIBULE_APP_NAME", "Vestib\u{fffd}le"),
        ("VESTIBULE_LISTEN", "localhost:8080"),
        ("VESTIBULE_LISTEN", "8080"),
        ("VESTIBULE_LISTEN", "127.0.0.1:99999"),
        ("VESTIBULE_PUBLIC_URL", "login.example.org"),
        ("VESTIBULE_PUBLIC_URL", "ftp://example.org"),
        ("VESTIBULE_PUBLIC_URL", "https://example.org/path"),
        ("VESTIBULE_PUBLIC_URL", "https://user@example.org"),
        ("VESTIBULE_PUBLIC_URL", "https://example.org?x"),
        ("DATABASE_URL", "sqlite://"),
        ("DATABASE_URL", "sqlite://:memory:"),
        ("DATABASE_URL", "sqlite://data/vestibule.db?immutable"),
        ("DATABASE_URL", "data/vestibule.db"),
        ("VESTIBULE_MAIL_FROM", "nobody"),
        ("VESTIBULE_MAIL_FROM", "a@b\r\nBcc: c@d"),
        ("VESTIBULE_SUPPORT", "help"),
        ("VESTIBULE_SUPPORT", "http://help.example.org"),
        ("VESTIBULE_SUPPORT", "http://localhost/help"),
        ("VESTIBULE_TERMS_URL", "example.org/terms"),
        ("VESTIBULE_TERMS_URL", "http://example.org/terms"),
        ("VESTIBULE_TERMS_URL", "javascript:alert(1)"),
        ("VESTIBULE_PRIVACY_URL", "https://example.org@evil.example/"),
        ("VESTIBULE_PRIVACY_URL", "https://example.org/a b"),
        ("VESTIBULE_HOME_URL", "http://app.example.org"),
        ("VESTIBULE_HOME_URL", "https://app.example.org/\n"),
        ("VESTIBULE_HOME_URL", "/app"),
        ("VESTIBULE_AFTER_LOGIN", "app"),
        ("VESTIBULE_AFTER_LOGIN", "home"),
        ("VESTIBULE_SECOND_FACTOR", "yes"),
        ("VESTIBULE_SIGN_UP", "closed"),
        ("VESTIBULE_SIGN_UP", "Approval"),
        ("VESTIBULE_SIGN_UP_DOMAINS", "@example.org"),
        ("VESTIBULE_SIGN_UP_DOMAINS", "*.example.org"),
        ("VESTIBULE_SIGN_UP_DOMAINS", "example.org,"),
        ("VESTIBULE_LOG", "loud=very=much"),
        ("VESTIBULE_LOG", "verbose"),
        ("VESTIBULE_LOG", ",,="),
        ("VESTIBULE_LOG", "info,"),
        ("VESTIBULE_LOG", "info,loud"),
    ] {
        let message = read([(variable, value)]).expect_err(value);
        assert!(
            message.starts_with(&format!("{variable} is {value:?}, must be ")),
            "{message}"
        );
        assert_eq!(message.lines().count(), 1);
    }
}

#[test]
fn empty_value_counts_as_unset() {
    let nothing_set = format!("{:?}", read([]).expect("defaults parse"));
    for variable in &documented::VARIABLES {
        let names = [Some(variable.name), variable.file].into_iter().flatten();
        for name in names {
            let settings = read([(name, "")]).expect(name);
            assert_eq!(format!("{settings:?}"), nothing_set, "{name}");
        }
    }
}

#[test]
fn every_variable_rejects_control_characters() {
    for variable in &documented::VARIABLES {
        for value in ["x\r", "x\n", "\tx", "x\0", "x\u{fffd}"] {
            let message = read([(variable.name, value)]).expect_err(value);
            assert!(
                message.starts_with(variable.name) && message.contains("control characters"),
                "{message}"
            );
            assert_eq!(message.lines().count(), 1);
            assert_eq!(
                message.contains("not shown"),
                variable.is_secret(),
                "{message}"
            );
        }
    }
}

#[test]
fn unknown_names_are_listed_in_order() {
    let settings = read([
        ("VESTIBULE_PUBLIC_ULR", "x"),
        ("VESTIBULE_MAIL_FROM_FILE", "x"),
        ("DATABASE_URL_FIL", "x"),
        ("VESTIBULE_LOG", "info"),
        ("HOME", "/root"),
    ]);
    assert_eq!(
        settings.expect("parses").unknown,
        ["VESTIBULE_MAIL_FROM_FILE", "VESTIBULE_PUBLIC_ULR"]
    );
}

#[test]
fn value_in_a_file_loses_one_line_end() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("url");
    let text = path.to_str().expect("UTF-8");
    let read_file = |content: &str| {
        std::fs::write(&path, content).expect("a file");
        read([("DATABASE_URL_FILE", text)]).map(|settings| settings.database.to_string())
    };
    for content in [
        "sqlite://a.db",
        "sqlite://a.db\n",
        "sqlite://a.db\r\n",
        "sqlite://a.db\r",
    ] {
        assert_eq!(read_file(content).as_deref(), Ok("a.db"), "{content:?}");
    }
    for content in ["sqlite://a.db\n\n", "", "\n", "sqlite://", "a\nb"] {
        let message = read_file(content).expect_err(content);
        assert!(message.starts_with("DATABASE_URL"), "{message}");
    }
    let message = read([("DATABASE_URL_FILE", "/nowhere/url")]).expect_err("no file");
    assert!(
        message.starts_with("DATABASE_URL_FILE is \"/nowhere/url\" ("),
        "{message}"
    );
    let both = read([
        ("DATABASE_URL_FILE", text),
        ("DATABASE_URL", "sqlite://b.db"),
    ]);
    assert_eq!(
        both.expect_err("two values"),
        "DATABASE_URL is set together with DATABASE_URL_FILE, must be the only one of the two"
    );
    // An empty value is none.
    assert!(read([("DATABASE_URL_FILE", ""), ("DATABASE_URL", "sqlite://b.db")]).is_ok());
}

#[test]
fn help_names_each_variable_within_80_columns() {
    let help = help();
    for variable in &documented::VARIABLES {
        assert!(
            help.contains(&format!("\n  {}", variable.name)),
            "{}",
            variable.name
        );
    }
    assert!(help.lines().all(|line| line.len() <= 80), "{help}");
}

/// A slash in a password would begin the path.
#[test]
fn rejected_password_leads_to_percent_encoding() {
    for variable in ["VESTIBULE_SMTP_URL", "DATABASE_URL"] {
        let scheme = if variable == "DATABASE_URL" {
            "postgres"
        } else {
            "smtps"
        };
        for character in ["/", "#", "?"] {
            let url = format!("{scheme}://user:hunter2{character}x@db.example.org/v");
            let message = read([(variable, url.as_str())]).expect_err(&url);
            assert!(message.contains("percent-encoded"), "{message}");
            assert!(!message.contains("hunter2"), "{message}");
        }
    }
    let url = "smtps://user:hunter2%2F%23%3Fx@mail.example.org";
    let settings = read([("VESTIBULE_SMTP_URL", url)]).expect("encoded");
    let server = settings.mail.smtp.expect("a server");
    assert_eq!(
        server.credentials,
        Some(("user".to_owned(), "hunter2/#?x".to_owned()))
    );
}

#[test]
fn no_error_shows_a_secret() {
    for (variable, value) in [
        ("VESTIBULE_SECRET", "c2hvcnQ"),
        (
            "VESTIBULE_SECRET",
            "not base64 hunter2 not base64 hunter2 not base64 hunter2",
        ),
        ("VESTIBULE_SMTP_URL", "smtp://user:hunter2@mail.example.org"),
        (
            "VESTIBULE_SMTP_URL",
            "smtps://user:hunter2@mail.example.org/path",
        ),
        ("VESTIBULE_SMTP_URL", "hunter2"),
        (
            "DATABASE_URL",
            "postgres://vestibule:hunter2@db/vestibule?sslmode=disable",
        ),
        (
            "DATABASE_URL",
            "postgres://db/vestibule?password=hunter2&sslmode=require",
        ),
        ("DATABASE_URL", "postgres:/vestibule:hunter2@db/vestibule"),
    ] {
        let message = read([(variable, value)]).expect_err(value);
        assert!(message.starts_with(&format!("{variable} is ")), "{message}");
        assert!(
            !message.contains("hunter2") && !message.contains("c2hvcnQ"),
            "{message}"
        );
    }
    let settings = read([
        (
            "VESTIBULE_SECRET",
            "aHVudGVyMmh1bnRlcjJodW50ZXIyaHVudGVyMmh1bnRlcjI",
        ),
        (
            "VESTIBULE_SMTP_URL",
            "smtps://user:hunter2@mail.example.org",
        ),
    ])
    .expect("both parse");
    let debug = format!("{settings:?}");
    assert!(
        !debug.contains("hunter2") && !debug.contains("aHVud"),
        "{debug}"
    );
}

#[test]
fn plain_smtp_is_for_loopback_only() {
    for url in [
        "smtps://mail.example.org",
        "smtps://u:p@mail.example.org:465",
        "smtp://mail.example.org:587?tls=required",
    ] {
        assert!(read([("VESTIBULE_SMTP_URL", url)]).is_ok(), "{url}");
    }
    for url in [
        "smtp://localhost:2525",
        "smtp://127.0.0.1:25",
        "smtp://[::1]:25",
    ] {
        assert!(read([("VESTIBULE_SMTP_URL", url)]).is_ok(), "{url}");
    }
    for url in [
        "smtp://mail.example.org",
        "smtp://10.0.0.1:25",
        "smtp://mail.example.org?tls=maybe",
        "http://localhost",
    ] {
        assert!(read([("VESTIBULE_SMTP_URL", url)]).is_err(), "{url}");
    }
}

#[test]
fn development_mode_requires_a_loopback_host() {
    for url in [
        "http://localhost:8080",
        "http://127.0.0.1",
        "http://127.8.9.1:81",
        "http://[::1]:8080",
        "https://localhost",
    ] {
        assert!(PublicUrl::parse(url).expect(url).is_development(), "{url}");
    }
    for url in [
        "http://localhost.example.org",
        "http://10.0.0.1",
        "http://0.0.0.0",
        "https://example.org",
    ] {
        assert!(!PublicUrl::parse(url).expect(url).is_development(), "{url}");
    }
}

#[test]
fn reachable_server_starts_only_when_safe() {
    let https = ("VESTIBULE_PUBLIC_URL", "https://login.example.org");
    let smtp = ("VESTIBULE_SMTP_URL", "smtps://mail.example.org");
    let from = ("VESTIBULE_MAIL_FROM", "Example <no-reply@example.org>");
    let everywhere = ("VESTIBULE_LISTEN", "0.0.0.0:8080");
    assert!(rejected([everywhere]).contains("VESTIBULE_LISTEN"));
    assert!(
        rejected([everywhere, ("VESTIBULE_PUBLIC_URL", "http://localhost")])
            .contains("VESTIBULE_PUBLIC_URL")
    );
    assert!(
        rejected([
            ("VESTIBULE_PUBLIC_URL", "http://login.example.org"),
            smtp,
            from
        ])
        .contains("https")
    );
    assert!(rejected([https, from]).contains("VESTIBULE_SMTP_URL"));
    assert!(rejected([https, smtp]).contains("VESTIBULE_MAIL_FROM"));
    let origins = |value| ("VESTIBULE_API_ORIGINS", value);
    assert!(
        rejected([
            https,
            smtp,
            from,
            origins("https://a.example, http://b.example")
        ])
        .contains("http://b.example")
    );
    for loopback in [
        "http://localhost:5173",
        "http://127.0.0.1",
        "http://[::1]:5173",
    ] {
        let rejection = rejected([https, smtp, from, origins(loopback)]);
        assert!(rejection.contains(loopback), "{rejection}");
    }
    let safe = origins("https://a.example,https://localhost:5173");
    assert_eq!(
        read([https, smtp, from, safe])
            .expect("parses")
            .check_together(),
        Ok(())
    );
    assert!(read([origins("https://a.example/path")]).is_err());
    assert_eq!(
        read([https, smtp, from, everywhere])
            .expect("parses")
            .check_together(),
        Ok(())
    );
}

#[test]
fn a_sender_without_a_name_carries_the_apps() {
    let from = |pairs: [(&str, &str); 2]| read(pairs).expect("parses").mail.from.to_string();
    let app = ("VESTIBULE_APP_NAME", "Example");
    assert_eq!(
        from([app, ("VESTIBULE_MAIL_FROM", "no-reply@example.org")]),
        "Example <no-reply@example.org>"
    );
    assert_eq!(
        from([app, ("VESTIBULE_MAIL_FROM", "Post <no-reply@example.org>")]),
        "Post <no-reply@example.org>"
    );
    assert_eq!(
        read([app]).expect("parses").mail.from.to_string(),
        "Example <no-reply@localhost>"
    );
}

#[test]
fn site_is_https_or_this_machine() {
    let site = read([
        ("VESTIBULE_SUPPORT", "https://example.org/help"),
        ("VESTIBULE_TERMS_URL", "https://example.org/terms?lang=en"),
        ("VESTIBULE_PRIVACY_URL", "http://localhost:3000/privacy"),
        ("VESTIBULE_HOME_URL", "http://127.0.0.1:3000"),
        ("VESTIBULE_AFTER_LOGIN", "home"),
    ])
    .expect("parses")
    .site;
    let shown = |url: Option<WebUrl>| url.expect("set").to_string();
    assert_eq!(shown(site.terms), "https://example.org/terms?lang=en");
    assert_eq!(shown(site.privacy), "http://localhost:3000/privacy");
    assert_eq!(shown(site.home), "http://127.0.0.1:3000/");
    assert_eq!(site.after_login, AfterLogin::Home);
    let support = site.support.expect("set");
    assert_eq!((support.email(), support.url().is_some()), (None, true));
    let support = Support::parse("help@example.org").expect("an address");
    assert_eq!(support.email(), Some("help@example.org"));
}

#[test]
fn secrets_are_read_newest_first() {
    let secrets = read([(
        "VESTIBULE_SECRET",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA, BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBA=",
    )])
    .expect("parses")
    .secrets;
    assert_eq!(secrets.len(), 2);
    assert_eq!(secrets[0].expose(), [0; 32]);
}
