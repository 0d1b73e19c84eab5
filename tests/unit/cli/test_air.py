"""Who hears Wi-Fi for a scan, what the rehearsal says of it, and that looking around stands in the transcript."""

import dataclasses

import pytest

from netguard.cli import _air
from netguard.model.vocabulary import Depth
from netguard.net.control import Cancel
from netguard.net.transcript import Transcript
from netguard.vantage._capabilities import WIFI_SCAN
from tests.unit.pipeline.conftest import SURROUNDINGS

RADIO = dataclasses.replace(SURROUNDINGS, vantage=dataclasses.replace(SURROUNDINGS.vantage, capabilities=(WIFI_SCAN,)))


def listener(choice, around=RADIO, depth=Depth.STANDARD, transcript=None):
    return _air.for_scan(choice, around, depth, Cancel(), transcript or Transcript())


@pytest.mark.parametrize(
    ("choice", "around", "depth", "reason"),
    [
        ("off", RADIO, Depth.STANDARD, "you asked"),
        ("auto", RADIO, Depth.QUICK, "depth quick"),
        ("auto", SURROUNDINGS, Depth.DEEP, "no Wi-Fi"),
    ],
)
def test_where_nobody_listens_it_says_why_and_the_rehearsal_too(choice, around, depth, reason):
    heard = listener(choice, around, depth)
    assert reason in heard
    assert reason in _air.rehearsed(choice, heard)


def test_a_file_is_read_at_any_depth_and_nothing_is_sent_for_it(tmp_path):
    choice = str(tmp_path / "air.pcap")
    heard = listener(choice, SURROUNDINGS, Depth.DISCOVER)
    assert callable(heard)
    assert _air.rehearsed(choice, heard) == f"{choice} is read; nothing is sent."


def test_looking_around_is_an_act_that_sends_and_is_said_and_kept(monkeypatch):
    asked = []
    monkeypatch.setattr(_air.air, "hear", lambda *given, **named: asked.append(named["again"]) or ((), ("Nothing.",)))
    transcript, remarks = Transcript(), []
    heard = listener("auto", transcript=transcript)
    assert "probe requests" in _air.rehearsed("auto", heard)
    assert not transcript.counts
    assert heard(remarks) == ()
    assert (asked, remarks, transcript.counts) == ([True], ["Nothing."], {"wifi-scan": 1})
