//! URLs of PostgreSQL databases. Parameters are added so that every wait is limited. Connections to
//! other hosts must be encrypted. A read-only server must not be taken for the primary.

use std::fmt;
use std::net::IpAddr;

use percent_encoding::percent_decode_str;

/// True if the PostgreSQL client of this build supports TLS. The bundled client does not.
pub const SPEAKS_TLS: bool = !cfg!(feature = "bundled-libpq");

/// Socket folder of PostgreSQL servers on Debian. The default of the client library depends on its
/// build.
const DEFAULT_SOCKET: &str = "/var/run/postgresql";

/// Parameters that the operator may set. The others would bypass a rule of this module or are
/// useless.
const PARAMETERS: [&str; 15] = [
    "application_name",
    "channel_binding",
    "dbname",
    "host",
    "passfile",
    "password",
    "port",
    "require_auth",
    "sslcert",
    "sslkey",
    "sslmode",
    "sslnegotiation",
    "sslrootcert",
    "target_session_attrs",
    "user",
];

/// Parameters that are added to every URL. `connect_timeout` is in seconds, and the client library
/// allows no less than 2. The keepalive times are in seconds, and `tcp_user_timeout` is in
/// milliseconds. The limits of statements follow after the connection (`db::postgres`), because
/// `PgBouncer` accepts no `options`. The empty `hostaddr` prevents another host from the
/// environment. Later parameters override earlier ones.
const BOUNDS: &str = "fallback_application_name=vestibule&client_encoding=UTF8&\
    target_session_attrs=read-write&connect_timeout=2&tcp_user_timeout=2500&hostaddr=&\
    keepalives=1&keepalives_idle=20&keepalives_interval=5&keepalives_count=3";

/// The URL of a PostgreSQL database with one or more hosts. Its password is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct PostgresUrl {
    /// The configured URL, ending so that more parameters can be appended.
    text: String,
    hosts: Vec<String>,
    database: String,
    tls: Tls,
    has_root_certificate: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tls {
    /// The connection does not leave this host.
    NotNeeded,
    /// The connection does not leave this host, but the operator wants TLS.
    Asked,
    /// The connection leaves this host. TLS must verify the certificate and the name in it (ASVS
    /// 12.3.2).
    Required,
}

impl PostgresUrl {
    /// Parses a subset of the URLs that the PostgreSQL client library accepts. Rejects text that
    /// the library might read differently.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let rest = text
            .strip_prefix("postgres://")
            .or_else(|| text.strip_prefix("postgresql://"))?;
        let (before, query) = rest
            .split_once('?')
            .map_or((rest, None), |(before, query)| (before, Some(query)));
        let (authority, database) = before.split_once('/').unwrap_or((before, ""));
        let (user, authority_hosts) = authority.split_once('@').unwrap_or(("", authority));
        let parameters = parse_query(query)?;
        let parameter = |name: &str| {
            parameters
                .iter()
                .rev()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| value.as_str())
        };
        let ports = match parameter("port") {
            Some(ports) => ports
                .split(',')
                .map(|port| port.parse::<u16>().ok())
                .collect::<Option<Vec<_>>>()?,
            None => Vec::new(),
        };
        let is_plain = |text: &str| decode(text).is_some() && !text.contains(['#', '[', ']', '@']);
        if !is_plain(user) || !is_plain(database) {
            return None;
        }
        let hosts = match parameter("host") {
            Some(hosts) => hosts
                .split(',')
                .map(parse_host)
                .collect::<Option<Vec<_>>>()?,
            None if authority_hosts.is_empty() => vec![DEFAULT_SOCKET.to_owned()],
            None => authority_hosts
                .split(',')
                .map(parse_host_and_port)
                .collect::<Option<Vec<_>>>()?,
        };
        if ports.len() > 1 && ports.len() != hosts.len() {
            return None;
        }
        if !matches!(
            parameter("target_session_attrs"),
            None | Some("read-write" | "primary")
        ) {
            return None;
        }
        let tls = match parameter("sslmode") {
            None | Some("verify-full") if !hosts.iter().all(|host| is_local_host(host)) => {
                Tls::Required
            }
            _ if !hosts.iter().all(|host| is_local_host(host)) => return None,
            None | Some("disable" | "allow" | "prefer") => Tls::NotNeeded,
            Some("require" | "verify-ca" | "verify-full") => Tls::Asked,
            Some(_) => return None,
        };
        let glue = if text.contains('?') { "&" } else { "?" };
        let socket = if parameter("host").is_none() && authority_hosts.is_empty() {
            format!("{glue}host={DEFAULT_SOCKET}&")
        } else {
            glue.to_owned()
        };
        Some(Self {
            text: format!("{text}{socket}"),
            database: parameter("dbname")
                .map(str::to_owned)
                .or_else(|| decode(database))
                .unwrap_or_default(),
            hosts,
            tls,
            has_root_certificate: parameter("sslrootcert").is_some(),
        })
    }

    /// Returns false if the URL requires TLS and this build has none.
    pub fn is_within_reach(&self) -> bool {
        SPEAKS_TLS || self.tls == Tls::NotNeeded
    }

    /// Returns true if certificates must be verified and the URL names no file of trusted issuers.
    pub fn needs_root_certificate(&self) -> bool {
        self.tls == Tls::Required && !self.has_root_certificate
    }

    /// Returns the connection string, including the password. `root_certificate` is the path of a
    /// file of trusted certificate authorities.
    pub fn connection_string(&self, root_certificate: Option<&str>) -> String {
        let mut text = format!("{}{BOUNDS}", self.text);
        if self.tls == Tls::Required {
            // By default, libpq prefers GSSAPI encryption, which skips the certificate check.
            text.push_str("&sslmode=verify-full&gssencmode=disable");
        }
        if let Some(file) = root_certificate {
            text.push_str("&sslrootcert=");
            text.push_str(file);
        }
        text
    }
}

impl fmt::Display for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.hosts.join(","), self.database)
    }
}

impl fmt::Debug for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// Parses the parameters. The client library would take an `@` in a value for the end of the
/// username.
fn parse_query(query: Option<&str>) -> Option<Vec<(&str, String)>> {
    let Some(query) = query else {
        return Some(Vec::new());
    };
    query
        .split('&')
        .map(|pair| {
            let (name, value) = pair.split_once('=')?;
            (PARAMETERS.contains(&name) && !value.contains(['=', '@'])).then_some(())?;
            Some((name, decode(value)?))
        })
        .collect()
}

/// Parses the host and the optional port before the path. Returns the host.
fn parse_host_and_port(text: &str) -> Option<String> {
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let (host, port) = rest.split_once(']')?;
            (
                host,
                if port.is_empty() {
                    None
                } else {
                    Some(port.strip_prefix(':')?)
                },
            )
        }
        None => text
            .split_once(':')
            .map_or((text, None), |(host, port)| (host, Some(port))),
    };
    if port.is_some_and(|port| port.parse::<u16>().is_err()) {
        return None;
    }
    parse_host(&decode(host)?)
}

/// Accepts a host name, an IP address or the folder of a socket.
fn parse_host(text: &str) -> Option<String> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    let is_host = (text.starts_with('/') && !text.contains(','))
        || text.parse::<IpAddr>().is_ok()
        || text.chars().all(is_name);
    (!text.is_empty() && is_host).then(|| text.to_owned())
}

/// Returns true if the server is on this machine. A path is the folder of a Unix socket.
fn is_local_host(host: &str) -> bool {
    host.starts_with('/')
        || host == "localhost"
        || host
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

/// Undoes percent-encoding. Returns `None` for invalid text, because the client library would
/// repeat a part of it in an error message.
fn decode(text: &str) -> Option<String> {
    let is_whole = text.split('%').skip(1).all(|rest| {
        rest.get(..2).is_some_and(|digits| {
            digits.bytes().all(|digit| digit.is_ascii_hexdigit()) && digits != "00"
        })
    });
    let clean = is_whole && !text.chars().any(|c| c.is_control() || c.is_whitespace());
    clean
        .then(|| percent_decode_str(text).decode_utf8().ok())?
        .map(std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tls(text: &str) -> Option<Tls> {
        PostgresUrl::parse(text).map(|url| url.tls)
    }

    #[test]
    fn connection_on_this_host_needs_no_tls() {
        for url in [
            "postgres://localhost/vestibule",
            "postgresql://user:secret@localhost:5432/vestibule",
            "postgres://127.0.0.1/vestibule?sslmode=disable",
            "postgres://[::1]:5432/vestibule",
            "postgres:///vestibule",
            "postgres:///vestibule?host=/run/postgresql",
            "postgres://%2Frun%2Fpostgresql/vestibule",
            "postgres://user@/vestibule?host=/run/postgresql&port=5433",
            "postgres://localhost:5432,127.0.0.1:5433/vestibule",
        ] {
            assert_eq!(tls(url), Some(Tls::NotNeeded), "{url}");
        }
        assert_eq!(
            tls("postgres://localhost/vestibule?sslmode=require"),
            Some(Tls::Asked)
        );
    }

    #[test]
    fn other_host_requires_checked_certificates() {
        for url in [
            "postgres://db.example.org/vestibule",
            "postgres://10.0.0.5/vestibule?sslmode=verify-full",
            "postgres://localhost,db.example.org/vestibule",
            "postgres://localhost/vestibule?host=db.example.org",
            "postgres://localhost.example.org/vestibule",
            "postgres://[2001:db8::1]:5432/vestibule",
        ] {
            assert_eq!(tls(url), Some(Tls::Required), "{url}");
            let text = PostgresUrl::parse(url)
                .map(|url| url.connection_string(None))
                .unwrap_or_default();
            assert!(
                text.ends_with("&sslmode=verify-full&gssencmode=disable"),
                "{text}"
            );
        }
        for mode in [
            "disable",
            "allow",
            "prefer",
            "require",
            "verify-ca",
            "nonsense",
            "",
        ] {
            assert_eq!(
                tls(&format!(
                    "postgres://db.example.org/vestibule?sslmode={mode}"
                )),
                None,
                "{mode}"
            );
        }
    }

    #[test]
    fn option_that_bypasses_a_rule_is_rejected() {
        for url in [
            "postgres://localhost/vestibule?hostaddr=10.0.0.5",
            "postgres://localhost/vestibule?service=other",
            "postgres://localhost/vestibule?options=-c%20statement_timeout%3D0",
            "postgres://localhost/vestibule?target_session_attrs=any",
            "postgres://localhost/vestibule?host",
            "postgres://localhost:port/vestibule",
            "postgres://user@evil@localhost/vestibule",
            "postgres://local host/vestibule",
            "postgres://localhost/vest%zzbule",
            "postgres://user:p%00@localhost/vestibule",
            "postgres://[::1/vestibule",
            "postgres://localhost?application_name=a@db.example.org/v",
            "postgres://%2Frun%2Cdb.example.org/v",
            "postgres://localhost/v?",
            "postgres://localhost/v?port=5432&",
            "postgres://localhost/v?port=5432&&user=a",
            "postgres://localhost/v?port=abc",
            "postgres://localhost,127.0.0.1/v?port=1,2,3",
            "mysql://localhost/vestibule",
        ] {
            assert_eq!(PostgresUrl::parse(url), None, "{url}");
        }
    }

    #[test]
    fn the_operators_words_come_first_and_ours_win() {
        let url = PostgresUrl::parse("postgres://u:p%40ss@localhost/v?application_name=x")
            .expect("parses");
        let text = url.connection_string(None);
        assert!(
            text.starts_with(
                "postgres://u:p%40ss@localhost/v?application_name=x&fallback_application_name="
            ),
            "{text}"
        );
        let url = PostgresUrl::parse("postgres:///v").expect("parses");
        assert!(
            url.connection_string(None)
                .starts_with("postgres:///v?host=/var/run/postgresql&"),
            "{text}"
        );
        assert_eq!(
            format!("{url} {url:?}"),
            "/var/run/postgresql/v /var/run/postgresql/v"
        );
    }
}
