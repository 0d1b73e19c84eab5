"""How often a login may be tried, whatever the clock and the history are like; and a password that nobody can print."""

import copy
import json
import logging
import pickle
import traceback
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import msgspec
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from netguard.model.login import (
    AGAIN_AFTER,
    MOST_TRIES,
    SENT_LATER,
    SPARE,
    Leave,
    Lock,
    Secret,
    Tried,
    leave,
)

NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
HUSH = "hush-4711-Ä\"'\\"

# What may be tried --------------------------------------------------------------------------------------------------


def never():
    return Lock(after=None, source="https://example.org/")


@pytest.mark.parametrize(
    ("after", "most"), [(None, 3), (0, 0), (1, 0), (2, 0), (3, 1), (4, 2), (5, 3), (6, 3), (10, 3), (1000, 3)]
)
def test_it_stays_two_below_the_lock_and_never_above_three(after, most):
    assert Lock(after=after, source="x").most_tries == most
    allowed = leave(Lock(after=after, source="x"), [], NOW)
    assert allowed.tries == (most if most >= 2 else 0), "a control alone tells nothing, and is not sent"
    assert bool(allowed.reason) is (allowed.tries == 0)


@pytest.mark.parametrize("lock", [never(), Lock(after=5, within=60), Lock(after=10, within=300)], ids=repr)
@pytest.mark.parametrize("ago", [timedelta(0), timedelta(minutes=1), DAY - timedelta(seconds=1)], ids=str)
def test_never_twice_within_a_day(lock, ago):
    allowed = leave(lock, [Tried(at=NOW - ago, tries=1)], NOW)
    assert allowed.tries == 0
    assert "24 hours" in allowed.reason
    assert leave(lock, [Tried(at=NOW - DAY, tries=1)], NOW).tries >= 2


def test_what_was_reserved_and_not_sent_keeps_nothing_from_being_tried():
    assert leave(never(), [Tried(at=NOW, tries=0)], NOW).tries == MOST_TRIES


def test_a_try_from_the_future_is_one_of_now():
    assert leave(never(), [Tried(at=NOW + 400 * DAY, tries=1)], NOW).tries == 0
    assert leave(never(), [Tried(at=NOW + timedelta(seconds=1), tries=3)], NOW).tries == 0


@pytest.mark.parametrize(
    ("lock", "ago", "tries"),
    [
        (Lock(after=5, within=300), DAY, 3),
        (Lock(after=5, within=86_400), DAY, 0),
        (Lock(after=5, within=86_400), DAY + SENT_LATER, 3),
        (Lock(after=5, within=7 * 86_400), 2 * DAY, 0),
        (Lock(after=5, within=7 * 86_400), 8 * DAY, 3),
        (Lock(after=5), 364 * DAY, 0),
        (Lock(after=5), 4000 * DAY, 0),
        (Lock(after=8), 2 * DAY, 3),
        (Lock(after=7), 2 * DAY, 2),
        (Lock(after=6), 2 * DAY, 0),
    ],
    ids=repr,
)
def test_three_tries_of_before_count_until_the_device_has_forgotten_them(lock, ago, tries):
    allowed = leave(lock, [Tried(at=NOW - ago, tries=3)], NOW)
    assert allowed.tries == tries
    assert ("nobody has written down" in allowed.reason) is (tries == 0 and lock.within is None)
    assert (f"after {lock.after}" in allowed.reason) is (tries == 0)


def test_it_is_said_when_it_was_tried_in_the_time_of_the_person():
    at = NOW - timedelta(hours=1)
    assert f"{at.astimezone():%Y-%m-%d %H:%M}" in leave(never(), [Tried(at=at, tries=2)], NOW).reason


LOCKS = st.builds(
    Lock,
    after=st.none() | st.integers(min_value=0, max_value=40),
    within=st.none() | st.integers(min_value=1, max_value=40 * 86_400),
    source=st.just("https://example.org/"),
)
TIMES = st.timedeltas(min_value=timedelta(days=-500), max_value=timedelta(days=500)).map(lambda by: NOW + by)
HISTORY = st.lists(st.builds(Tried, at=TIMES, tries=st.integers(min_value=0, max_value=3)), max_size=12)


def window(lock):
    return timedelta(days=30_000) if lock.within is None else timedelta(seconds=lock.within)


@given(LOCKS, HISTORY)
def test_whatever_was_before(lock, history):
    allowed = leave(lock, history, NOW)
    assert allowed.tries in {0, *range(2, MOST_TRIES + 1)}
    assert bool(allowed.reason) is (allowed.tries == 0)
    assert allowed.tries <= lock.most_tries
    sent = [(min(each.at, NOW), each.tries) for each in history if each.tries]
    if any(NOW - at < AGAIN_AFTER for at, _ in sent):
        assert allowed.tries == 0
    if lock.after is not None and allowed.tries:
        assert allowed.tries + sum(n for at, n in sent if NOW - at < window(lock)) <= lock.after - SPARE


@given(LOCKS, HISTORY)
def test_the_order_in_which_it_is_told_changes_nothing_and_more_never_allows_more(lock, history):
    assert leave(lock, reversed(history), NOW) == leave(lock, iter(history), NOW)
    one_more = [*history, Tried(at=NOW - 2 * DAY, tries=1)]
    assert leave(lock, one_more, NOW).tries <= leave(lock, history, NOW).tries


STEPS = st.lists(
    st.tuples(
        st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=3)),
        st.sampled_from([timedelta(0)] * 5 + [timedelta(hours=2), timedelta(days=1), timedelta(days=40)]),
        st.timedeltas(min_value=timedelta(0), max_value=SENT_LATER),
    ),
    max_size=40,
)
"""Scans: how long after the one before, by how much the clock was set back, how late the logins are sent."""


@given(LOCKS, STEPS)
def test_over_many_scans_no_device_gets_near_its_lock_also_where_the_clock_is_set_back(lock, scans):
    """The device counts in real time; the ledger by a clock that may be wrong, later and later behind."""
    real, behind, history, sent = NOW, timedelta(0), [], []
    for pause, back, late in scans:
        real, behind = real + pause, behind + back
        allowed = leave(lock, history, real - behind)
        if not allowed.tries:
            continue
        history.append(Tried(at=real - behind, tries=allowed.tries))
        sent.append((real, real + late, allowed.tries))
    assert all(later[0] - sooner[0] >= AGAIN_AFTER for sooner, later in pairwise(sent))
    if lock.after is not None:
        for _, end, _ in sent:
            counted = sum(n for _, at, n in sent if end - window(lock) < at <= end)
            assert counted <= lock.after - SPARE


def test_what_is_allowed_is_a_value():
    assert Leave(tries=2) == Leave(tries=2, reason="", id=None)
    with pytest.raises(AttributeError):
        Leave(tries=2).tries = 3  # type: ignore[misc]


# A password that nobody can print -----------------------------------------------------------------------------------


def hidden(text):
    return HUSH not in text and "hush" not in text


@pytest.mark.parametrize(
    "printed",
    [
        repr,
        str,
        ascii,
        "{}".format,
        "{!r:>40}".format,
        lambda secret: f"{secret} {secret!r} {secret!s:>20}",
        lambda secret: f"{[secret]} { {'a': secret} }",
        lambda secret: "%s %r" % (secret, secret),  # noqa: UP031 - logging does so
        lambda secret: json.dumps([secret], default=str),
        lambda secret: " ".join(dir(secret)),
    ],
)
def test_nothing_prints_it(printed):
    assert hidden(printed(Secret(HUSH)))


@pytest.mark.parametrize(
    "write",
    [
        pickle.dumps,
        lambda secret: pickle.dumps({"a": [secret]}, protocol=2),
        copy.copy,
        copy.deepcopy,
        json.dumps,
        lambda secret: json.dumps({"a": secret}),
        vars,
        msgspec.json.encode,
        msgspec.msgpack.encode,
        msgspec.yaml.encode,
        msgspec.to_builtins,
        yaml.safe_dump,
        iter,
        len,
        bytes,
    ],
)
def test_nothing_writes_it_down(write):
    with pytest.raises((TypeError, yaml.YAMLError)) as error:
        write(Secret(HUSH))
    assert hidden("".join(traceback.format_exception(error.value)))


def test_no_traceback_has_it():
    def fails(secret):
        held = {"password": secret}
        raise RuntimeError(f"with {held}")

    with pytest.raises(RuntimeError) as error:
        fails(Secret(HUSH))
    with_locals = traceback.TracebackException.from_exception(error.value, capture_locals=True)
    told = "".join(line for line in with_locals.format() if "HUSH =" not in line)
    assert "Secret()" in told
    assert hidden(told)


def test_no_log_has_it(caplog):
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("netguard").debug("tried %s %r", Secret(HUSH), {"a": Secret(HUSH)})
    assert "Secret()" in caplog.text
    assert hidden(caplog.text)


def test_no_structure_that_holds_it_has_it():
    class Held(msgspec.Struct):
        password: Secret

    assert hidden(repr(Held(password=Secret(HUSH))))
    assert hidden(repr(Tried(at=NOW, tries=1)) + str(Leave(tries=0, reason="x")))


@given(st.text(max_size=30), st.text(max_size=30))
def test_who_sends_it_gets_it_and_two_are_alike_if_their_texts_are(one, other):
    assert Secret(one).reveal() == one
    assert bool(Secret(one)) is bool(one)
    assert (Secret(one) == Secret(other)) is (one == other)
    assert len({Secret(one), Secret(one), Secret(other)}) == len({one, other})
    assert Secret(one) != one
    assert repr(Secret(one)) == repr(Secret(other))


def test_nothing_can_be_hung_on_it():
    with pytest.raises(AttributeError):
        Secret(HUSH).text = HUSH  # type: ignore[attr-defined]
