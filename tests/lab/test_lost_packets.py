"""One packet that is lost on the way costs a scan time, and no fact."""

import pytest

from netguard.demo import catalogue
from netguard.demo.homes import Home
from tests.lab.cables import SCAN
from tests.lab.conftest import from_laptop
from tests.lab.weeks import lossy

FIRST = """
table inet lost {
  chain out { type filter hook output priority 0; tcp dport 80 tcp flags & (syn | ack) == syn numgen inc mod 1000 == 0 drop; }
}
"""
"""Drops the first request for a connection to port 80, and none of the next thousand."""


@pytest.mark.parametrize("asked", [1, 2])
def test_a_probe_speaks_although_the_first_request_for_its_connection_is_lost(asked):
    home = Home(
        prefix="10.52.8.0/24", router=catalogue.router(), laptop=catalogue.laptop(), devices=(catalogue.camera(),)
    )
    with lossy(home, FIRST) as opened:
        at = home.address(home.device("camera"))
        said = from_laptop(opened, SCAN + f"told(pages=[port('{at}', 80) for _ in range({asked})])")
    assert said["pages"] == ["HTTP/1.1 401 Unauthorized"] * asked
