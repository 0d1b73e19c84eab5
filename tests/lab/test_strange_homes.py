"""Homes that no other test contains, drawn at random from a seed: nothing may crash, and each forgotten telnet is found."""

import random

import pytest

from netguard.demo import appliances, catalogue
from netguard.demo.catalogue import build_home
from netguard.demo.homes import Device, Home, Server
from netguard.model.vocabulary import Status
from tests.lab.conftest import namespaces
from tests.lab.scanning import by_address, findings, scan_of


def strange_home(seed: int) -> Home:
    """A home drawn from `seed`: other prefix, addresses, names and MACs, and one more forgotten telnet somewhere."""
    draw = random.Random(seed)
    hosts = draw.sample(range(100, 250), 12)

    def mac(oui: str) -> str:
        return f"{oui}:{draw.randrange(256):02x}:{draw.randrange(256):02x}:{draw.randrange(256):02x}"

    number = f"{draw.randrange(2**32):08X}"
    changes = {
        "router": catalogue.router(mac=mac("00:31:92"), host=hosts[0]),
        "laptop": catalogue.laptop(mac=mac("a4:83:e7"), host=hosts[1]),
        "lock-bridge": catalogue.lock_bridge(mac=mac("54:d2:72"), host=hosts[2], hostname=f"Nuki_Bridge_{number}"),
        "light-hub": catalogue.light_hub(mac=mac("ec:b5:fa"), host=hosts[3]),
        "printer": None
        if draw.random() < 0.5
        else appliances.printer(mac=mac("00:80:77"), host=hosts[4], name="Drucker"),
        "phone": catalogue.phone(mac=mac("7e:11:5a"), host=hosts[5]),
    }
    port = draw.choice((23, 2323))
    gadget = Device(
        name="weather-station",
        what="Weather station",
        mac=mac("bc:dd:c2"),
        host=hosts[6],
        hostname="wetterstation",
        servers=(Server(kind="telnet", port=port, options=(("host", "wetter"),)),),
    )
    prefix = draw.choice(("10.231.17.0/24", "172.19.200.0/24", "192.168.3.0/24"))
    return build_home(prefix, changes=changes, extra=(gadget,))


@pytest.mark.parametrize("seed", [11, 29, 47])
def test_a_home_that_these_tests_do_not_know_is_scanned_and_its_telnets_found(seed, tmp_path):
    with namespaces(strange_home(seed)) as home:
        telnets = [(d.name, s.port) for d in home.home.devices for s in d.servers if s.kind == "telnet"]
        assert len(telnets) == 2
        scan = scan_of(home, tmp_path, "--depth", "quick")
        assert not [a for a in scan.attempts if "own mistake" in (a.reason or "")]
        for name, port in telnets:
            device = by_address(scan, home, name)
            found = [f for f in findings(scan, "telnet-open", device.key) if f.status is Status.FAIL]
            assert [f"tcp/{port}" in f.title for f in found] == [True]
        bridge = by_address(scan, home, "lock-bridge")
        assert any(f.status is Status.FAIL for f in findings(scan, "lock-unexpected-port", bridge.key))
