"""Visits the apps of scripts/test-apps in Chromium.

    apps_browser.py HTTPS_PORT CERTIFICATE EMAIL PASSWORD

Chromium connects to the proxy's port for every host, and trusts the certificate. So no URL has a
port. Prints each step. If a step fails, ends with a message and status 1.
"""

import base64
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"


def is_(what, is_it, must_be):
    if is_it != must_be:
        sys.exit(f"Chromium: {what} is {is_it!r}, must be {must_be!r}")
    print(f"Chromium, {what}: {must_be}")


class Driver:
    """A WebDriver session (https://www.w3.org/TR/webdriver2/)."""

    def __init__(self, port, capabilities):
        self.server = f"http://127.0.0.1:{port}"
        session = self.ask("POST", "/session", {"capabilities": {"alwaysMatch": capabilities}})
        self.path = f"/session/{session['sessionId']}"

    def ask(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            self.server + path, data, {"Content-Type": "application/json"}, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            sys.exit(f"Chromium: {json.load(error)['value']['message']}")

    def open(self, url):
        self.ask("POST", f"{self.path}/url", {"url": url})

    def url(self):
        return self.ask("GET", f"{self.path}/url")

    def run(self, script):
        """Runs the body of an async function in the page, and returns its result."""
        body = (
            f"const done = arguments[0]; (async () => {{ {script} }})()"
            ".then(done, error => done(String(error)))"
        )
        return self.ask("POST", f"{self.path}/execute/async", {"script": body, "args": []})

    def text(self):
        """Returns the text of the page in lower case, because header names have any case."""
        return self.run("return document.body.innerText").lower()

    def find(self, css):
        selector = {"using": "css selector", "value": css}
        return self.ask("POST", f"{self.path}/element", selector)[ELEMENT]

    def type(self, css, text):
        self.ask("POST", f"{self.path}/element/{self.find(css)}/value", {"text": text})

    def click(self, css):
        self.ask("POST", f"{self.path}/element/{self.find(css)}/click", {})

    def arrives_at(self, what, url):
        """Waits for the URL, because the page between login and app redirects by itself."""
        for _ in range(200):
            if self.run("return `${document.readyState} ${location.href}`") == f"complete {url}":
                break
            time.sleep(0.05)
        is_(what, self.url(), url)

    def quit(self):
        self.ask("DELETE", self.path)


def walk(browser, email, password):
    browser.open("https://wiki.test/page?tab=1")
    is_("the app, logged out", browser.url().partition("?")[0], "https://login.test/login")
    browser.type("[name=email]", email)
    browser.type("[name=password]", password)
    browser.click("main form button[type=submit]")
    browser.arrives_at("after the login", "https://wiki.test/page?tab=1")
    is_("the user at the app", f"remote-user: {email}" in browser.text(), True)
    browser.open("https://wiki.test/set")
    browser.open("https://wiki.test/page")
    cookies = [line for line in browser.text().splitlines() if line.startswith("cookie:")]
    is_("all cookies at the app", cookies, ["cookie: theme=dark"])
    is_("a script of the app", browser.run("return (await fetch('/api')).status"), 200)

    browser.open("https://metrics.test/-/ready")
    is_("another app, without a form", browser.url(), "https://metrics.test/-/ready")
    is_("its response", "ready" in browser.text(), True)
    browser.open("https://files.other.test/secret")
    url = "https://files.other.test/secret"
    is_("an app at another domain, without a form", browser.url(), url)
    is_("the user there", f"remote-user: {email}" in browser.text(), True)

    socket = """return await new Promise(resolve => {
        const socket = new WebSocket('wss://terminal.test/websockify', 'binary');
        socket.onopen = () => resolve('open');
        socket.onerror = () => resolve('closed');
    })"""
    is_("a WebSocket of another app's page", browser.run(socket), "closed")
    browser.open("https://terminal.test/websockify")
    is_("a WebSocket of its own page", browser.run(socket), "open")

    browser.open("https://wiki.test/.vestibule/out")
    is_("the way out", browser.url(), "https://login.test/logout")
    browser.click("main form button[type=submit]")
    for host in ("wiki.test", "metrics.test", "files.other.test"):
        browser.open(f"https://{host}/secret")
        is_(f"{host} after the logout", browser.url().partition("?")[0], "https://login.test/login")


def fingerprint(certificate):
    """Returns the SHA-256 of the public key, which an option of Chromium marks as trusted."""
    key = subprocess.run(
        ["openssl", "x509", "-in", certificate, "-pubkey", "-noout"],
        capture_output=True,
        check=True,
    )
    der = subprocess.run(
        ["openssl", "pkey", "-pubin", "-outform", "der"],
        input=key.stdout,
        capture_output=True,
        check=True,
    )
    return base64.b64encode(hashlib.sha256(der.stdout).digest()).decode()


def main(https, certificate, email, password):
    with tempfile.TemporaryDirectory() as profile:
        arguments = """--headless --no-sandbox --disable-gpu --disable-quic --no-first-run
            --disable-sync --disable-background-networking --disable-component-update""".split()
        arguments += [
            f"--user-data-dir={profile}",
            f"--host-resolver-rules=MAP * 127.0.0.1:{https}",
            f"--ignore-certificate-errors-spki-list={fingerprint(certificate)}",
        ]
        options = {
            "args": arguments,
            "binary": shutil.which("chromium") or shutil.which("google-chrome"),
        }
        driver = subprocess.Popen(["chromedriver", "--port=0"], stdout=subprocess.PIPE, text=True)
        try:
            line = next(line for line in driver.stdout if "started successfully" in line)
            port = int(line.rstrip(".\n").rpartition(" ")[2])
            browser = Driver(port, {"goog:chromeOptions": options})
            try:
                walk(browser, email, password)
            finally:
                browser.quit()
        finally:
            driver.terminate()
            driver.wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
