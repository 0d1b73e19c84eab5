"""Rules for the router in a report: today beside tomorrow, the text to the letter, the way back, what checked them."""

import base64
import hashlib
import html as entities
import re
from dataclasses import replace

import msgspec
import pytest

from netguard.advise import snippet
from netguard.advise.propose import propose
from netguard.advise.ruleset import ruleset
from netguard.prove.proof import calculated
from netguard.report import change_words, words
from netguard.report.change import Change, sentence
from netguard.report.change_shape import ChangeView, ResidentView
from netguard.report.formats import html, text
from netguard.report.view import view
from netguard.rules import loader, platforms
from netguard.rules.platforms import INTENT_WORDS, INTENTS, LABEL_WORDS
from tests.golden.report.rules import CHANGE, PLAN, PLATFORM, RULES, SNIPPET
from tests.golden.report.sample import NOW, sample_scan

SAMPLE = sample_scan()


def said(change: Change = CHANGE) -> ChangeView:
    found = view(SAMPLE, NOW, change).change
    assert found is not None
    return found


def resident(planned: str) -> ResidentView:
    return next(r for n in said().networks for r in n.residents if r.planned == planned)


def test_a_report_without_rules_says_nothing_of_them() -> None:
    assert view(SAMPLE, NOW).change is None
    assert "What changes on your router" not in html.render(SAMPLE, NOW)
    assert "WHAT CHANGES ON YOUR ROUTER" not in text.render(SAMPLE, NOW)


def test_each_device_is_where_it_is_today_and_where_it_will_be() -> None:
    bridge = resident("lock-hub-1")
    assert (bridge.name, bridge.today, bridge.tomorrow) == (
        "Hallway lock bridge",
        "192.168.20.21",
        "192.168.30.21, ::21",
    )
    assert bridge.moves
    assert bridge.door
    assert bridge.reached == ("TCP 8080 from trusted",)
    assert bridge.goes == ("lock-cloud.example (TCP 443 and 8883)", "time servers (UDP 123)")


def test_who_keeps_no_address_stays_or_was_not_seen_is_said() -> None:
    assert resident("tv-1").tomorrow == "another address"
    storage = resident("nas-1")
    assert not storage.moves
    assert storage.goes == ("anywhere in the internet",)
    lock = resident("lock-1")
    assert (lock.name, lock.today, lock.moves) == ("lock-1", "not seen in this scan", False)


@pytest.mark.parametrize(
    ("planned", "goes"),
    [
        ("camera-1", "nowhere in the internet"),
        ("tv-1", "anywhere in the internet"),
        ("printer-1", "a.example, b.example, c.example and 2 more (TCP 443)"),
    ],
)
def test_where_a_thing_may_go(planned: str, goes: str) -> None:
    assert resident(planned).goes == (goes,)


def test_networks_say_what_they_are_for_and_the_rest_of_the_home_is_not_forgotten() -> None:
    view_ = said()
    assert [n.name for n in view_.networks] == ["trusted", "iot", "guest"]
    assert view_.networks[1].details == "VLAN 30, 192.168.30.0/24, 2001:db8:30::/64, br-iot on the router"
    assert view_.networks[2].residents == ()
    assert "Kitchen hub" in view_.left_out
    assert "Hallway lock bridge" not in view_.left_out
    assert "Router" not in view_.left_out
    assert "192.168.20.0/24" in view_.today


def test_the_files_are_there_to_the_letter_in_both_forms() -> None:
    file = said().files[0]
    assert file.text == RULES
    assert file.lines == "7 lines"
    page = html.render(SAMPLE, NOW, CHANGE)
    block = re.search(rf'<code id="{file.anchor}">(.*?)</code>', page, re.DOTALL)
    assert block is not None
    assert entities.unescape(block[1]) == RULES
    assert RULES in text.render(SAMPLE, NOW, CHANGE)


def test_what_it_closes_leads_to_what_was_found() -> None:
    assert {p.check for p in said().closes} == {"lock-shares-segment", "iot-shares-segment"}


@pytest.mark.parametrize("label", LABEL_WORDS)
def test_the_label_is_said_and_only_two_are_called_proven(label: str) -> None:
    platform = msgspec.structs.replace(PLATFORM, label=label)
    found = said(replace(CHANGE, made=replace(SNIPPET, platform=platform)))
    assert found.proven is (label in {"packet-tested", "vendor-checked"})
    assert found.label.startswith(label)


def test_without_a_proof_the_report_says_that_nothing_was_tried() -> None:
    change = replace(CHANGE, proof=None)
    assert said(change).proof is None
    assert "Not tried" in html.render(SAMPLE, NOW, change)
    assert "Not tried" in text.render(SAMPLE, NOW, change)


def test_what_stands_in_backticks_is_to_be_typed() -> None:
    assert [(p.text, p.code) for p in sentence("Do `x y`, then\nlook: `z`")] == [
        ("Do ", False),
        ("x y", True),
        (", then look: ", False),
        ("z", True),
    ]
    assert sentence("") == ()


def test_every_word_that_a_plan_or_platform_may_say_has_one_here() -> None:
    assert set(INTENT_WORDS) == set(INTENTS)
    assert words.listed(tuple(change_words.NETWORKS.values()))
    assert set(change_words.NETWORKS) == set(change_words.RULES)


def test_the_policy_allows_the_script_that_copies_and_no_other() -> None:
    page = html.render(SAMPLE, NOW, CHANGE)
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    assert len(scripts) == 1
    assert len(re.findall("<script", page)) == 1
    digest = base64.b64encode(hashlib.sha256(scripts[0].encode()).digest()).decode()
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None
    assert f"script-src 'sha256-{digest}';" in entities.unescape(policy[1])
    assert "script-src" not in html.render(SAMPLE, NOW)
    assert not re.search(r"\son[a-z]+=|\sstyle=|javascript:", page)


@pytest.mark.parametrize("name", platforms.load())
def test_what_is_really_made_for_a_home_is_said(name: str) -> None:
    scan = SAMPLE
    plan = propose(scan, loader.load()).plan
    platform = platforms.load()[name]
    made = snippet.snippet(platform, ruleset(plan))
    proof = calculated(plan, platform=name, reason="it is a test", beside=platform.beside)
    change = Change(plan=plan, made=made, proof=proof)
    page, lines = html.render(scan, NOW, change), text.render(scan, NOW, change)
    found = said(change)
    assert [f.text for f in found.files] == [f.text for f in made.files]
    assert len({f.anchor for f in found.files}) == len(found.files)
    assert all(f.text.removesuffix("\n") in lines for f in made.files)
    assert "Calculated, not run: it is a test." in page
    assert found.proof is not None
    assert found.proof.wrong == ()
    assert plan != PLAN
