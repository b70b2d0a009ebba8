"""Hooks that help Schemathesis reach every operation. `scripts/test-api` loads them.

A generator cannot invent a token, an id or a handle that exists. These hooks put real ones into
valid requests. At the end they write the number of successes of each operation.
"""

import atexit
import base64
import hmac
import html
import itertools
import os
import re
import time
from collections import Counter, defaultdict

import requests
import schemathesis

URL, EMAIL, PASSWORD = (os.environ[name] for name in ("URL", "EMAIL", "PASSWORD"))
# This user has a public profile, forgets the password, and is locked and unlocked.
OTHER_EMAIL = "grace@example.org"
# This user has a second step.
SECOND_STEP_EMAIL = "mary@example.org"

# The id of that user, and an API token.
prepared = {}
new_emails = (f"new-{number}@example.org" for number in itertools.count())
new_names = (f"new-{number}" for number in itertools.count())
# A group that exists.
GROUP = "readers"
request_numbers = defaultdict(itertools.count)
successes = Counter()


def call(method, path, token=None, **body):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    url = f"{URL}/api/v1{path}"
    response = requests.request(method, url, headers=headers, json=body, timeout=30)
    response.raise_for_status()
    return response.json() if response.content else None


def log_in(email=EMAIL):
    """Starts another session. The requests under test end the one that Schemathesis uses."""
    return call("POST", "/token", email=email, password=PASSWORD)


def access_token():
    return log_in()["access_token"]


def sign_up():
    email = next(new_emails)
    call("POST", "/signup", email=email, password=PASSWORD)
    return email


def link_token(path, email):
    """Returns the token of the newest link to `path` that was emailed to the address."""
    mailbox = requests.get(f"{URL}/dev/mailbox.json", timeout=30).json()
    links = (link for mail in mailbox if mail["to"] == email for link in mail["links"])
    return next(link.partition("?token=")[2] for link in links if f"{path}?token=" in link)


def session_id():
    # The list begins with the session of the token.
    return call("GET", "/me/sessions", access_token())["items"][0]["id"]


def user():
    return {"id": prepared["user_id"]}


def unlocked_user():
    # A locked account has no public profile and gets no reset link.
    return call("POST", f"/users/{prepared['user_id']}/unlock", access_token())


def member():
    return {"name": GROUP, "id": prepared["user_id"]}


def new_app():
    name = next(new_names)
    return {"id": name, "name": name, "origins": [f"https://{name}.example.org"]}


def reset_token():
    email = unlocked_user()["email"]
    call("POST", "/password/forgot", email=email)
    return link_token("/password/reset", email)


def create_api_token():
    """Creates an API token on the website, because the API has no operation for it."""
    with requests.Session() as browser:
        browser.headers["Origin"] = URL
        browser.post(f"{URL}/login", {"email": EMAIL, "password": PASSWORD})
        page = browser.post(f"{URL}/account/tokens", {"name": "scripts/test-api", "days": "7"})
        return re.search(r"vst_\w+", page.text)[0]


def totp(key):
    """Returns the present code of an authenticator app (RFC 6238)."""
    step = int(time.time()) // 30
    digest = hmac.digest(base64.b32decode(key), step.to_bytes(8, "big"), "sha1")
    offset = digest[-1] & 15
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


def recovery_codes_in(page):
    return re.findall(r'<code translate="no">([0-9A-Z-]+)</code>', page)


def add_second_step():
    """Adds an authenticator app on the website. Returns the session and the recovery codes."""
    browser = requests.Session()
    browser.headers["Origin"] = URL
    browser.post(f"{URL}/login", {"email": SECOND_STEP_EMAIL, "password": PASSWORD})
    setup = f"{URL}/account/security/apps/new"
    page = browser.get(setup).text
    key = re.search(r'<textarea id="key"[^>]*>([A-Z2-7 ]+)<', page)[1].replace(" ", "")
    sealed = html.unescape(re.search(r'name="sealed" value="([^"]*)"', page)[1])
    added = browser.post(setup, {"code": totp(key), "sealed": sealed})
    return browser, recovery_codes_in(added.text)


def recovery_code():
    """Returns an unused recovery code. Each works once, unlike a code of the app for 30 seconds."""
    if not prepared["recovery_codes"]:
        page = prepared["browser"].post(f"{URL}/account/security/recovery-codes", {})
        prepared["recovery_codes"] = recovery_codes_in(page.text)
    return prepared["recovery_codes"].pop()


def second_factor():
    code = recovery_code()
    credentials = {"email": SECOND_STEP_EMAIL, "password": PASSWORD}
    problem = requests.post(f"{URL}/api/v1/token", json=credentials, timeout=30).json()
    return {"mfa_token": problem["mfa_token"], "code": code}


live_tokens = itertools.cycle((access_token, lambda: prepared["api_token"]))
# Many generated passwords are too easy to guess, so every other one is replaced.
passwords = itertools.cycle(({"password": PASSWORD}, {}))
# Functions that return real values for parameters or members of the body.
REAL_VALUES = {
    "POST /api/v1/verify": lambda: {"token": link_token("/verify", sign_up())},
    "POST /api/v1/verify/resend": lambda: {"email": sign_up()},
    "POST /api/v1/password/forgot": lambda: {"email": OTHER_EMAIL},
    "POST /api/v1/password/reset": lambda: {"token": reset_token()} | next(passwords),
    "POST /api/v1/token": lambda: {"email": EMAIL, "password": PASSWORD},
    "POST /api/v1/token/second-factor": second_factor,
    "POST /api/v1/token/refresh": log_in,
    "POST /api/v1/introspect": lambda: {"token": next(live_tokens)()},
    "DELETE /api/v1/me/sessions/{id}": lambda: {"id": session_id()},
    "GET /api/v1/people": lambda: {"after": unlocked_user()["handle"]},
    "GET /api/v1/people/{handle}": lambda: {"handle": unlocked_user()["handle"]},
    "PUT /api/v1/groups/{name}/members/{id}": member,
    "DELETE /api/v1/groups/{name}/members/{id}": member,
    "POST /api/v1/groups": lambda: {"name": next(new_names), "title": "Readers"},
    "POST /api/v1/apps": new_app,
    "POST /api/v1/invitations": lambda: {"email": next(new_emails), "groups": []},
    "GET /api/v1/users/{id}": user,
    "POST /api/v1/users/{id}/lock": user,
    "POST /api/v1/users/{id}/second-factor-recovery": user,
    "POST /api/v1/users/{id}/unlock": user,
    "POST /api/v1/users/{id}/end-sessions": user,
}


@schemathesis.hook
def after_load_schema(context, schema):
    token = log_in(OTHER_EMAIL)["access_token"]
    profile = call("PATCH", "/me", token, handle="grace", public=True)
    prepared.update(user_id=profile["id"], api_token=create_api_token())
    browser, codes = add_second_step()
    prepared.update(browser=browser, recovery_codes=codes)
    call("POST", "/groups", access_token(), name=GROUP, title="Readers")
    for path, operations in schema.raw_schema["paths"].items():
        successes.update({f"{method.upper()} {path}": 0 for method in operations})
    successes.update({"any operation, with an API token": 0, "introspection of a live token": 0})


@schemathesis.hook
def before_call(context, case, kwargs):
    """Puts real values into valid requests, but only into every other one while fuzzing.

    The stateful phase needs every one. Schemathesis ends that phase early and without a word if
    a repeated request has a different outcome.
    """
    number = next(request_numbers[case.operation.label])
    fuzzing = case.meta.phase.name == "fuzzing"
    if not case.meta.generation.mode.is_positive or (fuzzing and number % 2):
        return
    # Every fourth request uses an API token in place of an access token.
    if fuzzing and number % 4 and "Bearer" in case.headers.get("Authorization", ""):
        case.headers["Authorization"] = f"Bearer {prepared['api_token']}"
    if case.operation.label in REAL_VALUES:
        values = REAL_VALUES[case.operation.label]()
        for part in (case.path_parameters, case.query, case.body):
            # A value that the request omits stays omitted.
            if isinstance(part, dict):
                part.update({name: values[name] for name in part.keys() & values.keys()})


@schemathesis.hook
def after_call(context, case, response):
    # Some requests use a method that the description lacks. They belong to no operation.
    if case.method == case.operation.method.upper() and 200 <= response.status_code < 300:
        successes[case.operation.label] += 1
        if "vst_" in case.headers.get("Authorization", ""):
            successes["any operation, with an API token"] += 1
        if b'"active":true' in response.content:
            successes["introspection of a live token"] += 1


@atexit.register
def write_successes():
    with open(os.environ["SUCCESSES"], "w", encoding="utf-8") as file:
        file.writelines(f"{count}\t{name}\n" for name, count in sorted(successes.items()))
