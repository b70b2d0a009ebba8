"""A web service that knows its callers by Vestibule's access tokens.

    pip install -r requirements.txt
    VESTIBULE_URL=http://localhost:8080 python3 service.py
    curl -H "Authorization: Bearer $ACCESS_TOKEN" http://localhost:9001/
"""

import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import jwt

# Exactly the VESTIBULE_PUBLIC_URL that Vestibule runs with: it is compared with `iss` and `aud`.
VESTIBULE_URL = os.environ.get("VESTIBULE_URL", "http://localhost:8080")

# Fetched with the first token, kept for five minutes, and fetched again when a token names one that is not there.
KEYS = jwt.PyJWKClient(f"{VESTIBULE_URL}/.well-known/jwks.json", timeout=5)


def verify(token):
    """The claims of a good access token; jwt.PyJWTError for anything else."""
    # PyJWT does not look at `typ`. The same key may sign tokens of other kinds one day: those are no access tokens.
    if jwt.get_unverified_header(token).get("typ") != "at+jwt":
        raise jwt.InvalidTokenError("typ is not at+jwt")
    return jwt.decode(
        token,
        KEYS.get_signing_key_from_jwt(token),
        # Named here, never taken from the token: whoever writes a token would choose how it is checked.
        algorithms=["EdDSA"],
        issuer=VESTIBULE_URL,
        audience=VESTIBULE_URL,
        # What is not there would not be checked.
        options={"require": ["iss", "aud", "exp", "iat", "sub", "jti"]},
    )


class Service(BaseHTTPRequestHandler):
    """Says to each caller who that is."""

    def do_GET(self):
        scheme, _, token = self.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return self.answer(401, {"error": "an access token is needed"}, "Bearer")
        try:
            claims = verify(token.strip())
        except jwt.PyJWKClientConnectionError:
            # Nothing is wrong with the token as far as anybody knows, so the caller must not throw it away.
            return self.answer(503, {"error": "the keys are out of reach"})
        except jwt.PyJWTError as error:
            return self.answer(401, {"error": str(error)}, 'Bearer error="invalid_token"')
        # `sub` is the person: it stays the same when the address changes.
        return self.answer(200, {"user": claims["sub"], "until": claims["exp"]})

    def answer(self, status, value, challenge=None):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if challenge:
            self.send_header("WWW-Authenticate", challenge)
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "9001"))), Service)
    print(f"listening on http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()
