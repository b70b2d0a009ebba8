"""A web service that identifies its users by Vestibule's access tokens.

    pip install -r requirements.txt
    VESTIBULE_URL=http://localhost:8080 python3 service.py
    curl -H "Authorization: Bearer $ACCESS_TOKEN" http://localhost:9001/
"""

import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import jwt

# Exactly Vestibule's VESTIBULE_PUBLIC_URL. It is compared with `iss` and `aud`.
VESTIBULE_URL = os.environ.get("VESTIBULE_URL", "http://localhost:8080")

# The keys are fetched with the first token and kept for five minutes. For a token that names an
# unknown key, they are fetched again.
KEYS = jwt.PyJWKClient(f"{VESTIBULE_URL}/.well-known/jwks.json", timeout=5)


def verify(token):
    """Returns the claims of a valid access token. Raises jwt.PyJWTError for any other."""
    # PyJWT does not look at `typ`. The same key may sign tokens of other kinds one day. Those are
    # no access tokens.
    if jwt.get_unverified_header(token).get("typ") != "at+jwt":
        raise jwt.InvalidTokenError("typ is not at+jwt")
    return jwt.decode(
        token,
        KEYS.get_signing_key_from_jwt(token),
        # Fixed here, never taken from the token. Otherwise an attacker could choose how a token is
        # checked.
        algorithms=["EdDSA"],
        issuer=VESTIBULE_URL,
        audience=VESTIBULE_URL,
        # Otherwise, PyJWT would not check a claim that is missing.
        options={"require": ["iss", "aud", "exp", "iat", "sub", "jti"]},
    )


class Service(BaseHTTPRequestHandler):
    """Returns the user's id to each client."""

    def do_GET(self):
        scheme, _, token = self.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return self.answer(401, {"error": "an access token is needed"}, "Bearer")
        try:
            claims = verify(token.strip())
        except jwt.PyJWKClientConnectionError:
            # The token may be valid, so the client must keep it.
            return self.answer(503, {"error": "the keys are out of reach"})
        except jwt.PyJWTError as error:
            return self.answer(401, {"error": str(error)}, 'Bearer error="invalid_token"')
        # `sub` is the id of the user. It stays the same when the address changes.
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
