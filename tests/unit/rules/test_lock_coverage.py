"""What opens doors is covered, can be told about to its owner, and nothing else is ever taken for it."""

from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from netguard.identify.evidence import decide
from netguard.identify.matching import Trace, index_of
from netguard.model.address import mac
from netguard.model.vocabulary import DOOR_ROLES, IP_LINKS, Role
from netguard.rules.loader import load
from netguard.rules.review import values

SIGHTINGS = Path(__file__).with_name("sightings")
RULES = load()
RECORDS = RULES.devices
ALL = index_of(RECORDS)

KNOWLEDGE = {
    # What the makers' papers, matchers of other programs and captures speak of, and the records that it became.
    "august_connect": ("august-connect", "august-wifi-lock", "august-doorbell"),
    "yale_connect_plus": ("yale-connect", "yale-wifi-lock", "yale-assure"),
    "schlage_encode": ("schlage-encode", "schlage-connect", "schlage-sense", "schlage-sense-pro"),
    "kwikset_halo": ("kwikset-halo", "kwikset-smartcode"),
    "nuki_bridge": ("nuki-bridge", "nuki-bluetooth-lock"),
    "nuki_wifi": ("nuki-smart-lock",),
    "tedee_bridge": ("tedee-bridge", "tedee-lock"),
    "loqed_bridge": ("loqed-bridge",),
    "switchbot_hub": ("switchbot-hub", "switchbot-lock"),
    "aqara_hub": ("aqara-hub", "aqara-zigbee-lock", "aqara-matter-lock"),
    "xiaomi_central": ("xiaomi-gateway",),
    "eufy_homebase": ("eufy-homebase", "eufy-lock"),
    "wyze_lock_gw": ("wyze-lock-gateway", "wyze-lock"),
    "lockly_hub": ("lockly-hub", "lockly-lock"),
    "ultraloq_bridge": ("ultraloq-bridge", "ultraloq-lock"),
    "ttlock_g2": ("ttlock-gateway", "ttlock-lock"),
    "igloohome_bridge": ("igloohome-bridge", "igloohome-lock"),
    "danabridge": ("danabridge", "danalock"),
    "level": ("level-lock", "level-connect"),
    "sesame_hub": ("sesame-hub", "sesame-lock"),
    "salto_iq": ("salto-ks",),
    "smartthings_hub": ("smartthings-hub",),
    "hue_bridge": ("philips-hue-bridge",),
    "deconz": ("deconz",),
    "ikea_dirigera": ("ikea-dirigera", "ikea-tradfri"),
    "hubitat": ("hubitat",),
    "homey_pro": ("homey",),
    "home_assistant": ("home-assistant",),
    "zigbee2mqtt": ("zigbee2mqtt",),
    "zwavejs": ("zwave-js",),
    "zigbee_lan_coord": ("zigbee-coordinator",),
    "ring_alarm": ("ring-alarm",),
    "simplisafe": ("simplisafe",),
    "apple_home_hub": ("apple-tv", "apple-homepod"),
    "google_nest": ("google-nest-speaker", "nest-connect", "nest-yale-lock"),
    "amazon": ("amazon-echo", "eero"),
    "tuya_gw": ("tuya-gateway",),
    "vivint": ("vivint",),
    "bosch_shc": ("bosch-shc", "bosch-yale-lock"),
    "homematic": ("homematic-ccu", "homematic-access-point", "eq3-lock"),
    "tahoma": ("somfy-tahoma",),
    "homee": ("homee",),
    "abode": ("abode",),
    "control4": ("control4",),
    "unifi_protect_access": ("unifi-protect", "unifi-access-hub"),
    "verisure_etc": ("verisure", "sector-alarm", "adt-alarm", "alarm-com"),
    "generic_homekit_lock": ("homekit-lock", "homekit-garage-door", "homekit-door"),
    "generic_matter": ("matter-lock", "matter-node"),
    "thread_br": ("thread-border-router", "openthread-border-router", "glinet-border-router"),
}

TOLD = {Role.LOCK, Role.LOCK_HUB, Role.SMART_HOME_HUB, Role.ALARM}
"""Roles whose owner is told what to do when no scan can see the device."""

BEHIND_A_BORDER_ROUTER = {
    # What a border router announces from its own address for a lock on its Thread network.
    "dnssd.type": ("_hap._udp", "_matter._tcp", "_matterc._udp"),
    "dnssd.txt": (
        "_hap._udp ci=6",
        "_matterc._udp CM=2",
        "_matterc._udp DT=10",
        "_matterc._udp VP=4447+10242",
        "_matterc._udp VP=4957+161",
    ),
}


def of_roles(roles):
    return sorted(name for name, record in RECORDS.items() if record.role in roles)


def staged(name):
    """The trace of a record's staged sighting."""
    told = yaml.safe_load((SIGHTINGS / f"{name}.yaml").read_text(encoding="utf-8"))
    texts = {}
    for fact in told.get("facts", ()):
        texts.setdefault(fact["kind"], []).append(str(fact["value"]))
    return Trace(
        mac=mac(told["mac"]) if "mac" in told else None,
        is_gateway=bool(told.get("gateway")),
        hostnames=tuple(told.get("hostnames", ())),
        texts={kind: tuple(sorted(set(found))) for kind, found in texts.items()},
    )


def with_proxied_lock(trace):
    """`trace` of a border router that also announces a lock behind it."""
    mesh = {"dnssd.type": ("_meshcop._udp",), "dnssd.txt": ("_meshcop._udp vn=Example Works",)}
    texts = dict(trace.texts)
    for kind, added in BEHIND_A_BORDER_ROUTER.items():
        texts[kind] = tuple(sorted({*texts.get(kind, ()), *mesh[kind], *added}))
    return replace(trace, texts=texts)


@pytest.mark.parametrize("entry", sorted(KNOWLEDGE))
def test_everything_known_of_locks_and_hubs_has_its_records(entry):
    assert KNOWLEDGE[entry]
    assert not set(KNOWLEDGE[entry]) - set(RECORDS)


def test_the_table_names_all_forty_nine():
    assert len(KNOWLEDGE) == 49


@pytest.mark.parametrize("name", of_roles(TOLD))
def test_its_owner_is_told_how_it_connects_and_what_to_do_when_no_scan_sees_it(name):
    record = RECORDS[name]

    assert record.links
    assert record.unscannable
    assert record.power is not None
    if record.ip == "no":
        assert not set(record.links) & IP_LINKS
        assert record.wake is None
    else:
        assert record.wake


@pytest.mark.parametrize("name", of_roles(DOOR_ROLES))
def test_what_may_listen_on_a_door_is_written_down(name):
    assert RECORDS[name].expected_inbound is not None


@pytest.mark.parametrize("name", sorted(n for n, r in RECORDS.items() if r.ip != "no" and r.role not in DOOR_ROLES))
def test_what_announces_a_lock_behind_it_is_no_lock_itself(name):
    found = decide(with_proxied_lock(staged(name)), ALL)

    assert found.role not in DOOR_ROLES


def test_a_border_router_of_an_unknown_maker_is_no_lock():
    found = decide(with_proxied_lock(Trace(texts={})), ALL)

    assert found.role is Role.THREAD_BORDER_ROUTER


@pytest.mark.parametrize("name", of_roles(TOLD))
def test_a_shared_block_of_mac_addresses_recognises_nothing(name):
    """A block that other makers use too decides nothing, not even for the record that names it."""
    shared = {
        block
        for line in RECORDS[name].evidence
        if line.shared and set(line.match) == {"oui"}
        for block in values(line.match["oui"])
    }
    for block in shared:
        address = (block.replace(":", "") + "000000")[:11] + "1"
        found = decide(Trace(mac=mac(address), texts={}), [RECORDS[name]])
        assert found.record is None, block


@pytest.mark.parametrize(
    ("category", "role"),
    [("2", Role.SMART_HOME_HUB), ("4", Role.LOCK), ("6", Role.LOCK), ("10", Role.SENSOR), ("11", Role.ALARM)],
)
def test_homekits_category_says_what_it_is(category, role):
    found = decide(Trace(texts={"dnssd.txt": (f"_hap._tcp ci={category}", "_hap._tcp sf=1")}), ALL)

    assert found.role is role


@pytest.mark.parametrize("text", ["_hap._tcp ci=60", "_hap._tcp ci=16", "_hap._tcp md=6", "_matterc._udp DT=100"])
def test_what_only_looks_like_a_locks_number_is_no_lock(text):
    assert decide(Trace(texts={"dnssd.txt": (text,)}), ALL).role not in DOOR_ROLES


def test_a_paired_matter_device_may_be_anything():
    found = decide(Trace(texts={"dnssd.type": ("_matter._tcp",)}), ALL)

    assert (found.role, found.record and found.record.id) == (Role.UNKNOWN, "matter-node")


@pytest.mark.parametrize(
    "hostname",
    [
        "august",
        "august-birthday-pc",
        "yale",
        "nest",
        "level-1",
        "homebase-pc",
        "ring",
        "hub-3",
        "connect-box",
        "bridge",
        "gateway",
        "gateway-1234",
        "lockdown",
        "frontdoor-cam",
        "keymaster",
        "salto",
        "sesame-street",
        "wink",
        "vera-laptop",
        "homey",
        "danas-phone",
        "phoscone",
    ],
)
def test_a_name_that_only_sounds_like_one_is_none(hostname):
    found = decide(Trace(mac=mac("00:1b:21:00:11:22"), hostnames=(hostname,), texts={}), ALL)

    assert found.role not in TOLD
