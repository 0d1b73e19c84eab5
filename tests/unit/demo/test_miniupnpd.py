"""The simulated router's daemon: what it forwards from its beginning on, and how strict it is."""

from dataclasses import replace
from datetime import UTC, datetime

from netguard.demo import catalogue
from netguard.demo.homes import Forward, Home
from netguard.demo.recipes import miniupnpd
from netguard.demo.recipes._contract import Place

FORWARDS = (
    Forward(port=8443, host=20, to=443, description="Lock bridge"),
    Forward(port=51820, host=99, to=51821, transport="udp", seconds=3600),
)


def files(*, prefix: str | None = "192.0.2.0/24", **upnp: object) -> dict[str, str]:
    router = catalogue.router()
    assert router.upnp is not None
    own = replace(router, upnp=replace(router.upnp, **{"forwards": (), **upnp}))  # type: ignore[arg-type]
    if prefix is None:
        home = Home(prefix=None, prefix6="fd00:0:0:1::/64", router=own, laptop=catalogue.laptop())
    else:
        home = Home(prefix="192.168.9.0/24", router=own, laptop=catalogue.laptop())
    place = Place(
        daemon="miniupnpd", home=home, device=own, address=home.address(own), interface="br-lan", executable="/x",
        folder="/f", tools={},
    )  # fmt: skip
    return {name: str(content) for name, content in miniupnpd.recipe(place).files}


def test_what_is_forwarded_from_the_beginning_stands_in_the_lease_file() -> None:
    before = int(datetime.now(UTC).timestamp())
    first, second, *rest = files(forwards=FORWARDS)["/run/lab/leases"].split("\n")
    assert first == "TCP:8443:192.168.9.20:443:0:Lock bridge"
    protocol, port, client, to, until, text = second.split(":")
    assert (protocol, port, client, to, text, rest) == ("UDP", "51820", "192.168.9.99", "51821", "", [""])
    assert 3600 <= int(until) - before <= 3660
    assert files()["/run/lab/leases"] == ""


def test_without_ipv4_nothing_is_forwarded_and_nobody_allowed_to() -> None:
    given = files(prefix=None, forwards=FORWARDS)
    assert given["/run/lab/leases"] == ""
    assert "\nallow" not in given["/run/lab/miniupnpd.conf"]
    assert "\nallow 1024-65535 192.168.9.0/24 0-65535\n" in files()["/run/lab/miniupnpd.conf"]


def test_it_is_strict_where_the_home_says_so() -> None:
    assert "\nsecure_mode=no\n" in files()["/run/lab/miniupnpd.conf"]
    assert "\nsecure_mode=yes\n" in files(secure=True)["/run/lab/miniupnpd.conf"]
