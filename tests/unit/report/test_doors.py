"""What the report says of what the routers let in: whom each port leads to, what answers there, and what is not known."""

from dataclasses import replace
from types import ModuleType

import pytest
from netaddr import IPAddress

from netguard.checks import natpmp_enabled, upnp_igd_enabled
from netguard.model.attempt import Attempt
from netguard.model.finding import fingerprint
from netguard.model.gateway import Gateway, GatewayServices, Igd, NatPmp, Pcp, PortMapping
from netguard.model.observation import Observation
from netguard.model.past import Past
from netguard.model.scan import Scan
from netguard.model.vocabulary import Outcome, PortState, Severity, Transport
from netguard.report.doors import ABOUT_A_GATEWAY, ABOUT_ITS_SOFTWARE, BY_HAND, MOST_GATEWAYS, MOST_MAPPINGS
from netguard.report.formats import html, text
from netguard.report.mappings import ABOUT_A_MAPPING
from netguard.report.shape import DoorsView, GatewayView, MappingView
from netguard.report.view import view
from netguard.report.words import NATPMP_RESULTS, PCP_RESULTS, another
from netguard.rules import loader
from tests.golden.report.doors import GONE, PROBLEMS, SWITCHED_OFF, TO_NOBODY, TO_THE_FILES, TO_THE_LOCK
from tests.golden.report.residents import BACK_DOOR, BRIDGE, NAS, ROUTER
from tests.golden.report.sample import NOW, sample_scan


@pytest.fixture
def scan() -> Scan:
    return sample_scan()


def said(scan: Scan, *gateways: Gateway) -> DoorsView:
    return view(replace(scan, gateways=gateways), NOW).doors


def own(scan: Scan, *mappings: PortMapping, **igd: object) -> Gateway:
    """The sample's router with other mappings, or other words."""
    first = scan.gateways[0]
    assert first.services.igd is not None
    services = replace(first.services, igd=replace(first.services.igd, **igd))  # type: ignore[arg-type]
    return replace(first, mappings=mappings, services=services)


def as_judged(check: ModuleType, scan: Scan, *gateways: Gateway) -> Scan:
    """The scan with what this check itself says of it."""
    before = tuple(f for f in scan.findings if f.check != check.CHECK.id)
    return replace(scan, findings=(*before, *check.judge(replace(scan, gateways=gateways), loader.load(), Past())))


def one(scan: Scan, mapping: PortMapping) -> MappingView:
    (found,) = said(scan, own(scan, mapping)).gateways[0].mappings
    return found


def detail(gateway: GatewayView | MappingView, label: str) -> str | None:
    return {d.label: d.text for d in gateway.details}.get(label)


def test_each_port_is_told_with_what_it_leads_to_and_what_answers_there_the_worst_first(scan: Scan) -> None:
    router, stick = view(scan, NOW).doors.gateways
    assert (router.name, router.address) == ("Router", "192.168.20.1")
    assert router.place == "your router, the first on the way to the internet"
    assert [(m.port, m.leads_to, m.severity, m.door, m.absent, m.off) for m in router.mappings] == [
        ("TCP 8443", "Hallway lock bridge (192.168.20.21), port 8080", "high", True, False, False),
        ("TCP 21", "storage (192.168.20.40), port 21", "high", False, False, False),
        ("UDP 51413", f"{GONE}, port 51413", "medium", False, True, False),
        ("TCP 7000", "Living room TV (192.168.20.42), port 7000", "info", False, False, True),
    ]
    lock, files, gone, off = router.mappings
    assert lock.answers.startswith("http Bridge API answers there; page “Bridge API”")
    assert "it asks for a login" in lock.answers
    assert files.answers == "ftp ProFTPD answers there."
    assert gone.answers == "No device that was seen has that address."
    assert [p.check for p in lock.problems] == ["upnp-port-mapping-lock"]
    assert (detail(lock, "Open to"), detail(off, "Open to")) == ("anybody on the internet", "198.51.100.7")
    assert detail(lock, "Lasts") == "until somebody closes it: it has no end of its own"
    assert detail(files, "Lasts") == "another 6 days"
    assert detail(off, "State") == "switched off, says the router"
    assert stick.place == "not on your way to the internet, and offers to open ports all the same"
    assert [p.check for p in stick.problems] == ["upnp-rogue-igd"]
    assert [p.check for p in router.problems] == ["upnp-igd-enabled", "natpmp-enabled"]


def test_how_to_close_it_is_a_command_made_of_numbers_and_addresses(scan: Scan) -> None:
    assert one(scan, TO_THE_LOCK).close == "netguard upnp remove tcp/8443"
    elsewhere = replace(own(scan, TO_NOBODY), device=NAS.key)
    (mapping,) = said(scan, Gateway(device=ROUTER.key), elsewhere).gateways[1].mappings
    assert mapping.close == "netguard upnp remove udp/51413@192.168.20.40"
    every = one(scan, replace(TO_THE_LOCK, external_port=0))
    assert (every.port, every.close) == ("every TCP port", None)
    other = one(scan, replace(TO_THE_LOCK, source="menu"))
    assert (detail(other, "Listed by"), other.close) == ("menu", None)


@pytest.mark.parametrize(
    ("changes", "answers", "absent"),
    [
        ({"internal_port": 23}, "telnet BusyBox telnetd answers there; it asks for a login.", False),
        ({"internal_port": 9}, "Nothing answered on that port in this scan.", False),
        (
            {"internal_port": 9, "protocol": Transport.UDP},
            "That port was not asked in this scan, so what answers there is not known.",
            False,
        ),
        (
            {"device": BACK_DOOR.key},
            "It was not seen in this scan, so what answers there is not known.",
            False,
        ),
        ({"device": None}, "No device that was seen has that address.", True),
        (
            {"device": None, "internal_client": "10.9.9.9"},
            "That address is on another network than the one that was scanned.",
            False,
        ),
        (
            {"device": None, "internal_client": "192.168.20.50"},
            "It leads to the computer that this scan was made with.",
            False,
        ),
        (
            {"device": None, "internal_client": "the hub"},
            "The router names no address there that could be looked at.",
            False,
        ),
    ],
)
def test_what_answers_there_is_said_as_far_as_it_was_asked(
    scan: Scan, changes: dict[str, object], answers: str, absent: bool
) -> None:
    told = one(scan, replace(TO_THE_LOCK, **changes))  # type: ignore[arg-type]
    assert (told.answers, told.absent) == (answers, absent)


def test_a_port_that_was_listed_and_is_not_open_is_told_as_it_is(scan: Scan) -> None:
    service = replace(BRIDGE.services[0], state=PortState.CLOSED)
    devices = tuple(replace(d, services=(service,)) if d.key == BRIDGE.key else d for d in scan.devices)
    assert one(replace(scan, devices=devices), TO_THE_LOCK).answers == "Nothing answers there now: closed."
    bare = replace(service, state=PortState.OPEN, name=None, product=None)
    devices = tuple(replace(d, services=(bare,)) if d.key == BRIDGE.key else d for d in scan.devices)
    assert one(replace(scan, devices=devices, observations=()), TO_THE_LOCK).answers == (
        "Something that was not recognised answers there."
    )


def test_where_a_check_knows_who_sleeps_there_nobody_is_said_to_be_gone(scan: Scan) -> None:
    stale = next(f for f in PROBLEMS if f.check == "upnp-stale-mapping")
    mark = f"udp/51413/{GONE}/51413"
    asleep = replace(
        stale, check="upnp-port-mapping-lock", fingerprint=fingerprint("upnp-port-mapping-lock", ROUTER.key, mark)
    )
    told = one(replace(scan, findings=(asleep,)), TO_NOBODY)
    assert [p.check for p in told.problems] == ["upnp-port-mapping-lock"]
    assert not told.absent
    assert one(replace(scan, findings=()), TO_NOBODY).absent


def test_where_personal_devices_were_only_counted_nobody_is_said_to_be_gone(scan: Scan) -> None:
    told = one(replace(scan, personal_devices=4), TO_NOBODY)
    assert not told.absent
    assert "may be one of those that were only counted" in told.answers


@pytest.mark.parametrize(
    ("mappings", "sentence"),
    [
        ((TO_THE_LOCK,), "1 port leads in from the internet, to Hallway lock bridge."),
        ((TO_THE_LOCK, TO_THE_FILES), "2 ports lead in from the internet, one of them to Hallway lock bridge."),
        ((TO_THE_FILES, TO_NOBODY), "2 ports lead in from the internet."),
        ((SWITCHED_OFF,), "Your router lists no port that leads in from the internet."),
        ((), "Your router lists no port that leads in from the internet."),
    ],
)
def test_the_first_sentence_counts_the_ports_and_names_the_locks(
    scan: Scan, mappings: tuple[PortMapping, ...], sentence: str
) -> None:
    assert said(scan, own(scan, *mappings)).sentence == sentence


def test_nothing_is_said_to_be_closed_where_the_router_did_not_say_all(scan: Scan) -> None:
    part, refused, never = (own(scan, listed=listed) for listed in ("part", "refused", None))
    for gateway in (part, never):
        assert said(scan, gateway).sentence.endswith("so nothing is known to be closed.")
    assert "would not say" in said(scan, refused).sentence
    assert (
        "It did not name its last mapping: more may be open than is listed here." in said(scan, part).gateways[0].notes
    )
    assert (
        "It refuses to list what it forwards, so nothing is known to be closed."
        in said(scan, refused).gateways[0].notes
    )
    assert BY_HAND in said(scan, own(scan)).gateways[0].notes
    assert said(scan, never).gateways[0].notes == ()
    assert said(scan, own(scan, TO_NOBODY, listed="part")).sentence == "At least 1 port leads in from the internet."


def test_without_an_igd_it_is_said_whether_that_is_known(scan: Scan) -> None:
    silent = replace(scan.gateways[0], services=GatewayServices(), mappings=(), external_address=None)
    told = said(scan, silent)
    assert told.sentence == "What your router lets in from the internet is not known."
    assert detail(told.gateways[0], "UPnP") == "not known"
    absent = Observation(
        id="x",
        device=ROUTER.key,
        address=None,
        transport=None,
        port=None,
        probe="igd",
        kind="igd.absent",
        value=True,
        at=scan.started_at,
    )
    looked = replace(scan, observations=(*scan.observations, absent))
    asked = said(as_judged(upnp_igd_enabled, looked, silent), silent)
    assert asked.sentence == "Your router offers nobody to open ports by UPnP."
    assert detail(asked.gateways[0], "UPnP") == "not offered: it was asked in every way that netguard knows"


def test_where_nobody_looked_it_says_so_and_what_would_help(scan: Scan) -> None:
    nobody = tuple(f for f in scan.findings if f.check not in ABOUT_A_GATEWAY | ABOUT_A_MAPPING)
    told = said(replace(scan, findings=nobody))
    assert told.gateways == ()
    assert told.sentence == "What your router lets in from the internet is not known."
    assert [(g.what, g.how) for g in told.unseen] == [
        (("Your router was not asked what it lets in",), "Scan with --depth standard or deep.")
    ]
    alone = replace(scan, findings=nobody, vantage=replace(scan.vantage, gateway=None))
    assert "has no router that leads to the internet" in said(alone).sentence
    assert said(alone).unseen == ()


def test_what_could_not_be_judged_is_told_with_what_would_help(scan: Scan) -> None:
    (gap,) = view(scan, NOW).doors.unseen
    (what,) = gap.what
    assert what.startswith("Nothing is reachable by IPv6 from outside: not checked, because programs may have opened")
    assert gap.how == "Look in the router's menu under IPv6 for exceptions or pinholes."


def test_a_second_router_is_told_although_it_was_not_reached(scan: Scan) -> None:
    first = replace(own(scan, TO_THE_LOCK), external_address=IPAddress("192.168.0.2"))
    told = said(scan, first, Gateway())
    assert "there is a second router between it and the internet" in str(
        detail(told.gateways[0], "Its address outside")
    )
    second = told.gateways[1]
    assert (second.name, second.place) == ("Another router", "the next one on the way to the internet")
    assert second.notes[0].startswith("It was not reached, so nothing in here speaks about it.")
    shared = replace(first, external_address=IPAddress("100.64.3.2"))
    assert "RFC 6598" in str(detail(said(scan, shared).gateways[0], "Its address outside"))


def test_the_own_router_that_was_not_seen_is_said_to_be_so(scan: Scan) -> None:
    (router,) = said(scan, Gateway()).gateways
    assert (router.name, router.details) == ("Your router", ())
    assert router.notes == ("It was not seen, so nothing in here speaks about what it lets in.",)


@pytest.mark.parametrize(
    ("firewall", "pinholes", "expected"),
    [
        (None, None, "the router does not say whether it keeps it out"),
        (False, True, "let in: the router says that its IPv6 firewall is off"),
        (True, None, "kept out, says the router"),
        (True, False, "kept out, says the router; nobody may ask for exceptions"),
        (True, True, "kept out, says the router; whatever is in the home can ask for exceptions"),
    ],
)
def test_ipv6_is_said_as_the_router_says_it(
    scan: Scan, firewall: bool | None, pinholes: bool | None, expected: str
) -> None:
    gateway = own(scan, ipv6_firewall_enabled=firewall, inbound_pinhole_allowed=pinholes)
    assert detail(said(scan, gateway).gateways[0], "IPv6 from outside") == expected


def test_natpmp_and_pcp_are_on_refusing_off_or_not_known(scan: Scan) -> None:
    def told(services: GatewayServices, *, closed: bool = False) -> tuple[str | None, str | None]:
        coverage = replace(ROUTER.coverage[0], transport=Transport.UDP, ports="53,5351")
        router = replace(ROUTER, coverage=(*ROUTER.coverage, coverage)) if closed else ROUTER
        home = replace(scan, devices=tuple(router if d.key == ROUTER.key else d for d in scan.devices))
        bare = Gateway(device=ROUTER.key, services=services)
        gateway = said(as_judged(natpmp_enabled, home, bare), bare).gateways[0]
        return detail(gateway, "NAT-PMP"), detail(gateway, "PCP")

    on = "on: whatever is in the home can ask it to open a port this way"
    assert told(GatewayServices(natpmp=NatPmp(result=0), pcp=Pcp(version=2, result=0))) == (on, on)
    assert told(GatewayServices(natpmp=NatPmp(result=2), pcp=Pcp(version=2, result=99))) == (
        "answers, and refuses: it lets nobody open ports this way",
        "answers, and refuses: reason number 99",
    )
    assert told(GatewayServices()) == ("no answer, or it was not asked, which proves nothing",) * 2
    assert told(GatewayServices(), closed=True) == ("off: its port is closed",) * 2


def test_off_is_said_only_where_every_question_was_answered(scan: Scan) -> None:
    """At one of its addresses the port is closed, and at the other nobody said anything."""
    coverage = replace(ROUTER.coverage[0], transport=Transport.UDP, ports="5351")
    second = IPAddress("192.168.20.2")
    router = replace(ROUTER, addresses=(*ROUTER.addresses, second), coverage=(*ROUTER.coverage, coverage))
    silence = Attempt(stage="probe.pcp", target=f"{second} udp/5351", outcome=Outcome.FAILED, reason="it was silent")
    home = replace(
        scan,
        devices=tuple(router if d.key == ROUTER.key else d for d in scan.devices),
        attempts=(*scan.attempts, silence),
    )
    bare = Gateway(device=ROUTER.key)
    gateway = said(as_judged(natpmp_enabled, home, bare), bare).gateways[0]
    assert detail(gateway, "NAT-PMP") == "no answer, or it was not asked, which proves nothing"


def test_what_the_router_says_of_itself_is_said(scan: Scan) -> None:
    told = said(scan, own(scan, nat_enabled=False, connection_status="Unconfigured")).gateways[0]
    assert detail(told, "Connection") == "“Unconfigured”, says the router"
    assert str(detail(told, "Address translation")).startswith("off, says the router")
    assert detail(told, "Says that it is") == "Example Networks HomeBox 7"
    bare = Gateway(device=ROUTER.key, services=GatewayServices(igd=Igd(location="x", device_type="y")))
    assert [d.label for d in said(scan, bare).gateways[0].details] == [
        "UPnP",
        "NAT-PMP",
        "PCP",
        "Firmware",
        "IPv6 from outside",
    ]


def test_a_finding_without_a_device_of_its_own_stands_at_the_own_router(scan: Scan) -> None:
    about = next(f for f in PROBLEMS if f.check == "upnp-igd-enabled")
    whole = replace(about, target="network", fingerprint=fingerprint(about.check, "network"))
    router, stick = view(replace(scan, findings=(whole,)), NOW).doors.gateways
    assert [p.check for p in router.problems] == ["upnp-igd-enabled"]
    assert stick.problems == ()


def test_what_only_announces_that_it_opens_ports_is_told_although_it_answered_nothing(scan: Scan) -> None:
    silent = replace(scan, gateways=scan.gateways[:1])
    told = view(silent, NOW).doors
    assert [p.check for p in told.problems] == ["upnp-rogue-igd"]
    title = told.problems[0].title
    assert f"  ! {title}" in text.render(silent, NOW)
    assert html.render(silent, NOW).count(title) == html.render(scan, NOW).count(title)
    assert view(scan, NOW).doors.problems == ()


@pytest.mark.parametrize("check", sorted(ABOUT_ITS_SOFTWARE))
def test_the_software_of_a_router_counts_and_that_of_others_does_not(scan: Scan, check: str) -> None:
    about = next(f for f in PROBLEMS if f.check == "upnp-igd-enabled")
    old = tuple(
        replace(about, check=check, target=device.key, fingerprint=device.key, title=str(device.name))
        for device in (ROUTER, NAS)
    )
    told = view(replace(scan, findings=old), NOW).doors
    assert [p.title for p in told.gateways[0].problems] == ["Router"]
    assert told.problems == ()
    assert detail(told.gateways[0], "Firmware") == "7.57"


def test_a_finding_follows_a_device_that_was_once_called_otherwise(scan: Scan) -> None:
    devices = tuple(replace(d, key="lock:1", former_keys=(d.key,)) if d.key == BRIDGE.key else d for d in scan.devices)
    assert [p.severity for p in one(replace(scan, devices=devices), TO_THE_LOCK).problems] == [Severity.HIGH]


def test_a_list_without_end_fills_no_page(scan: Scan) -> None:
    many = tuple(replace(TO_NOBODY, external_port=n) for n in range(1, MOST_MAPPINGS + 9))
    (router,) = said(scan, own(scan, TO_THE_LOCK, *many)).gateways
    assert (len(router.mappings), router.more_mappings) == (MOST_MAPPINGS, 9)
    assert router.mappings[0].door, "what is worst is never the one left out"
    crowd = replace(scan, gateways=(own(scan, *many),))
    assert "and 8 more" in text.render(crowd, NOW)
    assert "And 8 more." in html.render(crowd, NOW)
    assert len(said(scan, *(Gateway(),) * 99).gateways) == MOST_GATEWAYS


def test_a_device_says_by_which_ports_the_internet_reaches_it(scan: Scan) -> None:
    told = {d.name: d.from_internet for d in view(scan, NOW).devices if d.from_internet}
    assert told == {"Hallway lock bridge": ("TCP 8443",), "storage": ("TCP 21",)}, "one switched off lets nobody in"
    (tally,) = (t for t in view(scan, NOW).tallies if t.kind == "doors")
    assert (tally.number, tally.what, tally.anchor) == (3, "open to the internet", "doors")


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (1, "another 1 second"),
        (119, "another 1 minute"),
        (7_200, "another 2 hours"),
        (604_800, "another 7 days"),
        (4_294_967_295, "another 49,710 days"),
    ],
)
def test_a_lease_is_said_in_the_largest_unit_that_fits(seconds: int, expected: str) -> None:
    assert another(seconds) == expected


def test_every_result_of_both_protocols_has_words() -> None:
    assert sorted(NATPMP_RESULTS) == list(range(1, 6)), "RFC 6886, 3.5"
    assert sorted(PCP_RESULTS) == list(range(1, 14)), "RFC 6887, 7.4"
