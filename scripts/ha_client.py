"""The clients, the mail server and the checks of scripts/test-ha, which creates the cluster.

Reads one command a line from standard input, and replies with one line. A reply begins with "ok"
or "failed".

  setup                 creates the accounts of the probes
  begin FAULT NODE      starts the load of a round in which NODE, the primary, gets the fault
  quiet                 ends the load for now; after the fault, requests come one at a time
  fault                 notes the time of the fault
  recover               waits until another node accepts writes, and a while longer
  healthy               waits until one node leads, the others follow, and one is synchronous
  primary               names the node that leads
  check                 ends the load, and checks what was acknowledged
  report                writes the figures of all rounds into the file that an option names

Needs Patroni's Python, which has psycopg2.
"""

import argparse
import asyncio
import collections
import email
import email.policy
import json
import random
import re
import secrets
import statistics
import sys
import threading
import time
import urllib.parse
import urllib.request

import psycopg2

# Vestibule's promises, in seconds. A 503 comes within 3. A request succeeds within 2 of a new
# primary. A connection to a silent server costs more, so the limit is higher after such a fault.
SLOWEST_503 = 3.0
WELL_WITHIN = {"kill": 2.0, "stop": 5.0, "cut": 5.0}
# If a killed node had claimed an email, the email is due again after a minute. The rest is for a
# busy machine.
EMAIL_WITHIN = 75.0
# A longer wait for an HTTP response is a fault of its own.
HTTP_TIMEOUT = 15.0

DASHBOARD_EVERY, LOGIN_EVERY, SIGN_UP_EVERY, SESSION_EVERY, NODE_EVERY = 0.1, 0.5, 0.5, 0.2, 0.05
JOURNEYS, PAUSE = 3, 0.3

now = time.monotonic


def say(text):
    print(f"  {time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


# ---- HTTP ----

Answer = collections.namedtuple("Answer", "kind node began took status headers error")


def is_unavailable(answer):
    """Returns true if the outcome is unknown. The operation may or may not have happened."""
    return answer.status in (0, 503)


def cookie_of(answer, name):
    for key, value in answer.headers:
        if key == "set-cookie" and value.startswith(name + "="):
            return value.split(";")[0]
    return ""


def header_of(answer, name):
    return next((value for key, value in answer.headers if key == name), "")


async def exchange(port, data):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(data)
        await writer.drain()
        return await reader.read()
    finally:
        writer.close()


async def send(kind, port, method, path, form=None, cookies=""):
    body = urllib.parse.urlencode(form or {}).encode()
    # The server shares its queues among client networks, so these clients come from many.
    network = f"10.{random.randrange(256)}.{random.randrange(256)}.1"
    head = [
        f"{method} {path} HTTP/1.1",
        "Host: localhost",
        "Connection: close",
        f"X-Forwarded-For: {network}",
        f"Content-Length: {len(body)}",
        "User-Agent: Mozilla/5.0 Firefox/143.0",
    ]
    if method == "POST":
        head += ["Sec-Fetch-Site: same-origin", "Content-Type: application/x-www-form-urlencoded"]
    if cookies:
        head.append(f"Cookie: {cookies}")
    data = "\r\n".join(head).encode() + b"\r\n\r\n" + body
    began = now()
    try:
        raw = await asyncio.wait_for(exchange(port, data), HTTP_TIMEOUT)
        lines = raw.split(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
        status = int(lines[0].split()[1])
        headers = [
            (name.lower(), value.strip())
            for name, value in (line.split(":", 1) for line in lines[1:])
        ]
        return Answer(kind, port, began, now() - began, status, headers, "")
    except (OSError, asyncio.TimeoutError, ValueError, IndexError) as error:
        return Answer(
            kind, port, began, now() - began, 0, [], f"{type(error).__name__} {error}".strip()
        )


# ---- The mail server ----

Mail = collections.namedtuple("Mail", "kind token message_id at")
LINK = re.compile(r"/(verify|password/reset)\?token=([A-Za-z0-9_-]+)")


class Mailbox:
    """A mail server that keeps each email."""

    def __init__(self):
        self.mails = collections.defaultdict(list)
        self.arrived = asyncio.Event()

    async def serve(self, port):
        await asyncio.start_server(self.session, "127.0.0.1", port)

    async def session(self, reader, writer):
        def reply(line):
            writer.write(line.encode() + b"\r\n")

        reply("220 test")
        recipients = []
        try:
            while line := await reader.readline():
                word = line[:4].upper()
                if word == b"RCPT":
                    recipients.append(line.decode().split("<")[1].split(">")[0].lower())
                    reply("250 ok")
                elif word == b"DATA":
                    reply("354 go on")
                    self.keep(recipients, await self.data(reader))
                    recipients = []
                    reply("250 kept")
                elif word == b"QUIT":
                    reply("221 bye")
                    break
                else:
                    if word in (b"MAIL", b"RSET"):
                        recipients = []
                    reply("250 ok")
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    @staticmethod
    async def data(reader):
        lines = []
        while (line := await reader.readline()) != b".\r\n":
            if not line:
                raise asyncio.IncompleteReadError(b"", None)
            lines.append(line[1:] if line.startswith(b"..") else line)
        return b"".join(lines)

    def keep(self, recipients, raw):
        message = email.message_from_bytes(raw, policy=email.policy.default)
        link = LINK.search(message.get_body(("plain",)).get_content())
        kind, token = link.groups() if link else ("notice", "")
        for recipient in recipients:
            self.mails[recipient].append(Mail(kind, token, message["Message-ID"], now()))
        self.arrived.set()

    def of(self, address, kind):
        """Returns the emails of one kind, without further copies, oldest first."""
        first = {}
        for mail in self.mails[address]:
            if mail.kind == kind:
                first.setdefault(mail.message_id, mail)
        return list(first.values())

    async def wait_for(self, address, kind, count, until):
        while len(self.of(address, kind)) < count and not until():
            self.arrived.clear()
            try:
                await asyncio.wait_for(self.arrived.wait(), 0.5)
            except asyncio.TimeoutError:
                pass
        return self.of(address, kind)

    def copies(self, suffix):
        """Returns the number of emails that arrived again."""
        ids = [
            mail.message_id
            for address, mails in self.mails.items()
            if address.endswith(suffix)
            for mail in mails
        ]
        return len(ids) - len(set(ids))


# ---- PostgreSQL, directly ----


class Node(threading.Thread):
    """A thread that asks one server all the time whether it is the primary.

    If it is, the thread writes a row. It keeps the row's number if the commit is acknowledged. It
    uses a connection until that breaks, because an old primary may still serve old connections.
    """

    def __init__(self, name, host):
        super().__init__(daemon=True)
        self.node, self.host = name, host
        self.writes = []
        self.leads_since = None

    def connect(self):
        limits = {
            "connect_timeout": 2,
            "tcp_user_timeout": 2500,
            "keepalives_idle": 2,
            "keepalives_interval": 1,
            "keepalives_count": 3,
        }
        connection = psycopg2.connect(
            host=self.host, port=5432, user="postgres", dbname="postgres", **limits
        )
        connection.autocommit = True
        return connection

    def run(self):
        connection = None
        while True:
            try:
                connection = connection or self.connect()
                self.look(connection.cursor())
            except psycopg2.Error:
                if connection:
                    connection.close()
                connection = None
            time.sleep(NODE_EVERY)

    def look(self, cursor):
        cursor.execute("SELECT pg_is_in_recovery()")
        if not cursor.fetchone()[0]:
            number, began = secrets.token_hex(8), now()
            cursor.execute("INSERT INTO acknowledged VALUES (%s)", (number,))
            self.writes.append((began, now(), number))

    async def watch_role(self):
        """Asks Patroni, as HAProxy does."""
        while True:
            leads = False
            try:
                request = f"GET /primary HTTP/1.0\r\nHost: {self.host}\r\n\r\n".encode()
                reader, writer = await asyncio.wait_for(asyncio.open_connection(self.host, 8008), 1)
                writer.write(request)
                leads = b" 200 " in await asyncio.wait_for(reader.readline(), 1)
                writer.close()
            except (OSError, asyncio.TimeoutError):
                pass
            self.leads_since = (self.leads_since or now()) if leads else None
            await asyncio.sleep(NODE_EVERY)

    def query(self, text):
        connection = self.connect()
        try:
            cursor = connection.cursor()
            cursor.execute("SET statement_timeout = '30s'")
            cursor.execute(text)
            return cursor.fetchall()
        finally:
            connection.close()


# ---- The load of one way to connect ----


class Account:
    """The acknowledged state of one account. A password of None is uncertain."""

    def __init__(self, address):
        self.address = address
        self.password = secrets.token_hex(8) + " river lamp"
        self.old_passwords = []
        self.confirmed = False
        self.signed_up_at = None
        self.resets_asked = []


class Way:
    """Two nodes of Vestibule that reach the database in one way, and their clients."""

    def __init__(self, name, ports, mailbox):
        self.name, self.ports, self.mailbox = name, ports, mailbox
        self.turn = self.number = 0
        self.revoked = collections.deque(maxlen=400)
        self.tasks = []
        self.stopping = self.paused = False
        self.copies_before = 0
        self.clear()

    def clear(self):
        self.accounts, self.live, self.revoked_now = [], {}, []
        self.answers, self.problems = [], []
        self.acknowledged = self.unknown = 0

    def problem(self, text):
        self.problems.append(text)
        if len(self.problems) <= 30:
            say(f"{self.name}: {text}")

    def next_port(self):
        self.turn += 1
        return self.ports[self.turn % len(self.ports)]

    async def ask(self, kind, method, path, form=None, cookies=""):
        while self.paused:
            await asyncio.sleep(0.1)
        answer = await send(kind, self.next_port(), method, path, form, cookies)
        self.answers.append(answer)
        return answer

    # -- Probes --

    async def setup(self):
        self.reader, self.logger_in = [await self.new_account() for _ in range(2)]
        answer = await self.log_in(self.reader)
        self.reader_cookie = cookie_of(answer, "session")
        # Without the cookie of a known device, each login would send a notice.
        self.device_cookie = cookie_of(await self.log_in(self.logger_in), "device")

    async def new_account(self):
        account = self.next_account()
        answer = await self.ask(
            "set-up", "POST", "/signup", {"email": account.address, "password": account.password}
        )
        assert answer.status == 303, answer
        deadline = now() + 30
        mails = await self.mailbox.wait_for(account.address, "verify", 1, lambda: now() > deadline)
        answer = await self.ask("set-up", "POST", "/verify", {"token": mails[0].token})
        assert answer.status == 303, answer
        return account

    def next_account(self):
        self.number += 1
        return Account(f"u{self.number}@{self.name}.example.org")

    async def log_in(self, account, kind="set-up", password=None, cookies=""):
        form = {"email": account.address, "password": password or account.password}
        return await self.ask(kind, "POST", "/login", form, cookies)

    def start(self):
        self.stopping = False
        self.copies_before = self.mailbox.copies(f"@{self.name}.example.org")
        every = [
            (
                DASHBOARD_EVERY,
                lambda: self.ask("dashboard", "GET", "/dashboard", cookies=self.reader_cookie),
            ),
            (LOGIN_EVERY, lambda: self.log_in(self.logger_in, "login", cookies=self.device_cookie)),
            (SESSION_EVERY, self.try_revoked),
            (SESSION_EVERY, self.try_live),
            (SIGN_UP_EVERY, self.sign_up),
        ]
        self.tasks = [asyncio.create_task(self.repeat(*pair)) for pair in every]
        self.tasks += [asyncio.create_task(self.journeys()) for _ in range(JOURNEYS)]

    async def stop(self):
        self.stopping = True
        for result in await asyncio.gather(*self.tasks, return_exceptions=True):
            if isinstance(result, Exception):
                self.problem(f"the test itself failed: {type(result).__name__} {result}")

    async def repeat(self, period, work):
        """Starts `work` once in each period. Does not wait for responses, as clients do not."""
        running, due = set(), now()
        while not self.stopping:
            if not self.paused:
                task = asyncio.create_task(work())
                running.add(task)
                task.add_done_callback(running.discard)
            due = max(due + period, now())
            await asyncio.sleep(due - now())
        await asyncio.gather(*running)

    async def try_revoked(self):
        """Uses a session that ended a short time ago. An old primary may not know of the end."""
        if self.revoked:
            session, why = random.choice(list(self.revoked)[-20:])
            answer = await self.ask("revoked", "GET", "/dashboard", cookies=session)
            self.check_revoked(answer, why)

    async def try_live(self):
        if self.live:
            session = random.choice(list(self.live)[-20:])
            answer = await self.ask("live", "GET", "/dashboard", cookies=session)
            # A logout may have begun meanwhile.
            if answer.status not in (0, 200, 503) and session in self.live:
                self.problem(
                    f"a session of {self.live[session]} is not known: {answer.status} "
                    f"at {answer.began:.3f}, port {answer.node}"
                )

    def check_revoked(self, answer, why):
        """Returns False if an ended session was accepted."""
        is_ended = is_unavailable(answer) or header_of(answer, "location").startswith("/login")
        if not is_ended:
            self.problem(
                f"a session came back to life after {why}: {answer.status} at {answer.began:.3f}, "
                f"port {answer.node}"
            )
        return is_ended

    async def sign_up(self):
        """Signs up with a new address. A sign-up whose response is lost may have sent its email."""
        account = self.next_account()
        form = {"email": account.address, "password": account.password}
        answer = await self.ask("sign-up", "POST", "/signup", form)
        if answer.status == 303:
            account.signed_up_at = now()
            self.acknowledged += 1
            self.accounts.append(account)
            return account
        return None

    # -- The life of an account --

    async def journeys(self):
        while not self.stopping:
            await self.journey()

    async def one_at_a_time(self, port, duration):
        """Sends one request a second, so that each meets a connection idle since the fault."""
        until, statuses = now() + duration, []
        while now() < until:
            answer = await send("dashboard", port, "GET", "/dashboard", cookies=self.reader_cookie)
            self.answers.append(answer)
            statuses.append(f"{answer.status}/{answer.took:.1f}")
            await asyncio.sleep(1)
        say(f"{self.name} {port}: {' '.join(statuses)}")

    async def until_answered(self, kind, path, form, cookies=""):
        """Repeats a form until the response is not 503.

        Also returns true if an earlier attempt may have worked.
        """
        in_doubt = False
        while not self.stopping:
            answer = await self.ask(kind, "POST", path, form, cookies)
            if not is_unavailable(answer):
                self.acknowledged += answer.status == 303
                return answer, in_doubt
            in_doubt = True
            await asyncio.sleep(PAUSE)
        return None, True

    async def journey(self):
        account = await self.sign_up()
        await asyncio.sleep(PAUSE)
        if not account:
            return
        token = await self.link_of(account, "verify", 1)
        if not token or not await self.once(account, "verify", "/verify", {"token": token}):
            return
        account.confirmed = True
        session = await self.new_session(account)
        if not session or not await self.end_session(session):
            return
        session = await self.new_session(account)
        if session and await self.new_password(account, session):
            await self.new_session(account)

    async def link_of(self, account, kind, count, tried=()):
        mails = await self.mailbox.wait_for(account.address, kind, count, lambda: self.stopping)
        await asyncio.sleep(PAUSE)
        tokens = [mail.token for mail in mails if mail.token not in tried]
        return tokens[-1] if tokens else None

    async def once(self, account, kind, path, form, may_be_outdated=False):
        """Sends a form with a link that works once. Returns the status, or None if uncertain."""
        answer, in_doubt = await self.until_answered(kind, path, form)
        if answer and answer.status == 303:
            return 303
        if answer and answer.status == 410 and may_be_outdated and not in_doubt:
            return 410
        self.unknown += 1
        if answer and not (answer.status == 410 and in_doubt):
            self.problem(f"{kind} of {account.address}: {answer.status}, must be 303")
        return None

    async def new_session(self, account):
        form = {"email": account.address, "password": account.password}
        answer, _ = await self.until_answered("log-in", "/login", form)
        await asyncio.sleep(PAUSE)
        if not answer:
            return None
        session = cookie_of(answer, "session")
        if answer.status != 303 or not session:
            self.problem(f"login of {account.address}: {answer.status}, must be 303")
            return None
        self.live[session] = account.address
        return session

    async def end_session(self, session):
        del self.live[session]
        answer, _ = await self.until_answered("log-out", "/logout", {}, session)
        await asyncio.sleep(PAUSE)
        if not answer or answer.status != 303:
            return False
        self.revoke(session, "logout")
        return True

    def revoke(self, session, why):
        self.revoked.append((session, why))
        self.revoked_now.append((session, why))

    async def new_password(self, account, session):
        form = {"email": account.address}
        answer, in_doubt = await self.until_answered("forgot", "/password/forgot", form)
        if not answer or answer.status != 303:
            return False
        tried = []
        while True:
            account.resets_asked.append(now())
            token = await self.link_of(account, "password/reset", len(account.resets_asked), tried)
            if not token:
                return False
            tried.append(token)
            status = await self.reset(account, session, token, may_be_outdated=in_doubt)
            if status != 410:
                return status == 303
            # An attempt without a response sent this email. Then there must be another one with a
            # newer link.

    async def reset(self, account, session, token, may_be_outdated):
        password, old = secrets.token_hex(8) + " other boat", account.password
        # Until the acknowledgement, the password is uncertain.
        account.password = None
        self.live.pop(session, None)
        form = {"token": token, "password": password}
        status = await self.once(account, "reset", "/password/reset", form, may_be_outdated)
        if status == 303:
            account.password = password
            account.old_passwords.append(old)
            self.revoke(session, "a new password")
        elif status == 410:
            account.password = old
            self.live[session] = account.address
        return status

    # -- Checks --

    async def check(self, deadline):
        """Checks everything that was acknowledged in this round. The load has ended by now."""
        lost = await self.missing_emails(deadline)
        slots = asyncio.Semaphore(4)

        async def one(check, *arguments):
            async with slots:
                return await check(*arguments)

        usable = [account for account in self.accounts if account.confirmed and account.password]
        checks = [one(self.check_account, account) for account in usable]
        checks += [one(self.check_live, *item) for item in self.live.items()]
        checks += [one(self.check_ended, *item) for item in self.revoked_now]
        return lost + sum(await asyncio.gather(*checks))

    async def missing_emails(self, deadline):
        lost = 0
        for account in self.accounts:
            for kind, times in (
                ("verify", [account.signed_up_at]),
                ("password/reset", account.resets_asked),
            ):
                mails = await self.mailbox.wait_for(
                    account.address, kind, len(times), lambda: now() > deadline
                )
                if len(mails) < len(times):
                    lost += 1
                    self.problem(
                        f"no email ({kind}) for {account.address}, acknowledged at {times[-1]:.3f}"
                    )
        return lost

    async def certain(self, request):
        """Repeats a request until its outcome is known. Returns the response."""
        for _ in range(20):
            answer = await request()
            if not is_unavailable(answer):
                return answer
            await asyncio.sleep(0.5)
        return answer

    async def check_account(self, account):
        answer = await self.certain(lambda: self.log_in(account, "check"))
        lost = answer.status != 303
        if lost:
            self.problem(f"{account.address} cannot log in: {answer.status}")
        for old in account.old_passwords:
            answer = await self.certain(lambda: self.log_in(account, "check", old))
            if answer.status != 422:
                lost = True
                self.problem(f"the old password of {account.address} still works: {answer.status}")
        return int(lost)

    async def check_live(self, session, address):
        answer = await self.certain(lambda: self.ask("check", "GET", "/dashboard", cookies=session))
        if answer.status != 200:
            self.problem(f"a session of {address} is lost: {answer.status}")
        return int(answer.status != 200)

    async def check_ended(self, session, why):
        answer = await self.certain(lambda: self.ask("check", "GET", "/dashboard", cookies=session))
        return 0 if self.check_revoked(answer, why) else 1

    # -- Figures --

    def probes(self, kind):
        return [answer for answer in self.answers if answer.kind == kind]

    @staticmethod
    def is_success(answer):
        return answer.status == {"dashboard": 200, "login": 303}[answer.kind]

    def first_success(self, kind, fault):
        """Returns the time of the first success after a failure."""
        failed = None
        for answer in sorted(self.probes(kind), key=lambda answer: answer.began):
            if answer.began + answer.took < fault:
                continue
            if not self.is_success(answer):
                failed = failed or answer.began
            elif failed:
                return answer.began + answer.took
        return None

    def first_success_of_few(self, writes_at):
        """Returns the time of the first success in a round without requests during the outage."""
        return min(
            (
                answer.began + answer.took
                for answer in self.probes("dashboard")
                if answer.began >= writes_at and self.is_success(answer)
            ),
            default=None,
        )

    def recovered_at(self, fault, writes_at):
        if not any(fault < answer.began < writes_at for answer in self.answers):
            return self.first_success_of_few(writes_at)
        times = [self.first_success(kind, fault) for kind in ("dashboard", "login")]
        return None if None in times else max(times)

    def assess(self, fault, writes_at, limit):
        """Checks times and statuses of the round. Returns its figures."""
        recovered = self.recovered_at(fault, writes_at)
        if recovered is None:
            self.problem("there was no outage and recovery to measure")
            recovered = float("nan")
        elif recovered > writes_at + limit:
            late_by = recovered - writes_at
            self.problem(f"first success {late_by:.2f} s after the new primary, limit {limit} s")
        slowest = 0.0
        odd = collections.Counter()
        for answer in self.answers:
            if answer.status == 503:
                slowest = max(slowest, answer.took)
                if not header_of(answer, "retry-after"):
                    odd[f"503 without Retry-After ({answer.kind})"] += 1
            elif answer.status == 0 or answer.status >= 500:
                odd[f"{answer.status} {answer.error} ({answer.kind})"] += 1
        for what, count in odd.items():
            self.problem(f"{count} responses: {what}")
        slow = [
            answer for answer in self.answers if answer.status == 503 and answer.took > SLOWEST_503
        ]
        if slow:
            texts = [
                f"{answer.kind} {answer.took:.2f} s, "
                f"begun {answer.began - fault:+.2f} s after the fault"
                for answer in sorted(slow, key=lambda answer: -answer.took)[:10]
            ]
            self.problem(
                f"{len(slow)} responses 503 took longer than {SLOWEST_503} s: {'; '.join(texts)}"
            )
        late = [
            answer
            for answer in self.answers
            if answer.status == 503 and answer.began > writes_at + limit
        ]
        if late:
            last = max(late, key=lambda answer: answer.began)
            self.problem(
                f"{len(late)} responses 503 to requests later than {limit} s after the new "
                f"primary, the last to {last.kind} {last.began - writes_at:.2f} s after it"
            )
        return {
            "outage": recovered - fault,
            "after": recovered - writes_at,
            "slowest": slowest,
            "number_503": sum(answer.status == 503 for answer in self.answers),
            "acknowledged": self.acknowledged,
            "unknown": self.unknown,
            "copies": self.mailbox.copies(f"@{self.name}.example.org") - self.copies_before,
        }


# ---- Rounds ----


class Test:
    def __init__(self, options):
        self.report_file = options.report
        self.mailbox = Mailbox()
        self.nodes = {
            name: Node(name, host) for name, host in (node.split("=") for node in options.node)
        }
        self.ways = [
            Way(name, [int(port) for port in ports.split(",")], self.mailbox)
            for name, ports in (way.split("=") for way in options.way)
        ]
        self.results = []
        self.lag = 0.0

    async def run(self, smtp_port):
        await self.mailbox.serve(smtp_port)
        self.watchers = [asyncio.create_task(node.watch_role()) for node in self.nodes.values()]
        self.watchers.append(asyncio.create_task(self.watch_lag()))
        for node in self.nodes.values():
            node.start()
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        while line := (await reader.readline()).decode().split():
            try:
                reply = await getattr(self, line[0])(*line[1:])
            except Exception as error:  # The script must learn of any failure.
                reply = f"failed: {type(error).__name__} {error}"
            print(reply, flush=True)

    async def watch_lag(self):
        """Measures how late this program runs. Its times are wrong by about as much."""
        while True:
            due = now() + 0.05
            await asyncio.sleep(0.05)
            self.lag = max(self.lag, now() - due)

    def leader(self):
        leaders = [node for node in self.nodes.values() if node.leads_since]
        return leaders[0] if len(leaders) == 1 else None

    async def primary(self):
        leader = self.leader()
        return f"ok {leader.node}" if leader else "failed: there is not one primary"

    async def setup(self):
        for way in self.ways:
            await way.setup()
        return "ok"

    async def begin(self, fault, name):
        self.fault_kind, self.old = fault, self.nodes[name]
        self.fault_at = self.new = self.writes_at = self.leads_at = None
        for way in self.ways:
            way.clear()
            way.start()
        # The fault must meet sessions to revoke and emails in delivery.
        await asyncio.sleep(6)
        for way in self.ways:
            bad = [
                answer
                for answer in way.answers
                if answer.began > now() - 2 and answer.status in (0, 500, 503)
            ]
            if bad:
                return f"failed: {way.name} has errors before the fault: {bad[-1]}"
        return "ok"

    async def quiet(self):
        for way in self.ways:
            way.paused = True
        await asyncio.sleep(4)
        return "ok"

    async def fault(self):
        self.fault_at = now()
        self.lag = 0.0
        return "ok"

    async def recover(self):
        deadline = self.fault_at + 120
        while now() < deadline:
            for node in self.nodes.values():
                if node is self.old:
                    continue
                if node.leads_since and not self.leads_at:
                    self.leads_at = node.leads_since
                written = [end for began, end, _ in node.writes[-200:] if began > self.fault_at]
                if written and not self.writes_at:
                    self.writes_at, self.new = written[0], node
            if self.writes_at and self.leads_at:
                break
            await asyncio.sleep(0.02)
        else:
            return "failed: no other node became the primary within 120 s"
        quiet = [
            way.one_at_a_time(port, 30) for way in self.ways if way.paused for port in way.ports
        ]
        await asyncio.gather(*quiet)
        for way in self.ways:
            way.paused = False
        # Long enough to see a late relapse.
        await asyncio.sleep(WELL_WITHIN[self.fault_kind] + 4)
        return f"ok {self.new.node} leads {self.leads_at - self.fault_at:.1f} s after the fault"

    async def healthy(self):
        deadline, good = now() + 180, 0
        why = ""
        while now() < deadline:
            why = await asyncio.to_thread(self.what_is_missing)
            good = 0 if why else good + 1
            if good == 3:
                return "ok"
            await asyncio.sleep(0.5)
        return f"failed: the cluster is not healthy after 180 s: {why}"

    def what_is_missing(self):
        leader = self.leader()
        if not leader:
            return "no primary"
        try:
            rows = leader.query(
                "SELECT application_name, state, sync_state FROM pg_stat_replication"
            )
            with urllib.request.urlopen(
                f"http://{leader.host}:8008/cluster", timeout=3
            ) as response:
                members = json.load(response)["members"]
        except (psycopg2.Error, OSError, ValueError) as error:
            return str(error).strip()
        streaming = sorted(row[0] for row in rows if row[1] == "streaming")
        if streaming != sorted(set(self.nodes) - {leader.node}):
            return f"streaming to {streaming}"
        # Patroni promotes only a server that has this role in etcd.
        synchronous = [member["name"] for member in members if member["role"] == "sync_standby"]
        if [row[0] for row in rows if row[2] == "sync"] != synchronous or len(synchronous) != 1:
            return f"synchronous is {synchronous}, replication {rows}"
        return ""

    async def check(self):
        # Gives the old primary time to do something wrong after its return.
        await asyncio.sleep(2)
        lag = self.lag
        await asyncio.gather(*(way.stop() for way in self.ways))
        limit = WELL_WITHIN[self.fault_kind]
        figures = {way.name: way.assess(self.fault_at, self.writes_at, limit) for way in self.ways}
        deadline = now() + EMAIL_WITHIN
        lost = await asyncio.gather(*(way.check(deadline) for way in self.ways))
        own = await asyncio.to_thread(self.lost_writes)
        texts = []
        for way, number in zip(self.ways, lost):
            result = figures[way.name]
            result |= {
                "fault": self.fault_kind,
                "way": way.name,
                "lost": number,
                "failed": bool(way.problems or own),
                "leads": self.fault_at + result["outage"] - self.leads_at,
            }
            self.results.append(result)
            texts.append(
                f"{way.name} {result['after']:+.2f} s, "
                f"{result['acknowledged']} acknowledged, {number} lost"
            )
        problems = sum(len(way.problems) for way in self.ways) + own
        head = (
            f"writes after {self.writes_at - self.fault_at:.1f} s; "
            f"{'; '.join(texts)}; the test lagged {lag:.2f} s"
        )
        return f"failed {problems} checks; {head}" if problems else f"ok {head}"

    def lost_writes(self):
        """Returns the number of acknowledged direct writes that the primary does not have."""
        writes = {}
        for node in self.nodes.values():
            writes[node.node] = list(node.writes)
            del node.writes[: len(writes[node.node])]
        kept = {row[0] for row in self.leader().query("SELECT number FROM acknowledged")}
        lost = 0
        for node in self.nodes.values():
            gone = [(began, number) for began, _, number in writes[node.node] if number not in kept]
            lost += len(gone)
            if gone:
                say(
                    f"{node.node}: {len(gone)} acknowledged direct writes are lost, "
                    f"one from {gone[0][0]:.3f}"
                )
        return lost

    async def report(self):
        with open(self.report_file, "w", encoding="utf-8") as file:
            file.write(self.table())
            file.write("\n")
        return "ok"

    def table(self):
        lines = [
            "                                     outage    after /primary"
            "      after write  slowest",
            "fault way        rounds failed    med    max     med    max"
            "     med    max      503    503s  acked  unknown  lost  copies",
        ]
        groups = collections.defaultdict(list)
        for result in self.results:
            groups[result["fault"], result["way"]].append(result)
        for (fault, way), results in groups.items():

            def column(name):
                return [result[name] for result in results]

            times = "  ".join(
                f"{statistics.median(column(name)):6.2f} {max(column(name)):6.2f}"
                for name in ("outage", "leads", "after")
            )
            lines.append(
                f"{fault:5} {way:10} {len(results):6} {sum(column('failed')):6} {times}"
                f"  {max(column('slowest')):7.2f} {sum(column('number_503')):7}"
                f" {sum(column('acknowledged')):6}  {sum(column('unknown')):7}"
                f"  {sum(column('lost')):4}  {sum(column('copies')):6}"
            )
        return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument(
        "--node", action="append", required=True, help="NAME=HOST of a PostgreSQL server"
    )
    parser.add_argument(
        "--way", action="append", required=True, help="NAME=PORT,PORT of two nodes of Vestibule"
    )
    parser.add_argument("--smtp-port", type=int, required=True)
    parser.add_argument("--report", required=True, help="the file for the figures")
    options = parser.parse_args()
    asyncio.run(Test(options).run(options.smtp_port))


main()
