"""Judges a token as a service with PyJWT does. Takes JWKS, ISSUER, AUDIENCE, TYP and TOKEN from the environment; prints the
claims of a token that it takes. Of one that it refuses it prints why, and exits with 3, so that no crash passes for that.
"""

import json
import os
import sys

import jwt

token = os.environ["TOKEN"]
try:
    # PyJWT leaves this to its user.
    if jwt.get_unverified_header(token).get("typ") != os.environ["TYP"]:
        raise jwt.InvalidTokenError("typ")
    claims = jwt.decode(
        token,
        jwt.PyJWKClient(os.environ["JWKS"]).get_signing_key_from_jwt(token),
        algorithms=["EdDSA"],
        issuer=os.environ["ISSUER"],
        audience=os.environ["AUDIENCE"],
        options={"require": ["iss", "aud", "exp", "iat", "sub", "jti"]},
    )
except jwt.PyJWTError as refusal:
    print(type(refusal).__name__, refusal)
    sys.exit(3)
print(json.dumps(claims))
