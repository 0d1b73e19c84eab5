"""A made-up family with a form, and a router of it: what the tests of trying a login share."""

import msgspec
import pytest

from netguard.model.login import Lock, Secret
from netguard.probe._contract import Target
from netguard.probe._login.schemes import form
from netguard.probe._login.talk import Talk
from netguard.probe._login.trying import Trying
from netguard.rules.logins import Answer, Attempts, LoginFamily, Menus, Pair, Protected, Request
from netguard.rules.schema import Verified
from tests.logins.server import Router, Said
from tests.servers import LOOPBACK

SOURCE = "https://example.org/manual"
PASSWORDS = ("first-of-two-0815", "second-of-two-4711", "never-sent-9999")


def family(scheme="form", *, lock=None, pairs=PASSWORDS[:2], **given):
    attempts = Attempts(
        scheme=scheme,
        pairs=tuple(Pair(account="admin", password=Secret(p), source=SOURCE) for p in pairs),
        lock=lock or Lock(after=None, source=SOURCE),
        protected=Protected(
            request=Request(path="/status"), opens=Answer(status=(200,), body=("Uptime", "Log out")),
        ),
        request=Request(path="/login", method="POST", fields={"user": "{account}", "pw": "{password}"}),
        accepted=Answer(status=(302,), header={"location": "/status"}),
        refused=Answer(body=("Wrong password",)),
        busy=Answer(body=("Another administrator",)),
        logout=Request(path="/logout"),
    )  # fmt: skip
    return LoginFamily(
        schema=1, id="made-up", name="Made up", confidence="memory", verified=Verified(how="memory", when="2026-11-27"),
        sources=(), factory="It has one.", menus=Menus(password="Menu"), hints=(), marks=(),
        attempts=msgspec.structs.replace(attempts, **given),
    )  # fmt: skip


class Made(Router):
    """A router with a form; what it does otherwise each test says."""

    FACTORY = ("admin", PASSWORDS[1])
    LOCKS_AFTER = 5

    def page(self, asked):
        return Said(status=401 if asked.path == "/status" else 200, body="<title>Made up</title>Log in")

    def log_in(self, asked):
        if asked.path != "/login":
            return None
        if not self.check(asked.form["user"], asked.form["pw"]):
            return Said(body="Wrong password")
        return Said(status=302, headers={"Location": "/status"}, cookies=(f"sid={self.new_session()}; path=/",))

    def inside(self, asked):
        if asked.path == "/logout":
            self.sessions.clear()
        return Said(body="Uptime 3 days. Log out") if asked.path == "/status" else None


@pytest.fixture(autouse=True)
def paused(monkeypatch):
    """The pauses that were made, which take no time here."""
    made = []
    monkeypatch.setattr("netguard.net.control.Cancel.pause", lambda self, seconds: made.append(seconds))
    return made


def begun(router, net, record=None, scheme=form):
    return Trying(record or family(), scheme, Talk(Target(address=LOOPBACK, port=router.port), net))
