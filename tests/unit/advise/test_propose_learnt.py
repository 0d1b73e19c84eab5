"""Whose flows are whose, when a plan is made with what was learnt by listening."""

from dataclasses import replace

from netaddr import IPAddress

from netguard.advise import planfile
from netguard.advise.exports._contract import Candidate, export
from netguard.advise.propose import propose, text
from netguard.model.egress import Egress
from tests import builders
from tests.unit.advise.learning import learnt, went
from tests.unit.advise.proposing import CAMERA, HOME, LIGHT, NAS, RULES, member, said


def made_with(*devices, scanned=HOME, given=None):
    made = propose(builders.scan(*scanned), RULES, given, Egress(devices=devices))
    assert planfile.read(text(made).encode()) == made.plan
    return made


def goes(made, device):
    talks = member(made, device).talks
    return talks if talks == "any" else [name for t in talks for name in t.names]


def test_a_device_is_known_by_its_mac_its_key_or_a_key_of_before():
    of_before = replace(LIGHT, former_keys=("hue:1",))
    made = made_with(
        learnt(went("cam.example"), mac=str(CAMERA.mac)),
        learnt(went("light.example"), mac=None, key="hue:1"),
        scanned=(*(d for d in HOME if d is not LIGHT), of_before),
    )
    assert goes(made, CAMERA) == ["cam.example"]
    assert goes(made, of_before) == ["light.example"]
    assert "learnt by listening to it for 20 days" in said(made, CAMERA)
    assert not any("is not used" in note for note in made.notes)


def test_what_two_documents_entries_say_of_one_device_is_joined():
    made = made_with(
        learnt(went("cam.example"), mac=str(CAMERA.mac)),
        learnt(went("other.example"), mac=None, key=CAMERA.key, days=1),
    )
    assert goes(made, CAMERA) == ["cam.example", "other.example"]


def test_who_stays_goes_everywhere_whatever_was_learnt_and_strangers_are_counted():
    made = made_with(
        learnt(went("nas.example"), mac=str(NAS.mac)),
        learnt(went("cam.example"), mac="02:00:5e:00:53:77"),
        learnt(mac=None, key="x"),
    )
    assert goes(made, NAS) == []
    assert any(note.startswith("What was learnt of 3 devices is not used") for note in made.notes)
    one = made_with(learnt(mac=None, key="x"))
    assert one.notes[-1].startswith("What was learnt of 1 device is not used")


def test_whom_only_the_router_knows_goes_where_it_was_seen_to_go():
    router = export(
        "openwrt", wan=("wan0",), new_interface="br-{name}", reservations=[("02:77:00:00:00:09", "192.168.20.9")],
        candidates=[
            Candidate(label="lan", interface="br-lan", addresses=("192.0.2.1/24",)),
            Candidate(label="iot", interface="br-iot", addresses=("192.168.20.1/24",)),
        ],
    )  # fmt: skip
    made = made_with(learnt(went("kept.example"), mac="02:77:00:00:00:09"), given=router)
    (kept,) = (m for m in made.plan.members if m.name == "reserved-1")
    assert kept.addresses == (IPAddress("192.168.20.9"),)
    assert [name for t in kept.talks for name in t.names] == ["kept.example"]
    assert "this scan did not see it" in made.remarks["reserved-1"][0]
    assert not any("is not used" in note for note in made.notes)
