"""A client whose types datamodel-codegen generates. `scripts/test-clients` runs it."""

import os

import requests

from models import LogIn, Me, MeChange, Problem, Tokens

URL, EMAIL, PASSWORD = (os.environ[name] for name in ("URL", "EMAIL", "PASSWORD"))


def call(method, path, body=None, token=None):
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    data = body.model_dump_json(exclude_unset=True) if body else None
    return requests.request(method, f"{URL}/api/v1{path}", headers=headers, data=data, timeout=30)


login = call("POST", "/token", LogIn(email=EMAIL, password=PASSWORD))
token = Tokens.model_validate_json(login.content).access_token


def me():
    return Me.model_validate_json(call("GET", "/me", token=token).content)


def change(**members):
    response = call("PATCH", "/me", MeChange(**members), token)
    assert response.status_code == 200, response.text
    return Me.model_validate_json(response.content)


full = {"name": "Ada Lovelace", "handle": "ada", "bio": "Notes on the Analytical Engine."}
changed = change(**full)
assert changed == me() == changed.model_copy(update=full), changed

# A member that is left out stays as it is, and None clears one.
renamed = change(name="Ada")
assert renamed == changed.model_copy(update={"name": "Ada"}), renamed
cleared = change(bio=None)
assert cleared == renamed.model_copy(update={"bio": None}), cleared

# What was read can be written back.
again = change(name=cleared.name, handle=cleared.handle, bio=cleared.bio, public=cleared.public)
assert again == cleared, again

# The generated type checks nothing that the server does not check as well.
rejected = call("PATCH", "/me", MeChange.model_construct(_fields_set={"handle"}, handle="?"), token)
problem = Problem.model_validate_json(rejected.content)
assert (rejected.status_code, problem.code) == (422, "invalid"), rejected.text
