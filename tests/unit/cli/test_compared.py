"""Which two scans are compared, what stands behind them, and by which rules they are judged."""

import uuid
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from netguard import pipeline
from netguard.cli import _compared
from netguard.compare.registry import learnt
from netguard.errors import DocumentError, HistoryError, NothingEarlierError, UsageError
from netguard.history.store import History
from netguard.model import address, codec
from netguard.model.declared import Declaration
from netguard.model.device import Identity
from netguard.model.gateway import Gateway
from netguard.model.known import KnownDevice, KnownIdentity
from netguard.model.scan import Ruleset
from netguard.model.vocabulary import Ended, Role, Stability
from netguard.rules import loader
from tests import builders
from tests.unit.history.test_history_mappings import mapping

NOW = datetime(2026, 12, 24, 12, tzinfo=UTC)


@pytest.fixture
def history(tmp_path):
    with History.open(f"sqlite:///{tmp_path / 'h.db'}") as opened:
        yield opened


@pytest.fixture
def seen(monkeypatch):
    """What the comparison itself was given, in place of its result."""
    asked = []
    monkeypatch.setattr(_compared, "difference", lambda *given: asked.append(given) or given)
    return asked


def week(number, *devices, **given):
    """The scan of this week."""
    at = builders.NOW + timedelta(weeks=number)
    return builders.scan(*devices, **({"id": f"{number:012x}", "started_at": at, "finished_at": at} | given))


def elsewhere(prefix="198.51.100.0/24", gateway="00:00:5e:00:53:01"):
    vantage = builders.scan().vantage
    hop = replace(vantage.gateway, mac=address.mac(gateway))
    return replace(vantage, segment=replace(vantage.segment, prefix=address.network(prefix)), gateway=hop)


def lasting(number):
    """A device that the registry knows again."""
    made = builders.device(number)
    mac = Identity(kind="mac", value=made.key.removeprefix("mac:"), stability=Stability.PERMANENT)
    return replace(made, identities=(mac,))


def learn(history, *scans):
    """Save these one after the other as `netguard scan` does."""
    for scan in scans:
        placed = history.placed(scan)
        history.save(scan, lambda known, s=placed: learnt(s, known, lambda: uuid.uuid4().hex[:12]), just_made=True)


def saved(history, *scans):
    for scan in scans:
        history.save(scan)


def ids(pair):
    return int(pair.old.id, 16), int(pair.new.id, 16)


def test_without_names_the_latest_is_compared_with_the_one_before(history):
    saved(history, week(1), week(2), week(3))
    assert ids(_compared.pair(history, None, None, None)) == (2, 3)


def test_the_one_before_is_a_finished_one_of_the_same_network(history):
    saved(
        history,
        week(1),
        week(2, vantage=elsewhere()),
        week(3, vantage=elsewhere("192.0.2.0/24", "00:00:5e:00:53:99")),
        week(4, ended=Ended.INTERRUPTED),
        week(5),
    )
    assert ids(_compared.pair(history, None, None, None)) == (1, 5)


def test_where_a_gateway_s_mac_is_not_known_the_prefix_decides(history):
    vantage = builders.scan().vantage
    saved(history, week(1), week(2, vantage=replace(vantage, gateway=None)))
    assert ids(_compared.pair(history, None, None, None)) == (1, 2)


def test_one_name_is_the_older_one(history):
    saved(history, week(1), week(2), week(3))
    assert ids(_compared.pair(history, "000000000001", None, None)) == (1, 3)
    assert ids(_compared.pair(history, "previous", None, None)) == (2, 3)


def test_the_latest_is_looked_for_in_the_home_that_the_older_one_names(history, tmp_path):
    saved(history, week(1), week(2), week(3, site="cabin"), week(4, site="cabin"))
    assert ids(_compared.pair(history, f"{1:012x}", None, None)) == (1, 2)
    (tmp_path / "old.json").write_bytes(codec.dumps(week(1)))
    assert ids(_compared.pair(history, str(tmp_path / "old.json"), None, None)) == (1, 2)
    assert ids(_compared.pair(history, "previous", None, None)) == (3, 4)
    assert ids(_compared.pair(history, "previous", None, "home")) == (1, 2)


def test_the_newer_one_alone_finds_its_own_predecessor(history):
    saved(history, week(1), week(2), week(3))
    assert ids(_compared.pair(history, None, "000000000002", None)) == (1, 2)


def test_two_that_are_named_the_other_way_round_are_put_in_order(history):
    saved(history, week(1), week(2))
    found = _compared.pair(history, "000000000002", "000000000001", None)
    assert ids(found) == (1, 2)
    assert found.swapped


def test_the_history_s_order_counts_and_not_a_clock_that_was_set_back(history):
    history.save(week(5), just_made=True)
    history.save(week(1), just_made=True)
    found = _compared.pair(history, "000000000005", "000000000001", None)
    assert ids(found) == (5, 1)
    assert not found.swapped
    assert ids(_compared.pair(history, None, None, None)) == (5, 1)


def test_files_are_compared_without_a_history(tmp_path):
    for number in (1, 2):
        (tmp_path / f"{number}.json").write_bytes(codec.dumps(week(number)))
    found = _compared.pair(None, str(tmp_path / "2.json"), str(tmp_path / "1.json"), None)
    assert ids(found) == (1, 2)
    assert found.swapped


def test_a_file_is_compared_with_a_scan_of_the_history(history, tmp_path):
    saved(history, week(1))
    (tmp_path / "new.json").write_bytes(codec.dumps(week(2)))
    assert ids(_compared.pair(history, "latest", str(tmp_path / "new.json"), None)) == (1, 2)


@pytest.mark.parametrize(
    ("scans", "error", "says"),
    [
        ([], HistoryError, "no saved scans"),
        ([1], NothingEarlierError, "the first finished one of site 'home'"),
    ],
)
def test_with_nothing_to_compare_it_says_so(history, scans, error, says):
    saved(history, *map(week, scans))
    with pytest.raises(error, match=says):
        _compared.pair(history, None, None, None)


def test_with_scans_of_another_network_only_it_names_the_newest(history):
    saved(history, week(1, vantage=elsewhere()), week(2))
    with pytest.raises(NothingEarlierError, match="netguard diff 000000000001 000000000002"):
        _compared.pair(history, None, None, None)


def test_a_file_that_is_not_in_the_history_has_no_predecessor(history, tmp_path):
    saved(history, week(1))
    (tmp_path / "new.json").write_bytes(codec.dumps(week(2)))
    with pytest.raises(NothingEarlierError, match="name both scans"):
        _compared.pair(history, None, str(tmp_path / "new.json"), None)


def test_two_homes_and_twice_the_same_are_refused(history, tmp_path):
    saved(history, week(1))
    (tmp_path / "cabin.json").write_bytes(codec.dumps(week(2, site="cabin")))
    with pytest.raises(UsageError, match="only scans of one home"):
        _compared.pair(history, str(tmp_path / "cabin.json"), "latest", None)
    with pytest.raises(UsageError, match="both are scan 000000000001"):
        _compared.pair(history, "latest", "latest", None)
    with pytest.raises(UsageError, match="of site 'cabin', not of 'home'"):
        _compared.pair(history, "latest", str(tmp_path / "cabin.json"), "home")
    with pytest.raises(DocumentError, match="no such file"):
        _compared.pair(None, "latest", str(tmp_path / "cabin.json"), None)


def test_the_same_rules_need_no_judging_anew(history, seen):
    saved(history, week(1), week(2))
    found = _compared.pair(history, None, None, None)
    assert found.alike
    _compared.between(history, None, found, NOW)
    ((old, new, background, today),) = seen
    assert (old.id, new.id, background.rejudged) == (found.old.id, found.new.id, None)
    assert [e.line.id for e in background.series] == [old.id, new.id]
    assert today == NOW.astimezone().date() == date(2026, 12, 24)


@pytest.fixture
def pasts(seen, monkeypatch):
    """What was known of before, by the scan that was judged anew by today's rules."""
    found = {}
    judge = pipeline.judge
    monkeypatch.setattr(pipeline, "judge", lambda s, r, p: found.update({int(s.id, 16): p}) or judge(s, r, p))
    return found


OTHERS = Ruleset(digest="1" * 64)


def test_other_rules_judge_both_and_each_as_on_its_day(history, seen, pasts):
    saved(history, week(0), week(1), week(2, ruleset=OTHERS))
    identity = {"kind": "mac", "stability": Stability.PERMANENT}
    for number in (0, 1, 2):
        at = week(number).started_at
        known = KnownDevice(
            id=f"{number:012x}",
            site="home",
            key=f"mac:{number}",
            identities=(KnownIdentity(value=str(number), first_seen=at, last_seen=at, **identity),),
            first_seen=at,
            last_seen=NOW,
        )
        history.change_known("home", lambda _, known=known: (known,))
        history.declare(Declaration(id=f"{number:012x}", site="home", name="Lock", role=Role.LOCK, declared_at=at))
    _compared.compared(history, loader.load(), None, None, None, NOW)
    ((old, new, background, _),) = seen
    assert background.rejudged is not None
    assert background.rejudged.id == old.id
    assert old.findings == ()
    assert new.findings != (), "it was judged by rules of before, too"
    assert list(pasts) == [1, 2]
    assert [k.id for k in pasts[1].known] == ["000000000000"]
    assert [k.id for k in pasts[2].known] == ["000000000000", "000000000001"]
    assert all(k.last_seen <= old.started_at for k in pasts[1].known)
    assert [d.id for d in pasts[1].declared] == ["000000000000"]
    assert [past.previous.id for past in pasts.values()] == [week(0).id, week(1).id]


def test_what_a_scan_follows_in_its_past_came_to_its_end(history, pasts):
    saved(history, week(0), week(1, ended=Ended.INTERRUPTED), week(2), week(3, ruleset=OTHERS))
    _compared.compared(history, loader.load(), f"{2:012x}", None, None, NOW)
    assert pasts[2].previous.id == week(0).id


def test_a_router_s_mappings_are_those_that_had_been_seen_by_then(history, pasts):
    gateway = Gateway(device="mac:router", mappings=(mapping(),))
    saved(history, week(0), week(1), week(2, gateways=(gateway,)), week(3, gateways=(gateway,), ruleset=OTHERS))
    _compared.compared(history, loader.load(), f"{1:012x}", f"{3:012x}", None, NOW)
    assert pasts[1].mappings == ()
    ((_, _, first, last),) = ((m.gateway, m.name, m.first_seen, m.last_seen) for m in pasts[3].mappings)
    assert (first, last) == (week(2).started_at, week(3).started_at)


def test_a_device_is_where_it_was_then_and_not_where_it_is_today(history, pasts):
    """Two swapped their addresses since, and a third is of today."""
    one, two = lasting(20), lasting(21)
    swapped = (replace(one, addresses=two.addresses), replace(two, addresses=one.addresses))
    today = week(3, replace(one, addresses=(address.ip("192.0.2.99"),)), lasting(22), ruleset=OTHERS)
    learn(history, week(0, one, two), week(1), week(2, *swapped), today)
    _compared.compared(history, loader.load(), f"{1:012x}", f"{3:012x}", None, NOW)
    assert {k.key: (k.addresses, k.last_seen) for k in pasts[1].known} == {
        d.key: (d.addresses, week(0).started_at) for d in (one, two)
    }
    assert {k.key: (k.addresses, k.last_seen) for k in pasts[3].known} == {
        d.key: (d.addresses, week(2).started_at) for d in swapped
    }


def test_of_a_device_that_no_scan_tells_of_it_is_known_that_it_was_seen_first(history, pasts):
    learn(history, week(0, lasting(20)), week(1), week(2, lasting(20)), week(3, ruleset=OTHERS))
    history.let_go([week(0).id])
    _compared.compared(history, loader.load(), f"{1:012x}", None, None, NOW)
    (known,) = pasts[1].known
    assert (known.last_seen, known.addresses) == (week(0).started_at, lasting(20).addresses)


def test_what_was_learnt_before_a_clock_was_set_back_is_known_after_it(history, pasts):
    learn(history, week(5, lasting(20)), week(1), week(2, ruleset=OTHERS))
    _compared.compared(history, loader.load(), f"{1:012x}", None, None, NOW)
    assert [k.key for k in pasts[1].known] == [lasting(20).key]
    assert pasts[1].previous.id == week(5).id


def test_what_today_s_rules_judged_is_left_as_it_is(history, seen):
    rules = loader.load()
    today = week(2, ruleset=Ruleset(digest=rules.digest))
    saved(history, week(1), today)
    _compared.compared(history, rules, None, None, None, NOW)
    assert seen[0][1] == today
    assert seen[0][2].rejudged is not None


def test_a_history_that_holds_neither_is_another_home_s(history, seen):
    saved(history, week(1))
    found = _compared.Pair(old=week(8), new=week(9))
    _compared.between(history, None, found, NOW)
    background = seen[0][2]
    assert (background.series, background.known, background.acceptances) == ((), (), ())


def test_of_a_scan_that_is_not_saved_the_series_ends_before_it(history, seen):
    saved(history, week(1), week(2), week(5))
    _compared.between(history, None, _compared.Pair(old=week(1), new=week(3)), NOW)
    assert [int(e.line.id, 16) for e in seen[0][2].series] == [1, 2]


def test_names_that_the_person_gave_hold_for_both(history, seen):
    hub = builders.device(20)
    saved(history, week(1, hub), week(2, hub))
    known = KnownDevice(
        id="0" * 12, site="home", key=hub.key, first_seen=builders.NOW, last_seen=builders.NOW, said_name="Hall hub"
    )
    history.change_known("home", lambda _: (known,))
    _compared.between(history, None, _compared.pair(history, None, None, None), NOW)
    assert [d.name for scan in seen[0][:2] for d in scan.devices if d.key == hub.key] == ["Hall hub"] * 2


def test_other_rules_without_any_at_hand_are_a_mistake_of_the_caller(history):
    saved(history, week(1), week(2, ruleset=Ruleset(digest="1" * 64)))
    with pytest.raises(ValueError, match="without rules"):
        _compared.between(history, None, _compared.pair(history, None, None, None), NOW)


def test_the_one_before_is_found_behind_many_of_other_networks(history):
    there = elsewhere()
    saved(history, week(1), *(week(n, vantage=there) for n in range(2, _compared.NEAR + 5)), week(99))
    assert ids(_compared.pair(history, None, None, None)) == (1, 99)


@pytest.mark.parametrize("last", [3, _compared.NEAR * 2])
def test_the_series_has_every_scan_up_to_the_newer_one_once_and_in_order(history, seen, last):
    saved(history, *(week(n) for n in range(last + 3)))
    found = _compared.pair(history, f"{1:012x}", f"{last:012x}", None)
    _compared.between(history, None, found, NOW)
    assert [int(e.line.id, 16) for e in seen[0][2].series] == list(range(last + 1))
