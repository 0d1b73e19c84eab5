"""The IGD audit against the real miniupnpd, with the real upnpc as the oracle: what it lists is in the document, and nothing else.

Once where everybody may forward ports to anybody, and once where only to oneself (`secure_mode`); over IPv4 and IPv6.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from netaddr import IPAddress

from netguard.demo import catalogue, daemons
from netguard.demo.homes import Device, Forward, Home, Server
from netguard.demo.recipes.miniupnpd import EXTERNAL_ADDRESS
from netguard.demo.running import RunningHome
from netguard.model.scan import Scan
from netguard.model.vocabulary import Outcome
from tests.lab.auditing import AUDIT, Row, listed, parsed, rows, upnpc
from tests.lab.conftest import namespaces
from tests.lab.scanning import ROOT, scan_of

PREFIX, PREFIX6 = "10.47.0.0/24", "fd47:0:0:1::/64"
BRIDGE, NOBODY = 20, 99
SEEDED = (
    Forward(port=8443, host=BRIDGE, to=443, description="Lock bridge"),
    Forward(port=51820, host=NOBODY, to=51820, transport="udp", description="WireGuard", seconds=3600),
)


def home(*, secure: bool) -> Home:
    """A router with a gateway daemon, a lock bridge, and the laptop."""
    router = catalogue.router()
    assert router.upnp is not None
    plain = replace(
        router,
        daemons=("miniupnpd",),
        servers=tuple(s for s in router.servers if s.stands_in_for == "miniupnpd"),
        upnp=replace(router.upnp, secure=secure, forwards=SEEDED),
    )
    bridge = Device(
        name="bridge", what="Bridge", mac="54:d2:72:00:47:14", host=BRIDGE, servers=(Server(kind="silent", port=443),)
    )
    return Home(prefix=PREFIX, prefix6=PREFIX6, router=plain, laptop=catalogue.laptop(), devices=(bridge,))


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A home, what upnpc said there, and the document of a scan right after it."""

    home: RunningHome
    added: str
    """What upnpc said when it was to forward a port to the bridge."""
    mappings: set[Row]
    """What it listed."""
    scan: Scan

    @property
    def router(self) -> Any:
        at = IPAddress(self.home.home.address(self.home.home.router))
        return next(d for d in self.scan.devices if at in d.addresses)


@pytest.fixture(scope="module", params=[False, True], ids=["secure_mode=no", "secure_mode=yes"])
def seen(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    if daemons.find("upnpc") is None:
        pytest.skip("needs upnpc: `make lab` unpacks it")
    with namespaces(home(secure=request.param)) as opened:
        if "miniupnpd" not in opened.daemons:
            pytest.skip(f"needs the real miniupnpd: {opened.missing.get('miniupnpd')}")
        upnpc(opened, "-e", "own door", "-a", str(opened.laptop_address), "4711", "14711", "udp", "600")
        bridge = opened.home.address(opened.home.device("bridge"))
        added = upnpc(opened, "-e", "a third one's", "-a", bridge, "443", "19443", "tcp", "600")
        mappings = listed(upnpc(opened, "-l"))
        at = opened.home.address(opened.home.router)
        scan = scan_of(opened, tmp_path_factory.mktemp("igd"), "--depth", "standard", target=f"{at}/32")
        yield Seen(home=opened, added=added, mappings=mappings, scan=scan)


def asked_over(home: RunningHome, *addresses: str) -> dict[str, Any]:
    """What the probes say of a router with these addresses."""
    program = home.run_as_laptop(
        [sys.executable, "-c", AUDIT, home.laptop_interface, *addresses],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    out, errors = program.communicate(timeout=60)
    assert program.returncode == 0, errors.decode()
    return parsed(out)


def test_every_mapping_that_upnpc_lists_is_in_the_document_and_nothing_else(seen: Seen) -> None:
    (gateway,) = seen.scan.gateways
    found = {
        (m.protocol, m.external_port, m.internal_client, m.internal_port, m.description or "") for m in gateway.mappings
    }
    assert found == seen.mappings
    secure = "718" in seen.added or "failed" in seen.added
    assert len(found) == len(gateway.mappings) == len(SEEDED) + (1 if secure else 2)
    assert secure is bool(seen.home.home.router.upnp and seen.home.home.router.upnp.secure)
    assert gateway.device == seen.router.key
    assert str(gateway.external_address) == EXTERNAL_ADDRESS


def test_each_mapping_has_an_observation_to_point_at(seen: Seen) -> None:
    values = {o.value for o in seen.scan.observed(seen.router.key, "igd.mapping")}
    assert values == {f"{p} {ext} -> {client} {to}" for p, ext, client, to, _ in seen.mappings}


def test_the_gateway_s_own_words_are_in_the_document(seen: Seen) -> None:
    igd = seen.scan.gateways[0].services.igd
    assert igd is not None
    assert (igd.listed, igd.connection_status, igd.nat_enabled) == ("all", "Connected", True)
    assert (igd.ipv6_firewall_enabled, igd.inbound_pinhole_allowed) == (True, True)
    assert [s.split(":")[3] for s in igd.services] == ["WANIPConnection", "WANIPv6FirewallControl"]
    assert "MiniUPnPd" in (igd.server or "")
    assert [a.outcome for a in seen.scan.attempts if a.stage == "probe.igd"] == [Outcome.DONE]
    leases = {m.external_port: m.lease_seconds for m in seen.scan.gateways[0].mappings}
    assert leases[8443] == 0
    assert 0 < (leases[51820] or 0) <= 3600


def test_the_audit_changes_nothing(seen: Seen) -> None:
    assert listed(upnpc(seen.home, "-l")) == seen.mappings


def test_over_ipv6_an_answer_from_a_link_local_address_that_names_the_router_s_own_other_one_is_followed(
    seen: Seen,
) -> None:
    inner = seen.home.home
    at6, local = inner.address6(inner.router), inner.link_local(inner.router)
    assert at6
    assert local
    said = asked_over(seen.home, at6, local)
    assert said["asked"] == [f"http://[{at6}]:5000/rootDesc.xml"]
    assert (said["listed"], said["notes"], said["firewall"]) == (["all"], [], [[True, True]])
    assert rows(said) == seen.mappings
    said = asked_over(seen.home, local)
    assert said["asked"] == []
    assert any("it names another host" in note for note in said["notes"])


def test_without_ipv4_the_router_is_audited_over_ipv6() -> None:
    with namespaces(replace(home(secure=True), prefix=None)) as opened:
        if "miniupnpd" not in opened.daemons:
            pytest.skip(f"needs the real miniupnpd: {opened.missing.get('miniupnpd')}")
        at6 = opened.home.address6(opened.home.router)
        local = opened.home.link_local(opened.home.router)
        said = asked_over(opened, str(at6), str(local))
        assert said["asked"] == [f"http://[{at6}]:5000/rootDesc.xml"]
        assert (said["listed"], said["notes"], said["mappings"]) == (["all"], [], [])


def silent_home(*, described: bool) -> Home:
    """A router that says nothing by SSDP; it has an IGD all the same, or none."""
    router = catalogue.router()
    assert router.upnp is not None
    server = Server(kind="igd", port=5000) if described else Server(kind="silent", port=5000)
    quiet = replace(router, daemons=(), servers=(server,), upnp=replace(router.upnp, forwards=SEEDED))
    return Home(prefix=PREFIX, router=quiet, laptop=catalogue.laptop())


@pytest.mark.parametrize("described", [True, False])
def test_a_router_that_announces_nothing_is_asked_where_its_kind_has_it_and_only_then_said_to_have_none(
    tmp_path: Path, described: bool
) -> None:
    with namespaces(silent_home(described=described)) as opened:
        at = opened.home.address(opened.home.router)
        scan = scan_of(opened, tmp_path, "--depth", "standard", target=f"{at}/32")
    key = next(d.key for d in scan.devices if IPAddress(at) in d.addresses)
    absent = [o.value for o in scan.observed(key, "igd.absent")]
    (gateway,) = scan.gateways
    assert absent == ([] if described else [True])
    assert len(gateway.mappings) == (len(SEEDED) if described else 0)
    assert (gateway.services.igd is not None) is described
    assert [a.outcome for a in scan.attempts if a.stage == "probe.igd"] == [Outcome.DONE]
