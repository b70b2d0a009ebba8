"""The small parts of scripts/test-apps: an app, a broken check, and a WebSocket client.

    apps_client.py app NAME PORT LOG        an app that returns the request that it received
    apps_client.py broken PORT STATUS       responds to each request with STATUS. If STATUS is 0,
                                            closes the connection instead
    apps_client.py websocket PORT HOST CERTIFICATE REQUEST [HEADER]...
                                            prints the status, and the data from the socket
"""

import base64
import os
import socket
import ssl
import struct
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Server(ThreadingHTTPServer):
    def handle_error(self, *_):
        """Ignores errors, because a proxy may close a connection early."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def respond(self, status, body=b"", headers=()):
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def answer(self):
        raise NotImplementedError

    def __getattr__(self, name):
        if name.startswith("do_"):
            return self.answer
        raise AttributeError(name)

    def log_message(self, *_):
        pass


def serve_app(name, port, log):
    class App(Handler):
        def answer(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            with open(log, "a", encoding="utf-8") as lines:
                lines.write(f"{self.command} {self.path}\n")
            text = [f"app {name}", f"{self.command} {self.path}", f"{len(body)} bytes"]
            text += [f"{header}: {value}" for header, value in self.headers.items()]
            headers = [("Content-Type", "text/plain")]
            if self.path == "/set":
                headers.append(("Set-Cookie", "theme=dark; Path=/; Secure"))
            if self.path == "/own-401":
                headers.append(("WWW-Authenticate", 'Basic realm="the app"'))
            status = {"/own-401": 401, "/own-403": 403}.get(self.path, 200)
            self.respond(status, ("\n".join(text) + "\n").encode("latin-1"), headers)

    Server(("127.0.0.1", port), App).serve_forever()


def serve_broken(port, status):
    class Broken(Handler):
        def answer(self):
            if status == 0:
                self.close_connection = True
            else:
                self.respond(status, b"broken\n")

    Server(("127.0.0.1", port), Broken).serve_forever()


def frame(payload):
    """Returns a masked binary frame (RFC 6455 §5.2)."""
    mask = os.urandom(4)
    masked = bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))
    return struct.pack("!BB", 0x82, 0x80 | len(payload)) + mask + masked


def websocket(port, host, certificate, request, headers):
    context = ssl.create_default_context(cafile=certificate)
    context.set_alpn_protocols(["http/1.1"])
    raw = socket.create_connection(("127.0.0.1", port), timeout=20)
    connection = context.wrap_socket(raw, server_hostname=host)
    head = [
        "GET /websockify HTTP/1.1",
        f"Host: {host}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Protocol: binary",
        *headers,
    ]
    connection.sendall(("\r\n".join(head) + "\r\n\r\n").encode())
    received = b""
    while b"\r\n\r\n" not in received:
        part = connection.recv(4096)
        if not part:
            break
        received += part
    head, _, rest = received.partition(b"\r\n\r\n")
    status = head.split(b" ")[1].decode()
    print(status)
    if status != "101":
        return
    connection.sendall(frame(f"GET {request} HTTP/1.0\r\n\r\n".encode()))
    try:
        while request.encode() not in rest:
            part = connection.recv(4096)
            if not part:
                break
            rest += part
    except TimeoutError:
        pass
    print(rest.decode("latin-1").replace("\0", ""))


def main(command, *arguments):
    if command == "app":
        name, port, log = arguments
        serve_app(name, int(port), log)
    elif command == "broken":
        port, status = arguments
        serve_broken(int(port), int(status))
    elif command == "websocket":
        port, host, certificate, request, *headers = arguments
        websocket(int(port), host, certificate, request, headers)
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(*sys.argv[1:])
