//! A proxy in front of an app and of the login, over https at hosts below `localhost`. It is small
//! and may have a mistake in its configuration. `scripts/test-apps` runs real proxies.

use std::fmt::Write as _;
use std::io::{BufRead, Write};
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use super::behind::DOCUMENT;
use super::tls::{TestAuthority, accept};
use super::{Browser, Response};

/// The end of each response.
const END: &str = "connection: close\r\ncontent-length: 0\r\n\r\n";

/// A mistake of the operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mistake {
    None,
    /// The proxy does not ask Vestibule.
    NoCheck,
    /// It responds to a page with the status of the check alone.
    StatusAlone,
    /// It redirects before it asks.
    RedirectsFirst,
    /// It asks at a path that does not exist.
    WrongPath,
    /// It passes on what the client says about the request.
    TrustsClient,
    /// It passes on what the client says about the host.
    TrustsClientsHost,
    /// It asks about the first of its hosts, whatever the client wants.
    AsksAboutAnother,
    /// It asks about the paths of Vestibule at the app's host, too.
    ChecksOwnPaths,
    /// It passes the paths of Vestibule on to the app.
    NoOwnPaths,
    /// It removes cookies from responses.
    NoCookies,
    /// It passes checks of clients on to Vestibule.
    PassesOnChecks,
    /// Nothing is behind it at the host of the login.
    NoLogin,
}

/// A listener, which accepts connections until the process ends.
pub struct TestProxy {
    listener: TcpListener,
    authority: TestAuthority,
}

/// A request of a client.
struct Request {
    path: String,
    headers: Vec<(String, String)>,
}

impl TestProxy {
    pub fn bind() -> Self {
        Self {
            listener: TcpListener::bind("127.0.0.1:0").expect("a port"),
            authority: TestAuthority::of_server(&[
                "wiki.localhost",
                "first.localhost",
                "login.localhost",
            ]),
        }
    }

    /// Returns the origin of a host below `localhost`.
    pub fn origin(&self, name: &str) -> String {
        let port = self.listener.local_addr().expect("an address").port();
        format!("https://{name}.localhost:{port}")
    }

    /// Returns the file with the certificate of the authority.
    pub fn authority(&self) -> PathBuf {
        self.authority.file()
    }

    /// Serves in front of the Vestibule at `base`.
    pub fn serve(&self, base: &str, mistake: Mistake) {
        let listener = self.listener.try_clone().expect("a listener");
        let (config, base) = (self.authority.config(), base.to_owned());
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (config, base) = (Arc::clone(&config), base.clone());
                thread::spawn(move || {
                    let mut client = accept(&config, client);
                    // A client that rejects the certificate sends nothing.
                    if let Some(request) = Request::read(&mut client) {
                        let response = request.respond(&Browser::new(&base), mistake);
                        client.get_mut().write_all(response.as_bytes()).ok();
                    }
                });
            }
        });
    }
}

impl Request {
    fn read(client: &mut impl BufRead) -> Option<Self> {
        let mut lines = client.lines().map_while(Result::ok);
        let path = lines.next()?.split(' ').nth(1)?.to_owned();
        let headers = lines
            .map_while(|line| {
                let (name, value) = line.split_once(": ")?;
                Some((name.to_ascii_lowercase(), value.to_owned()))
            })
            .collect();
        Some(Self { path, headers })
    }

    fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name)?;
        Some(&found.1)
    }

    fn respond(&self, vestibule: &Browser, mistake: Mistake) -> String {
        let host = self.header("host").unwrap_or_default();
        let claimed = self
            .header("x-forwarded-host")
            .filter(|_| mistake == Mistake::TrustsClientsHost);
        let host = claimed.unwrap_or(host);
        let is_own = self.path.starts_with("/.vestibule/") && mistake != Mistake::ChecksOwnPaths;
        if host.starts_with("login.") {
            let is_check = self.path.starts_with("/forward-auth/");
            return match mistake {
                Mistake::NoLogin => plain(502, ""),
                _ if is_check && mistake != Mistake::PassesOnChecks => plain(404, ""),
                _ => head(&vestibule.get(&self.path), mistake),
            };
        }
        if is_own && mistake == Mistake::NoOwnPaths {
            return plain(404, "");
        }
        if is_own {
            let headers = [("x-forwarded-host", host)];
            return head(&vestibule.send("GET", &self.path, &headers, ""), mistake);
        }
        match mistake {
            Mistake::NoCheck => return plain(404, ""),
            Mistake::RedirectsFirst => return plain(301, "/start"),
            _ => {}
        }
        let checked = self.check(vestibule, host, mistake);
        match checked.status {
            200 => plain(200, ""),
            404 => plain(500, ""),
            303 if mistake == Mistake::StatusAlone => plain(401, ""),
            _ => head(&checked, mistake),
        }
    }

    fn check(&self, vestibule: &Browser, host: &str, mistake: Mistake) -> Response {
        let claimed = self
            .header("x-forwarded-uri")
            .filter(|_| mistake == Mistake::TrustsClient);
        let first = host.replace("wiki.", "first.");
        let host = match mistake {
            Mistake::AsksAboutAnother => &first,
            _ => host,
        };
        let described = [
            ("x-forwarded-proto", "https"),
            ("x-forwarded-host", host),
            ("x-forwarded-uri", claimed.unwrap_or(&self.path)),
            ("x-forwarded-method", "GET"),
        ];
        let of_client = DOCUMENT.map(|(name, _)| (name, self.header(name).unwrap_or_default()));
        let path = match mistake {
            Mistake::WrongPath => "/forward-auth/haproxy",
            _ => "/forward-auth/caddy",
        };
        vestibule.send("GET", path, &[&described[..], &of_client].concat(), "")
    }
}

fn plain(status: u16, location: &str) -> String {
    let location = match location {
        "" => String::new(),
        location => format!("location: {location}\r\n"),
    };
    format!("HTTP/1.1 {status} OK\r\n{location}{END}")
}

/// Returns the head of a response of Vestibule.
fn head(response: &Response, mistake: Mistake) -> String {
    let mut head = format!("HTTP/1.1 {} OK\r\n", response.status);
    for (name, value) in &response.headers {
        let is_removed = name == "set-cookie" && mistake == Mistake::NoCookies;
        if (name == "location" || name == "set-cookie") && !is_removed {
            let value = value.to_str().expect("ASCII");
            write!(head, "{name}: {value}\r\n").expect("a string takes all");
        }
    }
    head + END
}
