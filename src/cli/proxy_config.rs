//! Configurations of proxies in front of an app. They are the files that the package ships, with
//! the names of the app.

use clap::ValueEnum;

use crate::app::App;
use crate::values::{AppId, Origin};

/// The examples in the shipped files.
const EXAMPLE_HOST: &str = "wiki.example.org";
const EXAMPLE_APP: &str = "wiki";
const EXAMPLE_UPSTREAM: &str = "127.0.0.1:3000";
const EXAMPLE_LISTEN: &str = "127.0.0.1:8080";

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Proxy {
    Nginx,
    Caddy,
    Traefik,
}

impl Proxy {
    fn example(self) -> &'static str {
        match self {
            Self::Nginx => include_str!("../../packaging/app-nginx.conf"),
            Self::Caddy => include_str!("../../packaging/app-Caddyfile"),
            Self::Traefik => include_str!("../../packaging/app-traefik.yml"),
        }
    }

    /// Returns the configuration for an app at an origin. `upstream` is the address of the app.
    pub(super) fn config(self, app: &App, id: &AppId, origin: &Origin, upstream: &str) -> String {
        let listen = app.settings.edge.listen.to_string();
        // The commands in the comments name the app.
        let commands = [" create ", " allow "].map(|verb| {
            let example = format!("app{verb}{EXAMPLE_APP} ");
            (example, format!("app{verb}{id} "))
        });
        let example = commands
            .into_iter()
            .fold(self.example().to_owned(), |text, (from, to)| {
                text.replace(&from, &to)
            });
        let config = example
            .replace(&format!("https://{EXAMPLE_HOST}"), origin.as_str())
            .replace(EXAMPLE_UPSTREAM, upstream)
            .replace(EXAMPLE_LISTEN, &listen);
        match self {
            // The address of a site has its port.
            Self::Caddy => config.replace(EXAMPLE_HOST, origin.host()),
            Self::Traefik => config.replace(EXAMPLE_HOST, origin.host_name()),
            Self::Nginx => with_port(&config.replace(EXAMPLE_HOST, origin.host_name()), origin),
        }
    }
}

/// Adds the port of an origin to a configuration of nginx, whose `$server_name` has none.
fn with_port(config: &str, origin: &Origin) -> String {
    let Some((_, port)) = origin.host().split_once(':') else {
        return config.to_owned();
    };
    config
        .replace("listen 443", &format!("listen {port}"))
        .replace("listen [::]:443", &format!("listen [::]:{port}"))
        .replace("$server_name;", &format!("$server_name:{port};"))
        .replace("$server_name$", &format!("$server_name:{port}$"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn port_is_added_wherever_nginx_names_the_host() {
        let with_port_of = |origin| {
            let origin = Origin::parse(origin).expect("an origin");
            with_port(Proxy::Nginx.example(), &origin)
        };
        let config = with_port_of("https://wiki.example.org:8443");
        for line in [
            "    listen 8443 ssl http2;\n    listen [::]:8443 ssl http2;\n",
            "    proxy_set_header Host $server_name:8443;\n",
            "    proxy_set_header X-Forwarded-Host $server_name:8443;\n",
            "    proxy_set_header X-Original-URL https://$server_name:8443$request_uri;\n",
        ] {
            assert!(config.contains(line), "{line}");
        }
        assert!(!config.contains("Host $server_name;"));
        let usual = with_port_of("https://wiki.example.org");
        assert_eq!(usual, Proxy::Nginx.example());
    }
}
