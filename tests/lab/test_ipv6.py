"""Homes with IPv6 beside their IPv4, and without any: everything is found, spoken with, and one device is one."""

import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from netaddr import IPAddress, IPNetwork

from netguard.demo.build import CARD
from netguard.demo.catalogue import demo_home
from netguard.demo.running import RunningHome
from tests.lab.cables import SCAN
from tests.lab.conftest import from_laptop, namespaces
from tests.lab.scanning import scan_of

ULA = "fd77:1:2:3::/64"


@pytest.fixture(scope="module")
def dual() -> Iterator[RunningHome]:
    """The demo home with IPv6 beside its IPv4."""
    with namespaces(replace(demo_home(), prefix6=ULA)) as opened:
        yield opened


@pytest.fixture(scope="module")
def only6() -> Iterator[RunningHome]:
    """The demo home without any IPv4."""
    with namespaces(replace(demo_home(), prefix=None, prefix6=ULA)) as opened:
        yield opened


def speaking(home: RunningHome) -> list[Any]:
    """Everything that answers an echo."""
    return [d for d in home.home.everyone if d is not home.home.laptop and not d.silent]


def test_the_computer_sees_where_it_is_in_a_home_with_both(dual: RunningHome) -> None:
    said = from_laptop(dual, SCAN + "told(at=str(around.vantage.address), targets=[str(t) for t in targets])")
    assert IPNetwork(said["at"]).version == 4
    assert said["targets"] == [str(dual.prefix), ULA, "fe80::/10"]


def test_an_echo_to_everybody_finds_every_address_of_every_device(dual: RunningHome) -> None:
    said = from_laptop(dual, SCAN + "told(ndp=seen(ndp))")
    expected = {a: d.mac for d in speaking(dual) for a in (dual.home.address6(d), dual.home.link_local(d))}
    assert {address: mac for address, (mac, _) in said["ndp"].items()} == expected
    assert 4 <= said["counts"]["icmpv6-echo"] <= 8


def test_without_ipv4_everything_is_found_and_spoken_with_over_ipv6(only6: RunningHome) -> None:
    home = only6.home
    web = [d for d in home.devices if any(s.kind == "web" and s.port == 80 for s in d.servers)]
    assert len(web) > 2
    local = [str(home.link_local(d)) for d in web]
    unique = [str(home.address6(d)) for d in web]
    said = from_laptop(
        only6,
        SCAN
        + f"""
found = seen(ndp)
told(vantage=[str(around.vantage.address), str(around.vantage.gateway.address), str(around.vantage.gateway.mac)],
     targets=[str(t) for t in targets], arp=seen(arp), ndp=found, mdns=seen(mdns), ssdp=seen(ssdp),
     pages=[port(a, 80) for a in {local + unique}],
     swept={{str(a): str(s) for (a, _), s in network.net("t").knock([IPAddress(a) for a in {local + unique}], [80]).items()}},
     neighbours=seen(neighbours))
""",
    )
    assert said["vantage"] == [home.address6(home.laptop), home.link_local(home.router), home.router.mac]
    assert said["targets"] == [ULA, "fe80::/10"]
    assert said["arp"] == "this interface has no IPv4 address"
    expected = {a: d.mac for d in speaking(only6) for a in (home.address6(d), home.link_local(d))}
    assert {address: mac for address, (mac, _) in said["ndp"].items()} == expected
    assert all(page.startswith("HTTP/1.1 ") for page in said["pages"])
    assert said["swept"] == dict.fromkeys(local + unique, "open")
    for device in (d for d in home.devices if d.announces):
        # A real avahi speaks from its unique local address, the simulated responders from their link-local one.
        assert {home.link_local(device), home.address6(device)} & set(said["mdns"]), device.name
    assert {str(home.link_local(d)) for d in home.devices if d.upnp} <= set(said["ssdp"])
    assert {IPAddress(a) for a in unique} <= {IPAddress(a) for a in said["neighbours"]}


def test_a_scan_of_a_home_without_ipv4_finds_every_device_once(only6: RunningHome, tmp_path: Path) -> None:
    scan = scan_of(only6, tmp_path, "--depth", "discover")
    found = {str(device.mac): {str(a) for a in device.addresses} for device in scan.devices}
    everyone = [*speaking(only6), only6.home.laptop]
    assert found == {d.mac: {only6.home.address6(d), only6.home.link_local(d)} for d in everyone}
    assert scan.vantage.segment.prefix == IPNetwork(ULA)
    outcomes = {a.stage: a.outcome for a in scan.attempts if a.stage.startswith("discover.")}
    assert outcomes["discover.ndp"] == outcomes["discover.dhcp"] == "done"


def test_a_scan_of_a_home_with_both_knows_the_addresses_of_each_device_to_be_one(
    dual: RunningHome, tmp_path: Path
) -> None:
    home, scan = dual.home, scan_of(dual, tmp_path, "--depth", "discover")
    found = {str(device.mac): {str(a) for a in device.addresses} for device in scan.devices}
    addresses = {d.mac: (home.address(d), home.address6(d), home.link_local(d)) for d in home.everyone}
    assert found == {mac: {a for a in each if a is not None} for mac, each in addresses.items()}


def test_a_silent_device_of_a_home_without_ipv4_shows_in_the_neighbour_table_alone(only6: RunningHome) -> None:
    silent = next(d for d in only6.home.devices if d.silent)
    at = only6.home.link_local(silent)
    said = from_laptop(
        only6,
        SCAN
        + f"""
try:
    network.net("t").connect(IPAddress("{at}"), 80, seconds=0.5)
    answer = "open"
except NoAnswer as error:
    answer = str(error)
told(answer=answer, table=seen(neighbours).get("{at}"))
""",
    )
    assert said["answer"] == "no answer in time"
    assert said["table"] == [silent.mac, {"link.reply": "neighbour-table"}]


def test_a_silent_device_does_not_even_ask_for_routers(only6: RunningHome) -> None:
    silent = next(d for d in only6.home.devices if d.silent)
    knob = f"/proc/sys/net/ipv6/conf/{CARD}/router_solicitations"
    asked = only6.run_on(silent.name, ["cat", knob], stdout=subprocess.PIPE, text=True).communicate(timeout=20)[0]
    assert asked.strip() == "0"


def test_the_simulated_servers_count_what_comes_over_ipv6_with_what_comes_over_ipv4(dual: RunningHome) -> None:
    device = dual.home.device("camera")
    before = dual.device("camera").count
    from_laptop(
        dual, SCAN + f"told(pages=[port(a, 80) for a in {[dual.home.address(device), dual.home.link_local(device)]}])"
    )
    after = dual.device("camera").count
    assert before is not None
    assert after is not None
    assert after.port(80).accepted == before.port(80).accepted + 2


def test_the_name_server_of_the_home_knows_ipv6_addresses(only6: RunningHome) -> None:
    nas = only6.home.device("nas")
    said = from_laptop(
        only6, "import json, socket; print(json.dumps(socket.getaddrinfo('DiskStation.lan', 1)[0][4][0]))"
    )
    assert IPAddress(said) == IPAddress(only6.home.address6(nas))
