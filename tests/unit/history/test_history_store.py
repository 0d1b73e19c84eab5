"""What was saved is found again, by every name that a person may call it."""

import dataclasses
import json
import sqlite3
import zlib
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from netaddr import EUI, IPNetwork

from netguard.errors import DocumentError, HistoryError
from netguard.history.reading import SHORTEST_PREFIX
from netguard.history.store import History
from netguard.model import codec
from netguard.model.home import Enrolment
from netguard.model.scan import Scan
from netguard.model.vocabulary import Depth, Ended
from tests.unit.history.conftest import NOON, MakeScan


def ids(history: History, site: str | None = None) -> list[str]:
    return [line.id for line in history.list(site)]


def test_a_saved_scan_is_read_back_whole_also_by_another_process_later(
    url: str, history: History, make_scan: MakeScan
) -> None:
    scan = make_scan("a1b2c3d4")
    history.save(scan)
    history.close()
    with History.open(url) as again:
        assert again.scan("a1b2c3d4") == scan


def test_fields_of_a_newer_netguard_survive_the_history(history: History, make_scan: MakeScan) -> None:
    newer = json.loads(codec.dumps(make_scan("a1b2c3d4")))
    newer["devices"][0]["from_the_future"] = {"x": [1]}
    history.save(codec.loads(json.dumps(newer).encode()))
    assert json.loads(codec.dumps(history.scan("latest"))) == newer


def test_a_list_line_says_what_the_document_says(history: History, make_scan: MakeScan) -> None:
    scan = make_scan("a1b2c3d4", ended=Ended.DEADLINE, depth=Depth.DEEP)
    silent = dataclasses.replace(scan.devices[0], key="mac:x", seen=False, declared=True)
    history.save(dataclasses.replace(scan, devices=(*scan.devices, silent)))
    (line,) = history.list()
    assert (line.id, line.site, line.ended, line.depth, line.grade) == ("a1b2c3d4", "home", "deadline", "deep", "D")
    assert (line.started_at, line.finished_at) == (NOON, NOON + timedelta(minutes=5))
    assert (line.interface, line.prefix) == ("wlan0", IPNetwork("192.168.7.0/24"))
    assert (line.devices, line.failing) == (1, 1), "a declared device that kept silent was not seen"


def test_a_scan_without_a_letter_has_none_in_the_list(history: History, make_scan: MakeScan) -> None:
    history.save(make_scan("ungraded", grade=None))
    assert history.list()[0].grade is None


def test_scans_are_listed_newest_first_and_those_of_one_instant_in_reverse_order_of_saving(
    history: History, make_scan: MakeScan
) -> None:
    for name, minute in (("middle-1", 5), ("newest", 9), ("oldest", 1), ("middle-2", 5)):
        history.save(make_scan(name, minute))
    assert ids(history) == ["newest", "middle-2", "middle-1", "oldest"]
    assert [line.id for line in history.list(limit=2)] == ["newest", "middle-2"]
    assert history.list(limit=0) == ()
    assert len(history.list(limit=10**30)) == 4


def test_a_list_can_be_of_one_site(history: History, make_scan: MakeScan) -> None:
    history.save(make_scan("here", site="home"))
    history.save(make_scan("there", site="cabin"))
    assert ids(history, "cabin") == ["there"]
    assert ids(history, "nowhere") == []
    assert history.sites() == ("cabin", "home")


def test_the_same_id_twice_is_refused_and_the_first_scan_stays(history: History, make_scan: MakeScan) -> None:
    history.save(make_scan("a1b2c3d4", 1))
    with pytest.raises(HistoryError, match="scan a1b2c3d4 is in it already"):
        history.save(make_scan("a1b2c3d4", 2))
    assert history.scan("a1b2c3d4") == make_scan("a1b2c3d4", 1)


def test_a_scan_that_could_not_be_read_again_is_not_saved(history: History, make_scan: MakeScan) -> None:
    local = datetime(2026, 3, 1, tzinfo=timezone(timedelta(hours=2)))
    with pytest.raises(HistoryError, match="started_at is not in UTC"):
        history.save(make_scan("a1b2c3d4", started_at=local))
    assert history.list() == ()


def test_latest_and_previous_are_of_the_same_site(history: History, make_scan: MakeScan) -> None:
    for name, minute, site in (("h1", 1, "home"), ("h2", 2, "home"), ("c1", 3, "cabin"), ("h3", 4, "home")):
        history.save(make_scan(name, minute, site=site))
    assert history.scan("latest").id == "h3"
    assert history.scan("previous").id == "h2"
    assert history.scan("latest", "cabin").id == "c1"
    with pytest.raises(HistoryError, match=r"only one saved scan of site 'cabin': c1 \(2026-03-01\)"):
        history.scan("previous", "cabin")


def test_the_latest_that_came_to_its_end_can_be_asked_for(history: History, make_scan: MakeScan) -> None:
    assert history.latest("home") is None
    history.save(make_scan("whole", 1))
    history.save(make_scan("cut", 2, ended=Ended.INTERRUPTED))
    found, finished = history.latest("home"), history.latest("home", finished=True)
    assert found is not None
    assert finished is not None
    assert (found.id, finished.id) == ("cut", "whole")
    assert history.latest("cabin", finished=True) is None


def test_a_beginning_of_an_id_is_enough(history: History, make_scan: MakeScan) -> None:
    for name in ("20260301-aaaa", "20260301-bbbb", "abc"):
        history.save(make_scan(name))
    assert history.scan("20260301-b").id == "20260301-bbbb"
    assert history.scan("abc").id == "abc", "a whole id may be short"


def test_a_beginning_that_several_ids_have_is_answered_with_all_of_them(history: History, make_scan: MakeScan) -> None:
    for name in ("20260301-aaaa", "20260301-bbbb"):
        history.save(make_scan(name))
    with pytest.raises(HistoryError, match="several scans begin with '20260301'") as refused:
        history.scan("20260301")
    assert "20260301-aaaa" in str(refused.value)
    assert "20260301-bbbb" in str(refused.value)


def test_when_there_are_many_only_some_are_named(history: History, make_scan: MakeScan) -> None:
    for number in range(30):
        history.save(make_scan(f"same{number:02}"))
    for reference in ("same", "other"):
        with pytest.raises(HistoryError) as refused:
            history.scan(reference)
        assert str(refused.value).count("same") <= 7


def test_an_id_that_is_also_the_beginning_of_another_is_that_scan(history: History, make_scan: MakeScan) -> None:
    for name in ("aaaa", "aaaabbbb"):
        history.save(make_scan(name))
    assert history.scan("aaaa").id == "aaaa"


@pytest.mark.parametrize("reference", ["%%%%", "____", "A1B2C3D4", "nothing", "", "a1b", "a1b2c3d4e", "' OR 1=1 --"])
def test_what_names_no_scan_is_answered_with_what_there_is(
    history: History, make_scan: MakeScan, reference: str
) -> None:
    history.save(make_scan("a1b2c3d4"))
    with pytest.raises(HistoryError, match=r"no saved scan .*a1b2c3d4 \(2026-03-01\)"):
        history.scan(reference)


def test_bytes_on_the_command_line_that_are_no_text_are_refused(history: History, make_scan: MakeScan) -> None:
    history.save(make_scan("a1b2c3d4"))
    with pytest.raises(HistoryError, match="characters that are no text"):
        history.scan("a1b2\udcff")


@pytest.mark.parametrize("reference", ["latest", "previous", "a1b2c3d4"])
def test_an_empty_history_says_how_to_begin(history: History, reference: str) -> None:
    with pytest.raises(HistoryError, match="no saved scans yet: run netguard scan"):
        history.scan(reference)


def test_another_sites_scan_is_not_found_by_its_id(history: History, make_scan: MakeScan) -> None:
    history.save(make_scan("a1b2c3d4", site="home"))
    with pytest.raises(HistoryError, match="no saved scans of site 'cabin' yet"):
        history.scan("a1b2c3d4", "cabin")


id_texts = st.text("ab%_é", min_size=1, max_size=7)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=50)
@given(st.sets(id_texts, max_size=6), id_texts)
def test_a_reference_finds_what_its_rule_says(make_scan: MakeScan, names: set[str], reference: str) -> None:
    begins = [n for n in names if n.startswith(reference)] if len(reference) >= SHORTEST_PREFIX else []
    expected = [reference] if reference in names else begins
    with History.open("sqlite://") as history:
        for name in names:
            history.save(make_scan(name))
        if len(expected) == 1:
            assert history.scan(reference).id == expected[0]
        else:
            with pytest.raises(HistoryError, match="several" if expected else "no saved scan"):
                history.scan(reference)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=50)
@given(st.lists(st.datetimes(timezones=st.just(UTC)), max_size=6))
def test_every_time_is_kept_to_the_microsecond_and_ordered(make_scan: MakeScan, times: list[datetime]) -> None:
    with History.open("sqlite://") as history:
        for number, time in enumerate(times):
            history.save(make_scan(str(number), started_at=time))
        listed = [(line.started_at, int(line.id)) for line in history.list()]
    assert listed == sorted(((t, n) for n, t in enumerate(times)), reverse=True)


def _put(path: Path, column: str, value: object) -> None:
    connection = sqlite3.connect(path)
    with connection:
        connection.execute(f"UPDATE scans SET {column} = ?", (value,))
    connection.close()


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (b"", "not JSON"),
        (b"garbage", "damaged"),
        ("text", "damaged"),
        (zlib.compress(b"{}"), "no netguard scan"),
        (zlib.compress(b'{"schema": "netguard.scan/2"}'), "update netguard"),
        (zlib.compress(bytes(100 * 2**20)), "larger than 64 MiB"),
    ],
    ids=["empty", "garbage", "text", "no scan", "newer", "unpacks to 100 MiB"],
)
def test_a_saved_document_that_cannot_be_read_is_named_and_the_rest_still_works(
    path: Path, history: History, make_scan: MakeScan, document: bytes | str, reason: str
) -> None:
    history.save(make_scan("a1b2c3d4", 1))
    _put(path, "document", document)
    history.save(make_scan("b1b2c3d4", 2))
    with pytest.raises(DocumentError, match=f"the saved scan a1b2c3d4 cannot be read: .*{reason}"):
        history.scan("a1b2c3d4")
    assert history.scan("latest").id == "b1b2c3d4"
    assert len(history.list()) == 2


@pytest.mark.parametrize("column", ["ended", "depth", "prefix", "started_at", "finished_at"])
def test_a_damaged_row_is_an_error_that_names_the_history(
    path: Path, history: History, make_scan: MakeScan, column: str
) -> None:
    history.save(make_scan("a1b2c3d4"))
    _put(path, column, "\x1b[31mnonsense")
    with pytest.raises(HistoryError, match="it is damaged") as refused:
        history.list()
    assert str(path) in str(refused.value)
    assert "\x1b" not in str(refused.value)


def home(site: str = "home", **fields: object) -> Enrolment:
    known = Enrolment(
        site=site,
        gateway_mac=EUI("00-00-5E-00-53-01"),
        prefixes=(IPNetwork("192.168.7.0/24"), IPNetwork("2001:db8:7::/64")),
        ssid="Harbour",
        enrolled_at=NOON,
    )
    return dataclasses.replace(known, **fields)


def test_a_home_is_remembered(url: str, history: History) -> None:
    history.remember(home())
    history.remember(home("cabin", gateway_mac=EUI("00-00-5E-00-53-02"), ssid=None))
    with History.open(url) as again:
        first, second = again.homes()
        assert first == home()
        assert (second.site, second.ssid) == ("cabin", None)
        assert str(second.gateway_mac) == "00:00:5e:00:53:02"
        assert again.sites() == ("cabin", "home")


def test_a_home_that_is_known_is_not_remembered_twice(history: History) -> None:
    history.remember(home())
    history.remember(home(prefixes=home().prefixes[::-1], enrolled_at=NOON + timedelta(days=1), ssid="New name"))
    history.remember(home(ssid=None))
    assert history.homes() == (home(ssid="New name"),), "the order of prefixes does not matter, the first date stays"


def test_another_prefix_or_gateway_is_another_home(history: History) -> None:
    history.remember(home())
    history.remember(home(prefixes=(IPNetwork("192.168.7.0/24"),)))
    history.remember(home(gateway_mac=EUI("00-00-5E-00-53-02")))
    assert len(history.homes()) == 3


def test_a_network_belongs_to_one_site(history: History) -> None:
    history.remember(home())
    with pytest.raises(HistoryError, match="belongs to site 'home' already, not to 'cabin'"):
        history.remember(home("cabin"))
    assert history.homes() == (home(),)


def test_a_scan_keeps_its_own_times_when_the_database_knows_no_time_zones(
    history: History, make_scan: MakeScan
) -> None:
    history.save(make_scan("a1b2c3d4"))
    read: Scan = history.scan("latest")
    assert read.started_at.tzinfo is not None
    assert history.list()[0].started_at.utcoffset() == timedelta(0)
