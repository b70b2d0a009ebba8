//! TLS to PostgreSQL. A build that links the system's client verifies certificates. The plain build
//! rejects TLS and says what to do. `cargo test --no-default-features --test postgres tls` runs the
//! former.

use crate::support::{Home, Process};

#[cfg(feature = "bundled-libpq")]
#[test]
fn plain_build_rejects_a_tls_url() {
    let home = Home::new();
    for url in [
        "postgres://vestibule:hunter2@db.example.org/vestibule",
        "postgres://vestibule:hunter2@localhost/vestibule?sslmode=require",
    ] {
        for command in ["serve", "check", "migrate"] {
            let variables = [("DATABASE_URL", url), ("VESTIBULE_SECRET", SECRET)];
            let output = Process::output(&home, &[command], &variables);
            let line = String::from_utf8(output.stderr).expect("UTF-8");
            assert_eq!(output.status.code(), Some(1), "{line}");
            assert!(
                line.contains("TLS") && line.contains("--no-default-features"),
                "{line}"
            );
            assert!(
                !line.contains("hunter2") && line.lines().count() == 1,
                "{line}"
            );
        }
    }
    // Every build rejects an unencrypted connection to another host.
    for mode in ["disable", "prefer", "require", "verify-ca"] {
        let url = format!("postgres://vestibule:hunter2@db.example.org/vestibule?sslmode={mode}");
        let output = Process::output(
            &home,
            &[],
            &[("DATABASE_URL", &url), ("VESTIBULE_SECRET", SECRET)],
        );
        let line = String::from_utf8(output.stderr).expect("UTF-8");
        assert_eq!(output.status.code(), Some(2), "{line}");
        assert!(
            line.contains("verify-full") && !line.contains("hunter2"),
            "{line}"
        );
    }
}

#[cfg(feature = "bundled-libpq")]
const SECRET: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

#[cfg(not(feature = "bundled-libpq"))]
mod spoken {
    use std::time::Duration;

    use vestibule::config::DatabaseUrl;
    use vestibule::db::Db;

    use super::*;
    use crate::support::PASSWORD;
    use crate::support::postgres::{Database, Postgres};

    #[test]
    fn valid_certificate_is_accepted() {
        let server = Postgres::start_with_tls();
        let home = Home::on(&server.url("postgres"));
        let url = home.variables()[0].1.replace("127.0.0.1", "localhost");
        let ca = server.folder().join("tls/ca.crt");
        let url = format!("{url}?sslmode=verify-full&sslrootcert={}", ca.display());
        let process = Process::serve(&home, &[("DATABASE_URL", &url)]);
        let form = [("email", "ada@example.org"), ("password", PASSWORD)];
        process
            .browser()
            .post("/signup", &form)
            .assert_redirect("/signup/sent");
        let others = "backend_type = 'client backend' AND pid <> pg_backend_pid()";
        assert!(
            home.count(
                "pg_stat_ssl JOIN pg_stat_activity USING (pid)",
                &format!("ssl AND {others}")
            ) > 0
        );
        assert_eq!(
            home.count(
                "pg_stat_ssl JOIN pg_stat_activity USING (pid)",
                &format!("NOT ssl AND {others}")
            ),
            0
        );
    }

    #[test]
    fn unknown_certificate_or_wrong_name_is_rejected() {
        let server = Postgres::start_with_tls();
        let database = Database::new(&server.url("postgres"));
        for (host, ca) in [("localhost", "other-ca.crt"), ("127.0.0.1", "ca.crt")] {
            let ca = server.folder().join("tls").join(ca);
            let url = database.url.replace("127.0.0.1", host);
            let url = format!("{url}?sslmode=verify-full&sslrootcert={}", ca.display());
            let url = DatabaseUrl::parse(&url).expect("a URL");
            let Err(error) = Db::open(&url, Duration::ZERO) else {
                panic!("{host} is not who it says")
            };
            assert!(error.to_string().contains("certificate"), "{error}");
        }
    }

    #[test]
    fn server_without_tls_is_rejected_if_required() {
        let server = Postgres::start();
        let url = server.url("postgres").replace("127.0.0.1", "localhost") + "?sslmode=require";
        let Err(error) = Db::open(&DatabaseUrl::parse(&url).expect("a URL"), Duration::ZERO) else {
            panic!("nothing goes in the clear")
        };
        assert!(
            error.to_string().contains("does not support SSL"),
            "{error}"
        );
    }
}
