"""`netguard upnp` and `scan --upnp-active` as far as nothing is sent: what is listed, asked, refused."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from netaddr import IPAddress

from netguard.cli import _active, _mappings
from netguard.errors import UsageError
from netguard.model import codec
from netguard.model.gateway import Gateway, GatewayServices, Igd, PortMapping
from netguard.model.vantage import NextHop
from netguard.model.vocabulary import Depth, Role, Transport
from tests import builders

SAMPLE = Path(__file__).resolve().parents[2] / "reports" / "sample" / "report.json"
IGD = Igd(location="http://192.0.2.1:5000/rootDesc.xml", device_type="x", listed="all")
ROUTER = builders.device(1, Role.ROUTER, name="Box")
HUB = builders.device(20, Role.LOCK_HUB, name="Front \x1b[31mdoor")


def mapping(port=8443, **given):
    usual = {"internal_client": "192.0.2.20", "internal_port": 443, "lease_seconds": 0, "device": HUB.key}
    return PortMapping(source="igd", protocol=Transport.TCP, external_port=port, **usual | given)


def scan(*gateways, observations=(), **given):
    made = builders.scan(ROUTER, HUB, gateways=gateways, observations=tuple(observations), **given)
    return replace(made, vantage=replace(made.vantage, gateway=NextHop(address=IPAddress("192.0.2.1"))))


def own(*mappings, igd=IGD, **given):
    return Gateway(device=ROUTER.key, services=GatewayServices(igd=igd), mappings=mappings, **given)


@pytest.mark.parametrize(
    ("text", "named"),
    [("tcp/8443", "tcp/8443"), ("UDP/51820@192.168.1.1", "udp/51820@192.168.1.1"), (" tcp/0 ", "tcp/0")],
)
def test_a_mapping_is_named_as_it_is_listed(text, named):
    assert str(_mappings.parsed(text)) == named


@pytest.mark.parametrize(
    "text", ["", "8443", "tcp/", "tcp/65536", "sctp/80", "tcp/80@router", "tcp/80@", "tcp/8 9", "tcp/٨"]
)
def test_what_names_no_mapping_says_what_would(text):
    with pytest.raises(UsageError, match=r"tcp/8443|no address of a router"):
        _mappings.parsed(text)


def test_a_line_says_the_port_where_it_leads_to_whom_and_for_how_long():
    gateway = own(
        mapping(description="lock \x1b[2Japp"),
        mapping(7000, lease_seconds=3600, enabled=False, remote_host="198.51.100.7", device=None),
        external_address=IPAddress("203.0.113.9"),
    )
    head, titles, one, two = _mappings.listed(scan(gateway)).splitlines()
    assert head == "Your router Box (192.0.2.1), 203.0.113.9 to the internet:"
    assert titles.split() == ["MAPPING", "LEADS", "TO", "DEVICE", "FOR", "CALLED"]
    assert one.split("  ")[0] == "tcp/8443"
    assert "192.0.2.20 port 443  " in one
    assert "for good" in one
    assert "\x1b" not in one
    assert "only from 198.51.100.7" in two
    assert "nobody that was seen" in two
    assert "for 3,600 s, switched off" in two


def test_a_mapping_of_another_device_is_named_with_its_address():
    other = Gateway(device=HUB.key, services=GatewayServices(igd=IGD), mappings=(mapping(),))
    assert "\ntcp/8443@192.0.2.20  " in _mappings.listed(scan(own(), other))


def test_without_a_way_to_the_internet_no_gateway_is_called_the_own_router():
    made = scan(own(mapping()))
    said = _mappings.listed(replace(made, vantage=replace(made.vantage, gateway=None)))
    assert said.startswith("Another device Box (192.0.2.1)")
    assert "\ntcp/8443@192.0.2.1  " in said


@pytest.mark.parametrize(
    ("listed", "says"),
    [("all", "no port is forwarded"), ("refused", "does not say which"), (None, "does not say which")],
)
def test_an_empty_list_means_something_only_when_it_is_whole(listed, says):
    assert says in _mappings.listed(scan(own(igd=replace(IGD, listed=listed))))


def test_a_list_that_was_not_read_to_its_end_says_so():
    assert "need not be all" in _mappings.listed(scan(own(mapping(), igd=replace(IGD, listed="part"))))
    assert "need not be all" not in _mappings.listed(scan(own(mapping())))


def test_a_router_without_upnp_and_one_that_was_not_asked_differ():
    absent = builders.observation(1, "igd.absent", value=True, of=ROUTER)
    assert "offers no UPnP" in _mappings.listed(scan(own(igd=None), observations=[absent]))
    shallow = _mappings.listed(scan(own(igd=None), depth=Depth.QUICK))
    assert "not checked, because depth quick" in shallow
    assert "--depth standard" in shallow
    assert "not checked, because" in _mappings.listed(scan())


def test_list_shows_a_file_and_gives_its_gateways_as_json(netguard):
    done = netguard("upnp", "list", SAMPLE)
    assert done.returncode == 0
    assert "tcp/8443" in done.stdout
    shown = json.loads(netguard("upnp", "list", SAMPLE, "--json", "-").stdout)
    assert shown == json.loads(SAMPLE.read_bytes())["gateways"]
    assert len(shown) == len(codec.loads(SAMPLE.read_bytes()).gateways)


def test_without_a_scan_there_is_nothing_to_list(netguard):
    assert netguard("upnp", "list").returncode == 3


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["upnp", "remove", "tcp/8443"], "--yes"),
        (["upnp", "remove", "8443", "--yes"], "write tcp/8443"),
        (["scan", "--upnp-active"], "--yes"),
        (["scan", "--upnp-active", "--yes", "--depth", "quick"], "--depth standard"),
    ],
    ids=["nobody to ask", "no mapping", "nobody to ask before a scan", "not at this depth"],
)
def test_a_wrong_call_is_refused_before_anything_is_done(netguard, argv, says):
    done = netguard(*argv)
    assert done.returncode == 2
    assert says in done.stderr
    assert done.stdout == ""


def test_what_is_agreed_to_says_what_is_written_for_how_long_and_that_it_is_taken_back(monkeypatch):
    around = type("Around", (), {"vantage": scan().vantage})()
    said = _active.told(around)
    for part in (
        "(192.0.2.1)",
        str(around.vantage.address),
        "40000 to 49999",
        "120 seconds",
        "netguard-selftest",
        "deletes",
    ):
        assert part in said
    asked = []
    monkeypatch.setattr(_active.click, "confirm", lambda question, **_: asked.append(question))
    assert _active.is_allowed(around, said_yes=True)
    assert not asked
    assert not _active.is_allowed(around, said_yes=False)
    assert asked == ["Do these tests?"]


def test_without_a_router_there_is_nothing_to_agree_to():
    around = type("Around", (), {"vantage": replace(scan().vantage, gateway=None)})()
    assert not _active.is_allowed(around, said_yes=True)
