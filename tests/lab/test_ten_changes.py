"""Ten known changes in a home: each is told once, in the right word and with the right cause, and nothing else is.

Three scans: before, after nine changes, and once more with the person's own rules added. The television is missed by the
second and the third: the first time it may be a scan that went badly, the second time it is gone.
"""

import dataclasses
import itertools
import json

import pytest

from netguard.demo import catalogue
from netguard.demo.homes import Forward, Home, Page, Server
from netguard.demo.parts import html, web
from tests.lab.conftest import namespaces
from tests.lab.weeks import History
from tests.unit.wifi.iw_text import HOME, WPA, block, rsn

NEW_MAC = "78:db:2f:00:77:01"
POLICY = """schema: 1
policy:
  - {role: printer, ports: "80", severity: medium, why: A printer needs no page of its own in this home.}
"""

PLAIN = block(HOME, "Home", rsn(), status=" -- associated")
MIXED = block(HOME, "Home", rsn() + WPA, status=" -- associated")


def router(version, *forwards):
    """A NETGEAR whose page tells its version to everybody, with the real miniupnpd as its UPnP."""
    plain = catalogue.router(forwards=forwards)
    pages = [
        Page(path="/", status=401, body=html("401"), headers=(("WWW-Authenticate", 'Basic realm="NETGEAR R7000"'),)),
        Page(path="/currentsetting.htm", body=f"Firmware={version}\r\nModel=R7000\r\n", content_type="text/plain"),
    ]
    servers = (*(s for s in plain.servers if s.port not in {22, 80}), web(80, pages))
    return dataclasses.replace(
        plain, servers=servers, hostname=None, daemons=tuple(d for d in plain.daemons if d not in {"lighttpd", "dropbear"})
    )  # fmt: skip


def before():
    """The home as it was."""
    return Home(
        prefix="10.52.7.0/24",
        router=router("V1.0.9.88"),
        laptop=catalogue.laptop(),
        devices=(
            catalogue.homekit_lock(),
            catalogue.camera(),
            catalogue.nas(),
            catalogue.printer(),
            catalogue.television(),
        ),
    )


def after():
    """The same home with nine changes."""
    was = before()
    lock, camera, nas, printer = (was.device(name) for name in ("homekit-lock", "camera", "nas", "printer"))
    telnet = Server(kind="telnet", port=23, options=(("prompt", "\r\nipcam login: "),))
    return dataclasses.replace(
        was,
        router=router("V1.0.11.2", Forward(port=18080, host=camera.host, to=80, description="camera")),
        devices=(
            dataclasses.replace(lock, mac=NEW_MAC),
            dataclasses.replace(camera, servers=(*camera.servers, telnet)),
            dataclasses.replace(
                nas,
                servers=tuple(s for s in nas.servers if s.port != 445),
                daemons=tuple(d for d in nas.daemons if d != "smbd"),
            ),
            dataclasses.replace(printer, host=160),
            dataclasses.replace(catalogue.silent_plug(), name="plug", mac="24:6f:28:00:77:02"),
        ),
    )


@pytest.fixture(scope="module")
def scans(tmp_path_factory):
    """The history, its three scans and the two differences between them."""
    history = History(tmp_path_factory.mktemp("changes"))
    air = history.folder / "air.txt"
    made = []
    for home, text, policy in ((before(), PLAIN, None), (after(), MIXED, None), (after(), MIXED, POLICY)):
        air.write_text(text)
        if policy is not None:
            (history.folder / "rules").mkdir()
            (history.folder / "rules" / "ports.yaml").write_text(policy)
        with namespaces(home) as opened:
            made.append(history.scan(opened, "--wifi", str(air)))
    return history, made, [history.difference(old, new) for old, new in itertools.pairwise(made)]


def told(difference):
    """Every change: (kind, turn, whom, which part, what of it) → the titles of the findings beneath it."""
    titles = {f["fingerprint"]: f["check"] for f in difference["findings"]}
    found = {}
    for change in difference["changes"]:
        changed = [a["what"] for a in change["attributes"] if a["before"] is not None]
        key = (change["kind"], change["turn"], change["name"], change["what"], *changed)
        assert key not in found
        assert change["cause"] == "network"
        found[key] = [titles[f] for f in change["findings"]]
    return found


def test_each_change_is_told_once_and_what_came_of_it_beneath_it(scans):
    _, _, (first, _) = scans
    assert told(first) == {
        ("device", "new", "10.52.7.80", None): [],
        ("service", "new", "ipcam", "tcp/23"): ["telnet-open"],
        ("service", "gone", "DiskStation", "tcp/445"): ["smbv1"],
        ("mapping", "new", "NETGEAR router", "tcp/18080/10.52.7.40/80"): ["upnp-port-mapping"],
        ("device", "changed", "Front Door", None, "mac"): [],
        ("device", "changed", "Office Printer", None, "address"): [],
        ("firmware", "changed", "NETGEAR router", None, "firmware"): [],
        ("access-point", "changed", f"Home ({HOME})", None, "security"): ["wifi-tkip"],
    }


def test_what_is_told_has_its_word_and_nothing_else_is_told(scans):
    _, _, (first, _) = scans
    fates = {f["check"]: (f["fate"], f["cause"]) for f in first["findings"] if f["fate"] != "persisting"}
    assert fates == {
        "telnet-open": ("new", "network"),
        "upnp-port-mapping": ("new", "network"),
        "wifi-tkip": ("new", "network"),
        "smbv1": ("resolved", "network"),
    }
    assert {f["cause"] for f in first["findings"] if f["fate"] == "persisting"} == {None}


def test_who_is_missed_once_is_not_gone_and_the_second_time_is(scans):
    _, _, (first, second) = scans
    assert [(u["kind"], u["name"]) for u in first["unobserved"]] == [("device", "Samsung television")]
    assert told(second) == {("device", "gone", "Samsung television", None): []}
    assert second["unobserved"] == []


def test_what_only_other_rules_changed_is_told_as_such(scans):
    _, _, (_, second) = scans
    (finding,) = [f for f in second["findings"] if f["fate"] != "persisting"]
    assert (finding["check"], finding["fate"], finding["cause"]) == ("port-policy", "new", "rules")


def test_whoever_vanished_was_asked_a_second_time(scans):
    _, (_, second, _), _ = scans
    again = {(a.stage, a.outcome.value) for a in second.attempts if a.stage.startswith("again.")}
    assert again == {("again.devices", "done"), ("again.ports", "done")}


def test_history_counts_the_same(scans):
    history, made, _ = scans
    lines = {line["id"]: line for line in json.loads(history.says("history", "--json", "-"))}
    assert [(lines[s.id]["new"], lines[s.id]["resolved"]) for s in made[1:]] == [(3, 1), (1, 0)]


def test_the_text_tells_it_in_the_person_s_words(scans):
    history, made, _ = scans
    said = history.says("diff", made[0].id, made[1].id)
    assert said.startswith("8 things changed since ")
    assert "gone        TCP port 445 of DiskStation is open no more" in said
    # The television is gone; what only the person's own rule says is told beside the number, which counts the home.
    said = history.says("diff", made[1].id, made[2].id, "--exit-code", code=1)
    assert said.startswith("1 thing changed since ")
    assert "1 more is told because other rules judge the same facts." in " ".join(said.split())
