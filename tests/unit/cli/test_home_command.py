"""`netguard home`: what is listed, what becomes of a replaced router, what is forgotten. Nothing is sent."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from netaddr import EUI, IPAddress, IPNetwork

from netguard.cli import _home, _session
from netguard.cli._home import Moved, forget, moved, show
from netguard.errors import NotAtHomeError, UsageError, VantageError
from netguard.history.store import History
from netguard.model.home import Enrolment
from netguard.model.surroundings import Surroundings
from netguard.model.vantage import NextHop, Segment, Vantage
from netguard.vantage import home as homes

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
OLD, NEW, OTHER = EUI("02-00-5E-10-00-01"), EUI("02-00-5E-10-00-02"), EUI("02-00-5E-10-00-03")


def around(mac=NEW, prefix="192.0.2.0/24"):
    network = IPNetwork(prefix)
    vantage = Vantage(
        os="linux",
        interface="eth0",
        address=IPAddress(int(network.ip) + 5),
        segment=Segment(prefix=network, ssid="Home"),
        gateway=NextHop(address=IPAddress(int(network.ip) + 1), mac=mac),
    )
    return Surroundings(vantage=vantage, prefixes=(network,))


def enrolment(site="home", mac=OLD, prefix="192.0.2.0/24"):
    return Enrolment(site=site, gateway_mac=mac, prefixes=(IPNetwork(prefix),), enrolled_at=NOW)


@pytest.fixture
def url(tmp_path, empty_history_file):
    """A history that knows one home."""
    with History.open(f"sqlite:///{tmp_path}/h.db") as history:
        history.remember(enrolment())
    return f"sqlite:///{tmp_path}/h.db"


@pytest.fixture
def empty_history_file(tmp_path):
    """A history that knows nothing."""
    History.open(f"sqlite:///{tmp_path}/h.db").close()
    return f"sqlite:///{tmp_path}/h.db"


@pytest.fixture(autouse=True)
def place(monkeypatch):
    """Where this computer is; tests may put it elsewhere. It sends nothing and keeps its rights."""
    now = {"around": around()}
    monkeypatch.setattr(_session, "look", lambda interface, rights: (now["around"], tuple))
    monkeypatch.setattr(_session, "give_up_root", lambda user: _session.Rights(opener=None))
    monkeypatch.setattr(_session, "meet_router", lambda *_: pytest.fail("nothing is sent"))
    return now


def known(url):
    with History.open(url) as history:
        return history.homes()


def test_a_new_router_takes_the_place_of_the_old_one(url, capsys, place):
    with History.open(url) as history:
        before = history.sites()
    assert moved(Moved(yes=True, database=url)) == 0
    said = capsys.readouterr()
    assert "This network is 'home' from now on. Its scans and devices stay with it." in said.out
    assert "Before: home: router 02:00:5e:10:00:01" in said.err
    (now,) = known(url)
    assert (now.site, now.gateway_mac, now.ssid) == ("home", NEW, "Home")
    assert homes.recognise(around(), known(url)) == now
    assert homes.recognise(around(mac=OLD), known(url)) is None, "whoever has the old router now is not scanned"
    with History.open(url) as history:
        assert history.sites() == before
    assert moved(Moved(yes=True, database=url)) == 0
    assert "known as 'home' already. Nothing was changed." in capsys.readouterr().out


def test_the_same_router_with_other_addresses(url, place):
    place["around"] = around(mac=OLD, prefix="198.51.100.0/24")
    moved(Moved(yes=True, database=url))
    assert [(str(h.prefixes[0]), h.gateway_mac) for h in known(url)] == [("198.51.100.0/24", OLD)]


def test_of_several_routers_none_goes_unless_it_is_named(url, capsys):
    with History.open(url) as history:
        history.remember(enrolment(mac=OTHER, prefix="198.51.100.0/24"))
    moved(Moved(yes=True, database=url))
    assert {h.gateway_mac for h in known(url)} == {OLD, OTHER, NEW}
    assert capsys.readouterr().out.count("Still yours, too:") == 2
    with History.open(url) as history:
        history.forget_homes("home", NEW)
    moved(Moved(yes=True, database=url, instead_of="02:00:5e:10:00:01"))
    assert {h.gateway_mac for h in known(url)} == {OTHER, NEW}


@pytest.mark.parametrize(
    ("given", "error", "says"),
    [
        ({"site": "flat"}, UsageError, "no home is called 'flat'; there is home"),
        ({"instead_of": "02:00:5e:10:00:09"}, UsageError, "no network of this home has that router"),
        ({"instead_of": "router"}, UsageError, "no MAC address"),
        ({"yes": False}, UsageError, "there is no terminal to ask on; say so with --yes"),
    ],
)
def test_what_is_not_clear_is_refused_and_nothing_changes(url, given, error, says):
    before = known(url)
    with pytest.raises(error, match=says):
        moved(Moved(**{"yes": True, "database": url} | given))
    assert known(url) == before


def test_a_home_is_named_where_there_are_several_and_none_is_invented(url, empty_history_file, place):
    with History.open(url) as history:
        history.remember(enrolment(site="flat 7", mac=OTHER))
    with pytest.raises(UsageError, match="--site flat 7 or --site home"):
        moved(Moved(yes=True, database=url))
    assert moved(Moved(yes=True, database=url, site="flat 7")) == 0
    assert {(h.site, h.gateway_mac) for h in known(url)} == {("home", OLD), ("flat 7", NEW)}
    with pytest.raises(NotAtHomeError, match="enrolled as 'flat 7'"):
        moved(Moved(yes=True, database=url, site="home"))


def test_without_any_home_none_can_have_moved(empty_history_file):
    with pytest.raises(UsageError, match="begin with netguard setup"):
        moved(Moved(yes=True, database=empty_history_file))


def test_a_router_that_was_never_met_is_not_enrolled(url, place):
    place["around"] = replace(
        around(), vantage=replace(around().vantage, gateway=NextHop(address=IPAddress("192.0.2.1"), mac=None))
    )
    with pytest.raises(NotAtHomeError, match="Open any web page once"):
        moved(Moved(yes=True, database=url))
    assert known(url) == (enrolment(),)


def test_a_person_is_asked(url, monkeypatch, capsys):
    monkeypatch.setattr(_home.sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(_home.click, "confirm", lambda *_, **__: False)
    with pytest.raises(NotAtHomeError, match="nothing was changed"):
        moved(Moved(database=url))
    assert forget("home", None, yes=False, database=url) == 0
    assert known(url) == (enrolment(),)
    monkeypatch.setattr(_home.click, "confirm", lambda *_, **__: True)
    assert moved(Moved(database=url)) == 0


def test_networks_are_listed_with_the_one_that_one_is_in(url, capsys, place, monkeypatch):
    show(url, as_json=False)
    assert capsys.readouterr().out == ("home: router 02:00:5e:10:00:01, 192.0.2.0/24, since 2026-03-01\n")
    place["around"] = around(mac=OLD)
    show(url, as_json=False)
    assert "(you are here)" in capsys.readouterr().out
    show(url, as_json=True)
    (told,) = json.loads(capsys.readouterr().out)["homes"]
    assert told == {
        "site": "home",
        "router": "02:00:5e:10:00:01",
        "prefixes": ["192.0.2.0/24"],
        "ssid": None,
        "enrolled_at": "2026-03-01T12:00:00Z",
        "here": True,
    }

    def offline(interface, rights):
        raise VantageError("there is no network")

    monkeypatch.setattr(_session, "look", offline)
    show(url, as_json=False)
    assert "you are here" not in capsys.readouterr().out


def test_no_home_is_known_yet(empty_history_file, capsys):
    show(empty_history_file, as_json=False)
    assert "No network is known as yours yet" in capsys.readouterr().out


def test_forgetting_takes_the_network_and_leaves_the_rest(url, capsys):
    with History.open(url) as history:
        history.remember(enrolment(mac=OTHER))
    assert forget("home", "02:00:5e:10:00:03", yes=True, database=url) == 0
    assert [h.gateway_mac for h in known(url)] == [OLD]
    assert forget("home", None, yes=True, database=url) == 0
    assert known(url) == ()
    assert "Scans and devices stay" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("site", "router", "says"),
    [
        ("flat", None, "no network of 'flat'"),
        ("home", "02:00:5e:10:00:03", "with that router"),
        ("home", "x", "no MAC"),
    ],
)
def test_what_is_not_known_cannot_be_forgotten(url, site, router, says):
    with pytest.raises(UsageError, match=says):
        forget(site, router, yes=True, database=url)
    with pytest.raises(UsageError, match="--yes"):
        forget("home", None, yes=False, database=url)
    assert known(url) == (enrolment(),)
