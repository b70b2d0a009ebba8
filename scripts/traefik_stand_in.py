"""A stand-in for Traefik, which neither Debian nor PyPI has.

It follows the source of Traefik 3.7.9, the newest that was at hand. Later versions pass on fewer
headers. It reads a dynamic configuration: routers with Host, PathPrefix and HeaderRegexp, the
middlewares headers and forwardAuth, and services with one server. It rejects all other settings.
Its entry points behave as if the static configuration had `underscoreHeadersStrategy: delete` for
https, and a redirection to https for http. So it shows the meaning of the configuration according
to that source. It does not show the behaviour of Traefik itself.

    traefik_stand_in.py HTTP_PORT HTTPS_PORT CERTIFICATE KEY CONFIGURATION...
"""

import http.client
import posixpath
import re
import select
import shutil
import socket
import ssl
import sys
import threading
from urllib.parse import urlsplit

import yaml
from apps_client import Handler, Server

# Traefik adds these itself, so those of a client are removed.
MANAGED = {
    f"x-{name}"
    for name in (
        "forwarded-proto forwarded-scheme forwarded-for forwarded-host forwarded-port "
        "forwarded-server forwarded-uri forwarded-method forwarded-prefix "
        "forwarded-tls-client-cert forwarded-tls-client-cert-info scheme real-ip"
    ).split()
}
HOP_BY_HOP = {
    "connection",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "proxy-connection",
}


def without(headers, names):
    return [(name, value) for name, value in headers if name.lower() not in names]


def first(headers, wanted):
    return next((value for name, value in headers if name.lower() == wanted), "")


def connection_options(headers):
    """Returns the names in the Connection headers, which apply to this connection only."""
    values = [value for name, value in headers if name.lower() == "connection"]
    return {option.strip().lower() for option in ",".join(values).split(",")}


def wanted_upgrade(headers):
    """Returns the protocol to which the client wants to change, or an empty text."""
    return first(headers, "upgrade") if "upgrade" in connection_options(headers) else ""


def only(settings, *known):
    """Returns the settings, and rejects those that this program does not know."""
    unknown = set(settings) - set(known)
    if unknown:
        sys.exit(f"the stand-in does not know {', '.join(sorted(unknown))}")
    return settings


class Headers:
    """The middleware with customRequestHeaders. An empty value removes the header."""

    def __init__(self, settings):
        self.custom = only(settings, "customRequestHeaders")["customRequestHeaders"]

    def change(self, _request, headers):
        headers = without(headers, {name.lower() for name in self.custom})
        return headers + [(name, value) for name, value in self.custom.items() if value]


class ForwardAuth:
    def __init__(self, settings):
        only(settings, "address", "trustForwardHeader", "authRequestHeaders", "authResponseHeaders")
        if settings["trustForwardHeader"] is not False:
            sys.exit("the stand-in only knows trustForwardHeader: false")
        self.address = urlsplit(settings["address"])
        self.asked = {name.lower() for name in settings["authRequestHeaders"]}
        self.answered = {name.lower() for name in settings["authResponseHeaders"]}

    def change(self, request, headers):
        """Returns the headers for the app. If the check rejects, responds and returns None."""
        check = http.client.HTTPConnection(self.address.hostname, self.address.port, timeout=30)
        try:
            check.putrequest("GET", self.address.path, skip_accept_encoding=True)
            for name, value in headers:
                if name.lower() in self.asked:
                    check.putheader(name, value.encode("latin-1"))
            check.putheader("X-Forwarded-For", request.client_address[0])
            check.putheader("X-Forwarded-Method", request.command)
            check.putheader("X-Forwarded-Proto", "https")
            check.putheader("X-Forwarded-Port", "443")
            check.putheader("X-Forwarded-Host", request.host)
            check.putheader("X-Forwarded-Uri", request.path)
            check.endheaders()
            answer = check.getresponse()
            body = answer.read()
        except (OSError, http.client.HTTPException):
            request.respond(500)
            return None
        finally:
            check.close()
        if not 200 <= answer.status < 300:
            dropped = HOP_BY_HOP | {"content-length"}
            request.respond(answer.status, body, without(answer.getheaders(), dropped))
            return None
        return without(headers, self.answered) + [
            (name, value) for name, value in answer.getheaders() if name.lower() in self.answered
        ]


class Configuration:
    def __init__(self, paths):
        self.routers, self.middlewares, self.services = [], {}, {}
        for path in paths:
            with open(path, encoding="utf-8") as file:
                http_part = only(yaml.safe_load(file), "http")["http"]
            only(http_part, "routers", "middlewares", "services")
            for router in http_part["routers"].values():
                only(router, "rule", "priority", "entryPoints", "middlewares", "service", "tls")
                self.routers.append(router)
            for name, middleware in http_part.get("middlewares", {}).items():
                ((kind, settings),) = only(middleware, "headers", "forwardAuth").items()
                known = {"headers": Headers, "forwardAuth": ForwardAuth}
                self.middlewares[name] = known[kind](settings)
            for name, service in http_part["services"].items():
                balancer = only(only(service, "loadBalancer")["loadBalancer"], "servers")
                (server,) = balancer["servers"]
                self.services[name] = urlsplit(only(server, "url")["url"])
        # Without a priority, the longer rule comes first.
        self.routers.sort(key=lambda router: -router.get("priority", len(router["rule"])))

    def route(self, host, path, headers):
        for router in self.routers:
            parts = router["rule"].split(" && ")
            if all(self.matches(part, host, path, headers) for part in parts):
                middlewares = [self.middlewares[name] for name in router.get("middlewares", [])]
                return middlewares, self.services[router["service"]]
        return None

    @staticmethod
    def matches(matcher, host, path, headers):
        kind, wanted, pattern = re.fullmatch(
            r"(Host|PathPrefix|HeaderRegexp)\(`([^`]+)`(?:, `([^`]+)`)?\)", matcher
        ).groups()
        if kind == "Host":
            return host.partition(":")[0].lower() == wanted
        if kind == "PathPrefix":
            return path.startswith(wanted)
        values = [value for name, value in headers if name.lower() == wanted.lower()]
        return any(re.search(pattern, value) for value in values)


def clean(target):
    """Decodes what needs no encoding, and resolves `.`, `..` and `//`."""
    path, question_mark, query = target.partition("?")

    def decode(match):
        character = chr(int(match[1], 16))
        return character if re.fullmatch(r"[A-Za-z0-9._~-]", character) else match[0].upper()

    decoded = re.sub(r"%([0-9A-Fa-f]{2})", decode, path)
    cleaned = posixpath.normpath("/" + decoded.lstrip("/"))
    slash = "/" if decoded.endswith(("/", "/.", "/..")) and cleaned != "/" else ""
    return cleaned + slash + question_mark + query


class Request(Handler):
    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = list(self.headers.items())
        self.host = first(headers, "host")
        if "://" in self.path:
            # The host of the request line takes precedence (RFC 9112 §3.2.2).
            target = urlsplit(self.path)
            self.host = target.netloc
            self.path = target._replace(scheme="", netloc="").geturl() or "/"
        if not isinstance(self.connection, ssl.SSLSocket):
            self.respond(301, headers=[("Location", f"https://{self.host}{self.path}")])
            return
        self.path = clean(self.path)
        upgrade = wanted_upgrade(headers)
        dropped = MANAGED | {"host"}
        headers = [(name, value) for name, value in without(headers, dropped) if "_" not in name]
        headers += [
            ("X-Real-Ip", self.client_address[0]),
            ("X-Forwarded-Proto", "wss" if upgrade else "https"),
            ("X-Forwarded-Port", "443"),
            ("X-Forwarded-Host", self.host),
            ("X-Forwarded-Server", "stand-in"),
        ]
        route = CONFIGURATION.route(self.host, self.path.partition("?")[0], headers)
        if route is None:
            self.respond(404)
            return
        middlewares, server = route
        for middleware in middlewares:
            headers = middleware.change(self, headers)
            if headers is None:
                return
        upgrade = wanted_upgrade(headers)
        headers = without(headers, HOP_BY_HOP | connection_options(headers))
        headers += [("Host", self.host), ("X-Forwarded-For", self.client_address[0])]
        if upgrade:
            headers += [("Connection", "Upgrade"), ("Upgrade", upgrade)]
        else:
            headers += [("Connection", "close")]
        self.pass_on(server, headers, body, bool(upgrade))

    def pass_on(self, server, headers, body, upgraded):
        head = [f"{self.command} {self.path} HTTP/1.1"]
        head += [f"{name}: {value}" for name, value in headers]
        self.close_connection = True
        try:
            app = socket.create_connection((server.hostname, server.port), timeout=30)
            app.sendall("\r\n".join([*head, "", ""]).encode("latin-1") + body)
            start = app.recv(65536)
        except OSError:
            start = b""
        if not start:
            self.respond(502)
            return
        with app:
            self.wfile.write(start)
            if upgraded:
                self.pass_on_frames(app)
            else:
                shutil.copyfileobj(app.makefile("rb", buffering=0), self.wfile)

    def pass_on_frames(self, app):
        """Passes on the data of both sides, until one of them ends."""
        while True:
            # A socket is not readable for data that TLS has decoded already.
            if self.connection.pending():
                readable = [self.connection]
            else:
                readable = select.select([self.connection, app], [], [])[0]
            for source in readable:
                part = source.recv(65536)
                if not part:
                    return
                (app if source is self.connection else self.connection).sendall(part)


if __name__ == "__main__":
    http_port, https_port, certificate, key, *files = sys.argv[1:]
    CONFIGURATION = Configuration(files)
    websecure = Server(("127.0.0.1", int(https_port)), Request)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    websecure.socket = context.wrap_socket(
        websecure.socket, server_side=True, do_handshake_on_connect=False
    )
    web = Server(("127.0.0.1", int(http_port)), Request)
    threading.Thread(target=web.serve_forever, daemon=True).start()
    websecure.serve_forever()
