"""`kill -9` at random moments of saving: every finished scan can be read, there is no half one, and no half lesson.

Twenty moments in the tests; `NETGUARD_SOAK=200` asks for as many (`make soak`). They are drawn from a seed that is
printed and can be given (`NETGUARD_SOAK_SEED`); whatever the moment, what must hold afterwards is the same.
"""

import os
import random
import signal
import sqlite3
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event

from netguard.history import backups, bundle
from netguard.history.retention import Policy
from netguard.history.store import History
from netguard.model.known import KnownDevice, KnownIdentity
from netguard.model.vocabulary import Stability
from tests.unit.history.conftest import NOON, MakeScan
from tests.unit.history.test_history_schemas import IDS, laid

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no processes that can be forked")

KILLS = int(os.environ.get("NETGUARD_SOAK", "20"))
SEED = int(os.environ.get("NETGUARD_SOAK_SEED", "20261127"))

LONGEST_SECONDS = 0.05
"""Until a kill by the clock, counted from when the child says that it begins: a few saves where nothing else runs."""

MOST_STEPS = 4000
"""Until a kill by the database's own steps (its virtual machine's instructions): a few saves, whatever else runs."""

Work = Callable[[Callable[[str], None]], None]


def killed(work: Work, seconds: float | None) -> list[str]:
    """What `work` said to be done, in a forked process that is killed after `seconds` of it; null where it kills itself."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:  # the child: whatever happens, it must not come back into pytest
        try:
            os.write(writing, b"begin\n")
            work(lambda done: os.write(writing, f"{done}\n".encode()) and None)
        except BaseException as error:  # noqa: BLE001
            os.write(writing, f"failed {error!r}\n".encode())
        os._exit(1)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as pipe:
        assert pipe.readline() == "begin\n"
        if seconds is not None:
            killer = threading.Timer(seconds, os.kill, (pid, signal.SIGKILL))
            killer.start()
        said = [line.strip() for line in pipe if line.endswith("\n")]
        if seconds is not None:
            killer.join()
    _, status = os.waitpid(pid, 0)
    assert not [line for line in said if line.startswith("failed")], said
    assert os.WIFSIGNALED(status), "it was killed, and did not end by itself"
    return said


def after(steps: int) -> Callable[[sqlite3.Connection, object], None]:
    """For each new connection: kill this process after so many steps of the database."""
    left = iter(range(steps))

    def step() -> int:
        if next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)
        return 0

    return lambda connection, _: connection.set_progress_handler(step, 1)


def lesson(scan_id: str) -> KnownDevice:
    """What a scan teaches in these tests: one device, with the scan's name."""
    shown = KnownIdentity(
        kind="mac", value=scan_id, stability=Stability.PERMANENT, first_seen=NOON, last_seen=NOON + timedelta(days=1)
    )
    return KnownDevice(
        id=scan_id, site="home", key=f"mac:{scan_id}", identities=(shown,), first_seen=NOON, last_seen=NOON
    )


def whole(path: Path) -> None:
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


def test_a_kill_at_any_moment_leaves_every_finished_scan_and_no_half_one(
    url: str, path: Path, make_scan: MakeScan, monkeypatch: pytest.MonkeyPatch
) -> None:
    print(f"seed {SEED}")
    chance = random.Random(SEED)
    with History.open(url) as history:
        history.save(make_scan("first"), learn=lambda _: (lesson("first"),))
    done = ["first"]
    for round_ in range(KILLS):
        steps = chance.randint(1, MOST_STEPS) if round_ % 2 else None
        with monkeypatch.context() as patch:
            if round_ % 4 > 1:
                # In every second pair of rounds each save is followed by a copy, so that kills fall into that, too.
                patch.setattr(backups, "EVERY", timedelta(0))
                patch.setattr(backups, "LEFT_BEHIND", timedelta(0))

            def save(tell: Callable[[str], None], round_: int = round_, steps: int | None = steps) -> None:
                with History.open(url) as history:
                    if steps is not None:
                        event.listen(history._database._engine, "connect", after(steps))
                    for number in range(10**6):
                        name = f"{round_:04}-{number:06}"
                        tell(f"try {name}")
                        history.save(make_scan(name), learn=lambda _, n=name: (lesson(n),), just_made=True)
                        tell(name)

            said = killed(save, chance.uniform(0.001, LONGEST_SECONDS) if steps is None else None)
        finished = [line for line in said if not line.startswith("try ")]
        done += finished
        whole(path)
        with History.open(url) as history:
            there = {line.id for line in history.list(limit=10**6)}
            assert steps is None or len(said) > 2 * len(finished), "it came while a scan was being saved"
            begun = {line[4:] for line in said if line.startswith("try ")} - set(finished)
            assert set(done) <= there <= {*done, *begun}, "what was told to be saved is, and nothing else but the last"
            assert {device.id for device in history.known("home")} == there, "a scan and its lesson are one step"
            for name in there & begun:  # it was saved, and killed before it could say so
                done.append(name)
            for name in (*finished, *(there & begun)):
                assert history.scan(name).id == name
            assert len(history.timeline("home", 10**6)) == len(there)
        copy = backups.copy_of(path)
        if copy.exists():
            assert backups.is_good(path.with_name(copy.name)), "a copy that is in place is a whole one"


def test_a_kill_while_it_is_brought_up_to_date_thinned_out_or_filled_leaves_the_state_before_or_after(
    url: str, path: Path, make_scan: MakeScan, tmp_path: Path
) -> None:
    chance = random.Random(SEED)
    with History.open(f"sqlite:///{tmp_path / 'other.db'}") as other:
        for number in range(8):
            other.save(make_scan(f"other-{number}", number * 24 * 60))
        with (tmp_path / "all.gz").open("wb") as file:
            bundle.write(file, other.lines(None, print), "netguard", NOON)
    others = {f"other-{number}" for number in range(8)}
    kept = {min(IDS), "other-7"}  # the policy keeps nothing, and the oldest and the newest stay all the same

    def work(tell: Callable[[str], None]) -> None:
        with History.open(url) as history:
            tell("open")
            with (tmp_path / "all.gz").open("rb") as file:
                history.take_in(bundle.read(file))
            tell("filled")
            old = history.surplus(Policy(all_days=0, weekly_days=0), NOON + timedelta(days=900))
            history.let_go(each.id for each in old)
            history.compact()
            tell("thinned")
        signal.pause()

    for _ in range(max(4, KILLS // 4)):
        for file in path.parent.glob("netguard.db*"):
            file.unlink()
        laid(path, "0003")
        said = killed(work, chance.uniform(0.001, 4 * LONGEST_SECONDS))
        whole(path)
        with History.open(url) as history:
            there = {line.id for line in history.list(limit=100)}
        states = [{*IDS}, {*IDS} | others, kept]
        assert there in states, "no state between"
        assert states.index(there) >= ("filled" in said) + ("thinned" in said)
        assert not list(path.parent.glob("*.damaged*"))
