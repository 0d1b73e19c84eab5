"""The router's own login, by real daemons: lighttpd that asks by Basic and Digest, dropbear and two telnetds that ask nothing.

The pages are of a made-up family, whose record the laptop has beside netguard's own. Each scan knows one of the pages by it.
"""

import base64
import hashlib
import re
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from netguard.demo import catalogue, daemons
from netguard.demo.homes import Home, Server
from netguard.demo.running import RunningHome
from netguard.model import codec
from netguard.model.scan import Scan
from netguard.model.vocabulary import Outcome, Role, Severity, Status
from tests.lab.conftest import namespaces
from tests.lab.scanning import SCAN_SECONDS, by_address, findings, start

PASSWORD, OWNERS = "lab-factory-7431", "quiet-harbour-71"
PAGES = {
    "basic": (80, PASSWORD),
    "digest": (8081, PASSWORD),
    "changed": (8082, OWNERS),
    "digest-changed": (8083, OWNERS),
}
"""By the page's kind its port, and the password that it has."""

FLUSH_SECONDS = 5
"""lighttpd writes its log in pieces: a scan's last request is in it some seconds after the scan has ended."""

RECORD = """\
schema: 1
id: lab-{kind}
name: Lab {kind}
confidence: documented
verified: {{how: documents, when: "2026-11-27"}}
sources: [{{url: "https://example.org/manual", checked: "2026-11-27"}}]
factory: It has one.
menus: {{password: "System > Password"}}
hints: [{{fact: http.title, value: "Lab {kind}"}}]
marks:
  - {{fact: http.title, value: "Lab {kind}"}}
  - {{fact: http.server, value: "lab-router/1"}}
attempts:
  scheme: {scheme}
  pairs: [{{account: admin, password: {password}, source: "https://example.org/manual"}}]
  lock: {{after: 10, source: "https://example.org/manual"}}
  protected:
    request: {{path: /inside/status.html}}
    opens: {{status: [200], body: ["Uptime", "Log out"]}}
"""

SOCKET = """\
$SERVER["socket"] == "{address}:{port}" {{
  server.document-root = "{folder}/{kind}"
  server.tag = "lab-router/1"
  accesslog.filename = "{folder}/{kind}.log"
  accesslog.format = "%s %U"
  auth.backend.plain.userfile = "{folder}/{kind}.users"
  auth.require = ( "/inside/" => ( "method" => "{method}", "realm" => "lab", "require" => "valid-user" ) )
}}
"""


def a_home() -> Home:
    """A laptop, and a router with an SSH and two telnets that let in whoever comes."""
    let_in = (("login", "none"),)
    usual = catalogue.router()
    servers = (
        *(s for s in usual.servers if s.kind == "nameserver"),
        Server(kind="ssh", port=22, stands_in_for="dropbear", options=let_in),
        Server(kind="telnet", port=23, stands_in_for="telnetd", options=let_in),
        Server(kind="telnet", port=2323, stands_in_for="busybox-telnetd", options=let_in),
    )
    router = replace(usual, servers=servers, upnp=None, daemons=("dnsmasq", "dropbear", "telnetd", "busybox-telnetd"))
    return Home(prefix="10.57.0.0/24", router=router, laptop=catalogue.laptop(), devices=())


def method(kind: str) -> str:
    return "digest" if "digest" in kind else "basic"


def serve(home: RunningHome, folder: Path) -> None:
    """Run the real lighttpd on the router, with a page of each kind."""
    found = daemons.find("lighttpd")
    if found is None:
        pytest.skip("needs the real lighttpd: `make lab` fetches it")
    modules = Path(found).parents[1] / "lib" / "lighttpd"
    if not (modules / "mod_accesslog.so").exists():
        pytest.skip(f"needs lighttpd's modules beside it, in {modules.name}")
    address = str(home.device("router").address)
    sockets = ""
    for kind, (port, password) in PAGES.items():
        inside = folder / kind / "inside"
        inside.mkdir(parents=True)
        (folder / kind / "index.html").write_text(f"<html><head><title>Lab {kind}</title></head>Log in</html>")
        (inside / "status.html").write_text("<html>Uptime 3 days. <a>Log out</a></html>")
        (folder / f"{kind}.users").write_text(f"admin:{password}\n")
        sockets += SOCKET.format(address=address, port=port, folder=folder, kind=kind, method=method(kind))
    (folder / "lighttpd.conf").write_text(
        'server.modules = ( "mod_auth", "mod_authn_file", "mod_accesslog" )\n'
        f'server.document-root = "{folder}"\nserver.bind = "127.0.0.1"\nserver.port = 8999\n'
        'index-file.names = ( "index.html" )\nmimetype.assign = ( ".html" => "text/html" )\n'
        f'auth.backend = "plain"\n{sockets}'
    )
    command = [found, "-D", "-f", str(folder / "lighttpd.conf"), "-m", str(modules)]
    with (folder / "lighttpd.out").open("w") as out:
        program = home.run_on("router", command, env=daemons.environment(found), stdout=out, stderr=out)
    time.sleep(0.5)
    assert program.poll() is None, (folder / "lighttpd.out").read_text()


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A scan, all that it said and wrote, and what the page's own log says."""

    home: RunningHome
    scan: Scan
    said: str
    folder: Path
    log: str

    @property
    def router(self) -> Any:
        return by_address(self.scan, self.home, "router")

    def values(self, kind: str, port: int | None = None) -> list[object]:
        found = self.scan.observed(self.router.key, kind)
        return [o.value for o in found if port in (None, o.port)]

    def asked(self) -> list[int]:
        """The status of each answer of the protected page, in order."""
        return [int(status) for status in re.findall(r"^(\d{3}) /inside/", self.log, re.MULTILINE)]

    def findings(self, check: str) -> list[Any]:
        return findings(self.scan, check, self.router.key)


def scan(home: RunningHome, served: Path, folder: Path, kind: str, *argv: str) -> Seen:
    """A scan of the router by a person whose own record tells the page of this kind."""
    rules = folder / "settings" / "rules" / "logins"
    rules.mkdir(parents=True, exist_ok=True)
    (rules.parents[1] / "config.toml").write_text("")
    (rules / f"lab-{kind}.yaml").write_text(RECORD.format(kind=kind, scheme=method(kind), password=PASSWORD))
    log = served / f"{kind}.log"
    before = len(log.read_text()) if log.exists() else 0
    process = start(
        home, folder, "--my-network", "--json", "-", "--verbose", "--depth", "standard", "--wifi", "off",
        "--transcript", str(folder / "acts"), *argv,
        target=str(home.device("router").address), NETGUARD_CONFIG=str(rules.parents[1] / "config.toml"),
    )  # fmt: skip
    out, errors = process.communicate(timeout=SCAN_SECONDS)
    assert process.returncode == 0, errors
    time.sleep(FLUSH_SECONDS)
    said = out + errors
    return Seen(home=home, scan=codec.loads(out.encode()), said=said, folder=folder, log=log.read_text()[before:])


@pytest.fixture(scope="module")
def home() -> Iterator[RunningHome]:
    with namespaces(a_home()) as opened:
        yield opened


@pytest.fixture(scope="module")
def served(home: RunningHome, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("served")
    serve(home, folder)
    return folder


@pytest.fixture(scope="module")
def seen(home: RunningHome, served: Path, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Seen]:
    """A scan by each kind of page, and one that was not allowed to try."""
    folders = {kind: tmp_path_factory.mktemp(kind) for kind in (*PAGES, "asked-for-nothing")}
    with ThreadPoolExecutor(2) as pool:
        running = {kind: pool.submit(scan, home, served, folders[kind], kind, "--logins", "--yes") for kind in PAGES}
        tried = {kind: each.result() for kind, each in running.items()}
    return tried | {"asked-for-nothing": scan(home, served, folders["asked-for-nothing"], "basic")}


@pytest.mark.parametrize("kind", PAGES)
def test_a_real_servers_page_is_recognised_and_its_login_tried(seen, kind):
    one, (port, password) = seen[kind], PAGES[kind]
    assert one.router.role is Role.ROUTER
    assert one.values("login.family") == [f"lab-{kind}"]
    assert one.values("login.encrypted", port) == [False]
    assert one.values("login.tried", port) == ["accepted" if password == PASSWORD else "refused"]
    assert one.values("login.account") == (["admin"] if password == PASSWORD else [])
    assert one.values("login.empty") == ([False] if password == PASSWORD else [])


@pytest.mark.parametrize(
    ("kind", "asked"),
    [
        ("basic", [401, 401, 200]),
        ("changed", [401, 401, 401]),
        ("digest", [401, 401, 401, 401, 200]),
        ("digest-changed", [401, 401, 401, 401, 401]),
    ],
)
def test_the_servers_own_log_shows_the_look_the_made_up_password_and_the_factorys_once_each(seen, kind, asked):
    """Digest asks for a challenge before each; lighttpd writes a line for it, and counts nothing."""
    assert seen[kind].asked() == asked


def test_without_being_asked_nothing_behind_the_page_is_asked_for(seen):
    one = seen["asked-for-nothing"]
    assert one.values("login.family") == ["lab-basic"]
    assert one.values("login.tried") == []
    assert one.asked() == []


def test_a_second_scan_within_a_day_sends_nothing_and_says_so(home, served, seen):
    again = scan(home, served, seen["basic"].folder, "basic", "--logins", "--yes", "--no-save")
    assert again.asked() == []
    (attempt,) = [a for a in again.scan.attempts if a.stage == "probe.login-attempts"]
    assert attempt.outcome is Outcome.FAILED
    assert "is not tried twice within 24 hours" in str(attempt.reason)
    assert {f.status for f in again.findings("default-login")} == {Status.UNKNOWN}


def need(home: RunningHome, name: str) -> None:
    if name not in home.daemons:
        pytest.skip(f"needs the real {name}: {home.missing.get(name, 'it is not there')}")


@pytest.mark.parametrize(
    ("daemon", "port", "kind", "value", "check"),
    [
        ("dropbear", 22, "ssh.login", "none", "iot-management-port"),
        ("telnetd", 23, "telnet.login", "shell", "telnet-open"),
        ("busybox-telnetd", 2323, "telnet.login", "shell", "telnet-open"),
    ],
)
def test_a_command_line_that_asks_for_nothing_is_seen_by_every_scan_and_told_once(
    home, seen, daemon, port, kind, value, check
):
    need(home, daemon)
    for one in seen.values():
        assert value in one.values(kind, port)
        here = re.compile(rf"tcp/{port}(?!\d)")
        failed = [f for f in one.scan.findings if f.status is Status.FAIL and f.target == one.router.key]
        told = [f for f in failed if here.search(f.title)]
        assert [(f.check, f.severity) for f in told] == [(check, Severity.CRITICAL)], [f.title for f in told]


def test_a_factory_login_is_a_critical_finding_and_a_changed_one_is_fine(seen):
    for kind, (port, password) in PAGES.items():
        (found,) = seen[kind].findings("default-login")
        if password == PASSWORD:
            assert (found.status, found.severity) == (Status.FAIL, Severity.CRITICAL), kind
            assert str(port) in found.title
        else:
            assert found.status is Status.PASS, kind
    (found,) = seen["asked-for-nothing"].findings("default-login")
    assert found.status is Status.UNKNOWN
    assert "--logins" in str(found)


def test_pages_without_encryption_are_findings_with_and_without_trying(seen):
    for one in seen.values():
        assert Status.FAIL in {f.status for f in one.findings("login-cleartext")}


def test_no_password_is_in_anything_that_was_said_or_written(seen):
    words = {PASSWORD, base64.b64encode(f"admin:{PASSWORD}".encode()).decode().rstrip("=")}
    words |= {hashlib.md5(text.encode()).hexdigest() for text in (PASSWORD, f"admin:lab:{PASSWORD}")}
    for one in seen.values():
        files = [p for p in one.folder.rglob("*") if p.is_file() and "settings" not in p.parts]
        assert files
        for data in (one.said.encode(), *(p.read_bytes() for p in files)):
            assert not [word for word in words if word.encode() in data]
