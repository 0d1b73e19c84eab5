"""No password that netguard sends is in anything it writes or says: whole scans of a router that takes one, searched for it.

The factory's login is one of the person's own record, and its password a text that stands nowhere else. Searched are all
files of the person, with the history's rows unpacked, all streams, and what a crash in the middle of a login leaves.
"""

import base64
import hashlib
import json
import logging
import sqlite3
import zlib
from datetime import UTC, datetime
from types import SimpleNamespace
from urllib.parse import quote, quote_plus

import pytest

from netguard import exitcodes, registry
from netguard.cli import _run, _scheduled, _session
from netguard.history.ledger import LoginLedger
from netguard.history.store import History
from netguard.model import address
from netguard.model.device import Coverage, Service
from netguard.model.home import Enrolment
from netguard.model.observation import Sighting
from netguard.model.surroundings import Surroundings
from netguard.model.vantage import NextHop, Segment, Vantage
from netguard.model.vocabulary import PortState, Transport
from netguard.probe._contract import Target
from netguard.probe._login import trying
from netguard.probe._login.schemes import form
from netguard.vantage import home
from tests.logins.server import Mood, Router, Said, digest_is_right
from tests.servers import LOOPBACK

PASSWORD = "Zq7/tumble+weed?=&Ü é41"
"""In no other place of this computer; with all that makes its forms differ."""

MAC = address.mac("00:00:5e:00:53:01")
OWN = address.ip("127.0.0.9")

RECORD = """\
schema: 1
id: made-up
name: Made up
confidence: documented
verified: {how: documents, when: "2026-11-27"}
sources: [{url: "https://example.org/manual", checked: "2026-11-27"}]
factory: It has one.
menus: {password: "Menu > Password"}
hints: [{fact: http.title, value: "Made up"}]
marks:
  - {fact: http.title, value: "Made up"}
  - {fact: http.server, value: "made-up/1"}
attempts:
  scheme: SCHEME
  pairs: [{account: admin, password: PASSWORD, source: "https://example.org/manual"}]
  lock: {after: null, source: "https://example.org/manual"}
  protected:
    request: {path: /status}
    opens: {status: [200], body: ["Uptime", "Log out"]}
"""
FORM = """\
  accepted: {status: [302]}
  refused: {body: ["Wrong password"]}
  logout: {path: /logout}
"""
SENT = {
    "form": "  request: {path: /login, method: POST, fields: {user: '{account}', pw: '{password}'}}\n" + FORM,
    "query": "  request: {path: '/login?user={account}&pw={password|quote}'}\n" + FORM,
    "digests": '  request: {path: /login, method: POST, body: \'{"user": "{account}", "pw": "{password|sha256}"}\'}\n'
    + FORM,
    "basic": "",
    "digest": "",
}
"""How a record may send it."""


def forms(password):
    """All that it may have been made into on the way."""
    texts = {password, f"admin:{password}"}
    for text in tuple(texts):
        data = text.encode()
        digests = {hashlib.new(name, data).hexdigest() for name in ("md5", "sha1", "sha256", "sha512")}
        texts |= digests | {digest.upper() for digest in digests}
        texts |= {quote(text), quote(text, safe=""), quote_plus(text), base64.b64encode(data).decode().rstrip("=")}
        texts |= {json.dumps(text)[1:-1], repr(text)[1:-1], ascii(text)[1:-1], text[::-1], data.hex()}
        texts |= {base64.b64encode(text.encode("latin-1")).decode().rstrip("=")}
    return {form.encode() for form in texts}


class Made(Router):
    """A router with a login of each kind, by `record`."""

    FACTORY = ("admin", PASSWORD)
    record = "form"

    def page(self, asked):
        headers = {"Server": "made-up/1"}
        if asked.path == "/status":
            ways = {"basic": 'Basic realm="x"', "digest": 'Digest realm="x", nonce="1f", qop="auth"'}
            more = {"WWW-Authenticate": ways[self.record]} if self.record in ways else {}
            return Said(status=401, headers=headers | more, body="Log in")
        return Said(headers=headers, body="<html><head><title>Made up</title></head><body>Log in</body></html>")

    def log_in(self, asked):
        if asked.path != "/login":
            return None
        given = {"query": lambda: asked.query, "form": lambda: asked.form, "digests": lambda: json.loads(asked.body)}
        pw = given[self.record]()["pw"]
        right = hashlib.sha256(self.password.encode()).hexdigest() if self.record == "digests" else self.password
        if not self.check_proof("admin", lambda _: pw == right):
            return Said(body="Wrong password")
        return Said(status=302, headers={"Location": "/"}, cookies=(f"sid={self.new_session()}; path=/",))

    def is_in(self, asked):
        if self.record == "basic":
            return asked.basic == ("admin", self.password)
        if self.record == "digest":
            return digest_is_right(asked, "admin", self.password)
        return super().is_in(asked)

    def inside(self, asked):
        return Said(body="Uptime 3 days. Log out") if asked.path in {"/status", "/logout"} else None


@pytest.fixture
def person(tmp_path, monkeypatch):
    """Somebody whose files are all below one folder, with a record of their own; gives it away by `record(kind)`."""
    folder = tmp_path / "person"
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "HOME", "TMPDIR"):
        monkeypatch.setenv(name, str(folder / name.lower()))
        (folder / name.lower()).mkdir(parents=True)
    monkeypatch.setenv("NETGUARD_CONFIG", str(tmp_path / "settings" / "config.toml"))
    (tmp_path / "settings" / "rules" / "logins").mkdir(parents=True)
    (tmp_path / "settings" / "config.toml").write_text("")
    monkeypatch.chdir(folder)
    monkeypatch.setattr(trying, "PAUSE", 0.0)

    def record(kind):
        scheme = kind if kind in {"basic", "digest"} else "form"
        text = RECORD.replace("PASSWORD", json.dumps(PASSWORD, ensure_ascii=False)).replace("SCHEME", scheme)
        where = tmp_path / "settings" / "rules" / "logins" / "made-up.yaml"
        where.write_text(text + SENT[kind], encoding="utf-8")

    return SimpleNamespace(
        folder=folder, record=record, url=f"sqlite:///{folder}/history.db", settings=tmp_path / "settings"
    )


@pytest.fixture
def around(monkeypatch):
    """Loopback as a home whose router is at 127.0.0.1; of the stages only who is there and what is open is made up."""
    vantage = Vantage(
        os="linux", interface="lo", address=OWN, segment=Segment(prefix=address.network("127.0.0.0/28")),
        gateway=NextHop(address=LOOPBACK, mac=MAC),
    )  # fmt: skip
    seen = Surroundings(vantage=vantage, prefixes=(vantage.segment.prefix,))
    monkeypatch.setattr(_session, "give_up_root", lambda user: _session.Rights(opener=None))
    monkeypatch.setattr(_session, "look", lambda interface, rights: (seen, tuple))
    return seen


@pytest.fixture
def router(monkeypatch, around):
    """Starts the router of that home."""
    started = []

    def start(kind, mood=Mood.FACTORY):
        Made.record = kind
        one = Made(mood)
        started.append(one)
        real = registry.load_all

        def ports(target, net):
            yield Service(address=LOOPBACK, transport=Transport.TCP, port=one.port, state=PortState.OPEN, name="http")
            yield Coverage(address=LOOPBACK, transport=Transport.TCP, ports="1-65535", engine="builtin")

        def open_ones(device, ask):
            return [Target(address=LOOPBACK, port=1)] if LOOPBACK in device.addresses else []

        here = Sighting(source="arp", detail="is here", address=LOOPBACK, mac=MAC)
        stages = {
            "netguard.discover": {
                "arp": SimpleNamespace(
                    AFTER=frozenset(), LISTENS=False, skip=lambda ask: None, discover=lambda ask, net: iter((here,)),
                ),
            },
            "netguard.probe": real("netguard.probe", "NEEDS", "PROVIDES")
            | {
                "ports": SimpleNamespace(
                    NEEDS=frozenset(), PROVIDES=frozenset({"ports"}), wants=open_ones, probe=ports,
                ),
            },
        }  # fmt: skip
        monkeypatch.setattr(registry, "load_all", lambda package, *needs: stages.get(package) or real(package, *needs))
        return one

    yield start
    for one in started:
        one.__exit__(None, None, None)


@pytest.fixture
def enrolled(person, around, monkeypatch):
    """It is known as theirs, which loopback by itself can never be."""
    theirs = Enrolment(site="home", gateway_mac=MAC, prefixes=around.prefixes, enrolled_at=datetime.now(UTC))
    with History.open(person.url) as history:
        history.remember(theirs)
    monkeypatch.setattr(home, "recognise", lambda around, enrolments: theirs)


def kept(person):
    """All that is in the person's files, and in the history what is packed there; the settings are theirs to write."""
    found = [path.read_bytes() for path in person.folder.rglob("*") if path.is_file()]
    for path in person.folder.rglob("*"):
        if not path.is_file() or not path.read_bytes().startswith(b"SQLite format 3"):
            continue
        with sqlite3.connect(path) as history:
            for (table,) in history.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                for row in history.execute(f"SELECT * FROM {table}"):
                    found += [zlib.decompress(v) if isinstance(v, bytes) else str(v).encode() for v in row]
    return found


def nothing_of_it_in(*texts):
    for text in texts:
        data = text if isinstance(text, bytes) else text.encode()
        assert not [form for form in forms(PASSWORD) if form.lower() in data.lower()]


def by_hand(person, **given):
    defaults = {
        "interface": "lo", "my_network": True, "wifi": "off", "logins": True, "yes": True, "verbose": True, "database": person.url,
        "transcript": person.folder / "acts", "json_file": "-", "html_file": str(person.folder / "report.html"),
    }  # fmt: skip
    return _run.run(_run.Request(**(defaults | given)))


def sent(one):
    """Whether the router got the factory's login: then there is something to find."""
    said = [str((asked.path, asked.query, asked.form, asked.basic)) for asked in one.asked]
    digest = hashlib.sha256(PASSWORD.encode()).hexdigest()
    texts = (
        said + [asked.body.decode() for asked in one.asked] + [a.headers.get("authorization", "") for a in one.asked]
    )
    return any(PASSWORD in text or digest in text or "Digest username" in text for text in texts)


def tried(out):
    return [o["value"] for o in json.loads(out)["observations"] if o["kind"] == "login.tried"]


def reasons(out):
    attempts = json.loads(out)["attempts"]
    return [(a["outcome"], a["reason"]) for a in attempts if a["stage"] == "probe.login-attempts"]


@pytest.mark.parametrize("kind", SENT)
def test_a_scan_that_gets_in_keeps_nothing_of_the_password(person, router, capfd, caplog, kind):
    caplog.set_level(logging.DEBUG)
    person.record(kind)
    one = router(kind)
    assert by_hand(person) == exitcodes.DONE
    out, errors = capfd.readouterr()
    assert tried(out) == ["accepted"], reasons(out)
    assert sent(one)
    assert len(kept(person)) > 20
    nothing_of_it_in(out, errors, caplog.text, *kept(person))


def test_a_scan_that_does_not_get_in_says_as_little_and_counts_though_it_is_not_saved(person, router, capfd):
    person.record("form")
    one = router("form", Mood.CHANGED)
    assert by_hand(person, no_save=True) == exitcodes.DONE
    out, errors = capfd.readouterr()
    assert tried(out) == ["refused"]
    assert sent(one)
    nothing_of_it_in(out, errors, *kept(person))
    (counted,) = LoginLedger(person.url).tried(MAC)
    assert counted.tries == one.wrong == 2
    assert by_hand(person, no_save=True) == exitcodes.DONE
    assert "is not tried twice within 24 hours" in str(reasons(capfd.readouterr().out))
    assert one.wrong == 2


def test_the_log_of_a_schedule_has_nothing_of_it(person, router, enrolled, capfd):
    person.record("form")
    one = router("form")
    (person.settings / "config.toml").write_text(f'logins = ["{MAC}"]\n')
    assert _scheduled.run(every="day", database=person.url) == exitcodes.DONE
    assert sent(one)
    out, errors = capfd.readouterr()
    assert _scheduled.log_path().read_text()
    nothing_of_it_in(out, errors, *kept(person))


def test_a_schedule_tries_nothing_that_the_settings_do_not_name(person, router, enrolled):
    person.record("form")
    one = router("form")
    assert _scheduled.run(every="day", database=person.url) == exitcodes.DONE
    assert one.asked
    assert not sent(one)
    assert LoginLedger(person.url).tried(MAC) == ()


def crash(talk, attempts, account, password):
    raise ValueError(f"{password.reveal()!r} is not what I thought")


def told_by_the_request(talk, attempts, account, password):
    talk.send(f"/login?pw={password.reveal()}")


def out_of_reach(talk, attempts, account, password):
    password.reveal().encode("ascii")


@pytest.mark.parametrize(
    ("mistake", "said"),
    [
        (crash, "netguard's own mistake: RuntimeError: ValueError while a login was tried"),
        (told_by_the_request, "it gave something to send back that no request can carry"),
        (out_of_reach, "netguard's own mistake: RuntimeError: UnicodeEncodeError while a login was tried"),
    ],
)
def test_a_crash_in_the_middle_of_it_says_its_kind_and_no_more(person, router, monkeypatch, capfd, mistake, said):
    def log_in(talk, attempts, account, password):
        password = attempts.pairs[0].password  # as if the control had been let by
        mistake(talk, attempts, account, password)

    monkeypatch.setattr(form, "log_in", log_in)
    person.record("form")
    router("form")
    assert by_hand(person) == exitcodes.DONE
    out, errors = capfd.readouterr()
    assert reasons(out) == [("failed", said)]
    assert said in errors
    nothing_of_it_in(out, errors, *kept(person))


def test_a_history_that_cannot_be_used_sends_no_login_and_says_why(person, router, monkeypatch, capfd):
    """A scan whose history goes away in between tries nothing that it could not count."""
    person.record("form")
    one = router("form")
    monkeypatch.setattr(
        LoginLedger, "__init__", lambda self, url: setattr(self, "_url", f"sqlite:///{person.folder}/report")
    )
    (person.folder / "report").write_text("no database, but some words")
    by_hand(person)
    ((outcome, why),) = reasons(capfd.readouterr().out)
    assert outcome == "failed"
    assert "report" in why
    assert not sent(one)
    assert one.wrong == 0
