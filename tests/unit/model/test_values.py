"""Ports, addresses, cleaned text, fingerprints: the small values everything else is made of."""

import pytest
from netaddr import EUI, IPAddress, IPNetwork

from netguard.model import address, ports
from netguard.model.attempt import Attempt
from netguard.model.device import Coverage, Service
from netguard.model.finding import fingerprint
from netguard.model.observation import KINDS, MAX_ITEMS, MAX_TEXT, Fact, Sighting, clean, clean_value
from netguard.model.vocabulary import (
    DOOR_ROLES,
    HUB_ROLES,
    INFRASTRUCTURE_ROLES,
    IOT_ROLES,
    PERSONAL_ROLES,
    Depth,
    Outcome,
    PortState,
    Role,
    Severity,
    Transport,
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [("", set()), ("0", {0}), ("22", {22}), ("1-3,8080", {1, 2, 3, 8080}), ("5,5,4", {4, 5}), ("65535-65535", {65535})],
)
def test_ports_are_parsed(text: str, expected: set[int]) -> None:
    assert ports.parse(text) == expected


@pytest.mark.parametrize(
    "text",
    ["x", "-", "1-", "-1", "1--2", "3-1", "65536", "1,,2", ",", "1,", " 80", "+80", "1_0", "٣", "1-2-3", "9" * 9999],
)
def test_what_is_no_set_of_ports_is_refused_with_a_short_message(text: str) -> None:
    with pytest.raises(ValueError, match="not a range of ports") as refused:
        ports.parse(text)
    assert len(str(refused.value)) < 60


def test_ports_are_rendered_ascending_without_doubles_and_as_short_as_possible() -> None:
    assert ports.render([8080, 2, 1, 3, 3, 5, 6]) == "1-3,5-6,8080"
    assert ports.render([]) == ""


@pytest.mark.parametrize("port", [-1, 65536])
def test_a_service_has_a_port_that_exists(port: int) -> None:
    with pytest.raises(ValueError, match="not between 0 and 65535"):
        Service(address=address.ip("10.0.0.1"), transport=Transport.TCP, port=port, state=PortState.OPEN)


def test_coverage_holds_ports_and_nothing_else() -> None:
    with pytest.raises(ValueError, match="not a range of ports"):
        Coverage(address=address.ip("10.0.0.1"), transport=Transport.TCP, ports="all", engine="connect")


@pytest.mark.parametrize("text", ["fe80::1%eth0", "fe80::1%3", "fe80::1"])
def test_the_scope_of_an_address_is_cut_off(text: str) -> None:
    assert address.ip(text) == IPAddress("fe80::1")


def test_the_scope_is_cut_out_of_a_network_and_its_length_stays() -> None:
    assert address.network("fe80::1%eth0/64") == IPNetwork("fe80::/64")


def test_a_network_is_the_one_the_address_lies_in() -> None:
    assert str(address.network("192.168.7.20/24")) == "192.168.7.0/24"
    assert str(address.network("192.168.7.20")) == "192.168.7.20/32"


@pytest.mark.parametrize(
    "text", ["", "1", "10", "010.1.1.1", "1.2.3", "1.2.3.4/24", "1.2.3.4\n", "::g", "\x00", "x" * 9999]
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not an IP address") as refused:
        address.ip(text)
    assert len(str(refused.value)) < 300


@pytest.mark.parametrize("text", ["", "10/8", "1.2.3.4/33", "1.2.3.4/-1", "1.2.3.4/٣", "::/129", "nowhere"])
def test_what_is_no_network_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a network"):
        address.network(text)


@pytest.mark.parametrize(
    "text", ["00:01:02:0a:0b:0c", "0:1:2:a:b:c", "00-01-02-0A-0B-0C", "0001.020a.0b0c", "0001020A0B0C"]
)
def test_a_mac_is_read_in_every_common_notation_and_shown_in_one(text: str) -> None:
    assert str(address.mac(text)) == "00:01:02:0a:0b:0c"


@pytest.mark.parametrize("text", ["", "1", "00:01:02:0a:0b", "00-01-02-03-04-05-06-07", "00:01:02:0a:0b:0c\n", "x"])
def test_what_is_no_mac_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a MAC address"):
        address.mac(text)


def test_the_second_bit_of_a_mac_says_that_it_is_randomised_and_the_first_that_it_is_a_group() -> None:
    assert address.is_randomised(EUI("02-00-00-00-00-01"))
    assert not address.is_randomised(EUI("00-00-5E-00-53-01"))
    assert address.is_group(EUI("01-00-5E-00-00-FB"))
    assert address.is_group(EUI("FF-FF-FF-FF-FF-FF"))
    assert not address.is_group(EUI("02-00-00-00-00-01"))


def test_addresses_are_tried_ipv4_first_and_link_local_last() -> None:
    texts = ("fe80::1", "2001:db8::1", "169.254.1.1", "10.0.0.2", "10.0.0.2")
    ordered = address.in_order_of_use(tuple(map(IPAddress, texts)))
    assert [str(a) for a in ordered] == ["10.0.0.2", "2001:db8::1", "169.254.1.1", "fe80::1"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  Front\tdoor\r\n", "Front door"),
        ("\x1b[31mred\x1b[0m", "[31mred [0m"),
        ("gnp.exe\u202egpj", "gnp.exe gpj"),
        ("a\u200bb\u061cc\U000e0041d", "a b c d"),
        ("half \ud800 pair", "half ? pair"),
        ("Schloß 🔐 👩‍👩‍👧 می‌خواهم", "Schloß 🔐 👩‍👩‍👧 می‌خواهم"),
        ("\x00" * 5000, ""),
    ],
)
def test_a_devices_text_is_cleaned(text: str, expected: str) -> None:
    assert clean(text) == expected


def test_a_long_text_is_cut_and_shows_that_it_was() -> None:
    assert len(clean("a" * 100_000)) == MAX_TEXT
    assert clean("abcdef", 4) == "abc…"


def test_values_are_cleaned_and_cut() -> None:
    assert clean_value(("a\x00b", 1, True) + ("x",) * 1000) == ("a b", 1, True, *["x"] * (MAX_ITEMS - 3))
    assert clean_value("a\nb") == "a b"
    assert clean_value(None) is None
    assert clean_value(False) is False


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf"), 10**400, 2**63, -(2**63)])
def test_a_number_that_json_has_no_place_for_becomes_null(number: float) -> None:
    assert clean_value(number) is None
    assert clean_value((1, number, "a")) == (1, "a")


def test_a_fact_of_an_unlisted_kind_is_refused() -> None:
    with pytest.raises(ValueError, match=r"model/observation\.py"):
        Fact(kind="no.such", value=1)


def test_every_kind_is_listed_under_its_own_name_with_a_meaning() -> None:
    assert all(name == kind.name and kind.meaning for name, kind in KINDS.items())


def test_a_sighting_is_cleaned_and_cut_and_is_of_somebody() -> None:
    fact = Fact(kind="ssdp.server", value="a\x07b")
    seen = Sighting(
        source="ssdp",
        detail="x\ny",
        address=address.ip("10.0.0.1"),
        hostnames=("a\x00", "\x00") * 100,
        facts=(fact,) * 100,
    )
    assert seen.detail == "x y"
    assert set(seen.hostnames) == {"a"}
    assert len(seen.facts) == MAX_ITEMS
    assert seen.facts[0].value == "a b"
    with pytest.raises(ValueError, match="an address or a MAC"):
        Sighting(source="ssdp", detail="")


def test_what_was_not_looked_at_says_why() -> None:
    with pytest.raises(ValueError, match="without a reason"):
        Attempt(stage="probe.http", target="10.0.0.1", outcome=Outcome.SKIPPED)


def test_a_fingerprint_stays_what_it_was_when_it_was_released() -> None:
    assert fingerprint("telnet-open", "mac:00:00:5e:00:53:30", "tcp/23") == "eef6ffc301b95643d298c24122569908"
    assert fingerprint("wifi-open", "02:00:5e:10:00:01") == fingerprint("wifi-open", "02:00:5e:10:00:01", "")


def test_severities_and_depths_are_ordered() -> None:
    assert Severity.CRITICAL.at_least(Severity.HIGH)
    assert Severity.LOW.at_least(Severity.LOW)
    assert not Severity.INFO.at_least(Severity.LOW)
    assert Depth.DEEP.at_least(Depth.STANDARD)
    assert not Depth.DISCOVER.at_least(Depth.QUICK)


def test_every_role_belongs_to_exactly_one_group() -> None:
    groups = (DOOR_ROLES, PERSONAL_ROLES, INFRASTRUCTURE_ROLES, IOT_ROLES, {Role.UNKNOWN})
    assert all(sum(role in group for group in groups) == 1 for role in Role)
    assert HUB_ROLES <= DOOR_ROLES | IOT_ROLES
