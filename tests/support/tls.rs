//! TLS with a certificate from an authority of the test's own. In front of the SMTP sink it begins
//! with the first byte or after STARTTLS.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use tempfile::TempDir;

use super::smtp::SmtpSink;

/// The moment at which TLS begins.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Begins {
    AtOnce,
    AfterStartTls,
    /// Another reply comes right after the one to STARTTLS, perhaps from an attacker in between.
    AfterInjectedReply,
    /// The server does not offer TLS.
    Never,
}

/// An authority, and the configuration of the server whose certificate it signed.
pub struct TestAuthority {
    folder: TempDir,
    config: Arc<ServerConfig>,
}

impl TestAuthority {
    pub fn of_server(names: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let config = Arc::new(server_config(&folder, names));
        Self { folder, config }
    }

    /// Returns the file with the certificate of the authority.
    pub fn file(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    pub fn config(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.config)
    }
}

/// Begins TLS with a client.
pub fn accept(
    config: &Arc<ServerConfig>,
    client: TcpStream,
) -> BufReader<StreamOwned<ServerConnection, TcpStream>> {
    let connection = ServerConnection::new(Arc::clone(config)).expect("a connection");
    BufReader::new(StreamOwned::new(connection, client))
}

/// Listens in front of a sink until the process ends.
pub struct TlsFront {
    port: u16,
    authority: TestAuthority,
}

impl TlsFront {
    pub fn before(sink: &SmtpSink, begins: Begins) -> Self {
        let authority = TestAuthority::of_server(&["localhost"]);
        let config = authority.config();
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let (port, behind) = (
            listener.local_addr().expect("an address").port(),
            sink.port(),
        );
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let config = Arc::clone(&config);
                // A client that rejects the certificate hangs up.
                thread::spawn(move || drop(serve(client, behind, begins, &config)));
            }
        });
        Self { port, authority }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Returns the file with the certificate of the authority.
    pub fn authority(&self) -> PathBuf {
        self.authority.file()
    }
}

fn server_config(folder: &TempDir, names: &[&str]) -> ServerConfig {
    let mut authority = CertificateParams::new([]).expect("no names");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority_key = KeyPair::generate().expect("a key");
    let pem = authority
        .self_signed(&authority_key)
        .expect("a certificate")
        .pem();
    fs::write(folder.path().join("ca.pem"), pem).expect("written");
    let key = KeyPair::generate().expect("a key");
    let issuer = Issuer::new(authority, authority_key);
    let names: Vec<String> = names.iter().map(ToString::to_string).collect();
    let server = CertificateParams::new(names).expect("names");
    let certificate = server
        .signed_by(&key, &issuer)
        .expect("signed")
        .der()
        .clone();
    let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .expect("they belong together")
}

fn serve(
    client: TcpStream,
    behind: u16,
    begins: Begins,
    config: &Arc<ServerConfig>,
) -> std::io::Result<()> {
    let mut sink = BufReader::new(TcpStream::connect(("127.0.0.1", behind))?);
    let greeting = reply(&mut sink)?;
    match begins {
        Begins::AtOnce => {
            let mut client = accept(config, client);
            client.get_mut().write_all(greeting.as_bytes())?;
            relay(&mut client, &mut sink)
        }
        Begins::AfterStartTls | Begins::AfterInjectedReply | Begins::Never => {
            let mut plain = BufReader::new(client);
            plain.get_mut().write_all(greeting.as_bytes())?;
            plain.read_line(&mut String::new())?;
            let offer = if begins == Begins::Never {
                "250 front\r\n"
            } else {
                "250-front\r\n250 STARTTLS\r\n"
            };
            plain.get_mut().write_all(offer.as_bytes())?;
            let mut line = String::new();
            plain.read_line(&mut line)?;
            if line.trim_end() != "STARTTLS" {
                // Unencrypted data goes on to the sink, so that a test sees it there.
                sink.get_mut().write_all(line.as_bytes())?;
                return relay(&mut plain, &mut sink);
            }
            let go_on: &[u8] = match begins {
                Begins::AfterInjectedReply => b"220 go on\r\n250 injected\r\n",
                _ => b"220 go on\r\n",
            };
            plain.get_mut().write_all(go_on)?;
            relay(&mut accept(config, plain.into_inner()), &mut sink)
        }
    }
}

/// Forwards between the two by turns, as SMTP works.
fn relay<C: Read + Write>(
    client: &mut BufReader<C>,
    sink: &mut BufReader<TcpStream>,
) -> std::io::Result<()> {
    let mut in_message = false;
    loop {
        let mut line = Vec::new();
        if client.read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        sink.get_mut().write_all(&line)?;
        if in_message && line != b".\r\n" {
            continue;
        }
        let response = reply(sink)?;
        in_message = response.starts_with("354");
        client.get_mut().write_all(response.as_bytes())?;
        client.get_mut().flush()?;
    }
}

/// Reads a reply of one or several lines.
fn reply(sink: &mut BufReader<TcpStream>) -> std::io::Result<String> {
    let mut reply = String::new();
    loop {
        let start = reply.len();
        if sink.read_line(&mut reply)? == 0 || reply.as_bytes()[start..].get(3) != Some(&b'-') {
            return Ok(reply);
        }
    }
}
