"""What is done to the history as a whole: thinned out, written into a file, read from one, put back from its copy."""

import contextlib
import os
import shutil
import sys
import tempfile
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import click

from netguard import __version__
from netguard.cli._timeline import EVERY
from netguard.cli.history import _local, _table
from netguard.compare import declared, trend
from netguard.compare import registry as registered
from netguard.compare.series import Place
from netguard.errors import DocumentError, HistoryError, NetguardError, NotRememberedError, UsageError
from netguard.history import backups, bundle
from netguard.history.database import file_of
from netguard.history.database import restore as put_back
from netguard.history.ledger import carry_over
from netguard.history.retention import KEEP_ALL_DAYS, KEEP_WEEKLY_DAYS, Kept, Policy
from netguard.history.store import History
from netguard.model import codec
from netguard.model.observation import clean
from netguard.model.scan import Scan
from netguard.model.timeline import Entry
from netguard.model.vocabulary import Ended

STANDARD = "-"

_PRIVATE_FILE = 0o600


def prune(
    url: str,
    site: str | None,
    *,
    keep_all: int | None,
    keep_weekly: int | None,
    scan: str | None = None,
    dry_run: bool,
    yes: bool,
) -> None:
    """Take out what the policy does not keep, or just `scan`, after asking on a terminal; with `dry_run` only list it."""
    if scan is not None and not (keep_all is None and keep_weekly is None):
        raise UsageError("--scan takes out one scan, and --keep-all and --keep-weekly are about all of them: give one")
    policy = Policy(
        all_days=KEEP_ALL_DAYS if keep_all is None else keep_all,
        weekly_days=KEEP_WEEKLY_DAYS if keep_weekly is None else keep_weekly,
    )
    with History.open(url) as history:
        there = history.count(site)
        if scan is not None:
            old: tuple[Kept, ...] = (history.one(history.id_of(scan, site)),)
        else:
            old = history.surplus(policy, datetime.now(UTC), site, _needed(history, site))
        for remark in history.remarks:
            click.echo(f"netguard: {remark}", err=True)
        if not old:
            click.echo(
                f"Nothing to take out: all {_counted(there)} stay." if there else "There are no saved scans yet."
            )
            return
        what = f"{len(old)} of {_counted(there)} ({_megabytes(sum(each.size for each in old))})"
        if dry_run:
            click.echo(_table([("WHEN", "SITE", "NETWORK", "ID"), *map(_cells, old)]))
            click.echo(f"{what} would be taken out. Nothing was changed.", err=True)
            return
        if not yes and sys.stdin.isatty() and not click.confirm(f"Take {what} out for good?", default=False, err=True):
            click.echo("Nothing was changed.", err=True)
            return
        taken = history.let_go(each.id for each in old)
        were = "was" if taken == 1 else "were"
        click.echo(f"{taken} of {_counted(there)} {were} taken out; {there - taken} stay.")
        try:
            history.compact()
        except HistoryError as error:
            click.echo(f"netguard: the file stays as large as it was: {error}", err=True)


def _needed(history: History, site: str | None) -> frozenset[str]:
    """The scans that say since when what stands open stands: the first with it, and the finished one before, which had not."""
    found: set[str] = set()
    for each in history.sites() if site is None else (site,):
        known = history.known(each)
        for entries in _by_place(history.timeline(each, EVERY)):
            finished = [n for n, entry in enumerate(entries) if entry.line.ended is Ended.FINISHED]
            for end in {len(entries), *(n + 1 for n in finished[-1:])}:
                since = {stand.first_at for stand in trend.standing_since(entries[:end], known).values()}
                for n, entry in enumerate(entries):
                    if since.isdisjoint((entry.line.started_at, entry.placed_at)):
                        continue
                    found.add(entry.line.id)
                    found.update(entries[before].line.id for before in [f for f in finished if f < n][-1:])
    return frozenset(found)


def _by_place(entries: Iterable[Entry]) -> list[list[Entry]]:
    """`entries` apart by where they were made, as `trend` takes them apart."""
    places: list[tuple[Place, list[Entry]]] = []
    for entry in entries:
        here = Place.of(entry)
        at = next((n for n, (place, _) in enumerate(places) if place.is_same(here)), None)
        if at is None:
            places.append((here, [entry]))
        else:
            place, there = places[at]
            there.append(entry)
            places[at] = (here if place.gateway is None else place, there)
    return [there for _, there in places]


def export(url: str, site: str | None, file: str) -> None:
    """Write everything (of `site`) into `file`, whole or not at all."""
    scans = 0

    def counted(lines: Iterator[bytes]) -> Iterator[bytes]:
        nonlocal scans
        for line in lines:
            scans += line.startswith(b'{"ordered_at"')
            yield line

    def left_out(reason: str) -> None:
        click.echo(f"netguard: left out: {reason}", err=True)

    with History.open(url) as history:
        lines = history.lines(site, left_out)
        first = next(lines, None)
        if first is None:
            whose = "" if site is None else f" of site {clean(site)!r}"
            raise HistoryError(f"there is nothing{whose} to export: run netguard scan")
        with _target(file) as target:
            bundle.write(target, counted(_after(first, lines)), f"netguard {__version__}", datetime.now(UTC))
    if file != STANDARD:
        size = _megabytes(Path(file).stat().st_size)
        click.echo(f"{_counted(scans)} and what was learnt from them are in {file} ({size}).")


def take_in(url: str, site: str | None, file: str) -> None:
    """Add what `file` holds to the history, whole or not at all."""
    with _source(file) as source, History.open(url) as history:
        name = "standard input" if file == STANDARD else file
        if not bundle.is_one(source):
            _take_in_scan(history, _document(source, name, site))
            return

        def things() -> Iterator[bundle.Thing]:
            try:
                for thing in bundle.read(source):
                    if isinstance(thing, bundle.TriedLogins):
                        yield thing  # of whatever site: what was tried shall count
                        continue
                    its = thing.scan.site if isinstance(thing, bundle.Placed) else thing.site
                    if site is None or its == site:
                        yield thing
            except DocumentError as error:
                raise DocumentError(f"{name}: {error}; nothing was taken over") from error

        taken = history.take_in(things())
    new = ", ".join(f"{number:,} {what[:-1] if number == 1 else what}" for what, number in taken.new.items())
    already = f"{_counted(taken.there)} {'was' if taken.there == 1 else 'were'} here already." if taken.there else ""
    click.echo(" ".join(filter(None, (f"New: {new}." if new else "There is nothing new in it.", already))))


def restore(url: str, *, yes: bool, copy: str | None = None) -> None:
    """Put the copy (or the file `copy`) back, after asking where the history has scans that can be read."""
    path = file_of(url)
    given = None if copy is None else Path(copy)
    made = backups.made_at(path) if given is None else backups.written_at(given)
    there = backups.copied(path)
    if made is not None and not yes and there is not None and there.scans and backups.is_good(path):
        question = f"The history {path} can be read. Put the copy of {_local(made)} into its place all the same?"
        if not sys.stdin.isatty():
            raise UsageError(
                f"the history {path} can be read: add --yes to put the copy of {_local(made)} in its place"
            )
        if not click.confirm(question, default=False, err=True):
            click.echo("Nothing was changed.", err=True)
            return
    aside, path = put_back(url, datetime.now(UTC), given)
    if aside is not None:
        counted = carry_over(aside, url)
    with History.open(url) as history:
        lines = history.list(None, 1)
        many = _counted(history.count())
    newest = f", the newest of {_local(lines[0].started_at)}" if lines else ""
    click.echo(f"The history of {_local(made)} is back: {many}{newest}." if made else "It is back.")
    if aside is not None:
        if not counted:
            click.echo(
                "How often router logins were tried since that copy could not be read from the damaged file: do not scan with "
                "--logins before tomorrow, and look by hand at routers that were tried often."
            )
        click.echo(f"The file that was there is kept as {aside}.")


def _take_in_scan(history: History, scan: Scan) -> None:
    """Save a scan that was made before, and learn from it what it would have taught then."""
    if history.holds(scan):
        click.echo(f"Scan {clean(scan.id)} is in the history already.")
        return
    before = history.declared(scan.site)
    try:
        history.save(scan, learn=lambda known: registered.learnt(scan, known, lambda: uuid.uuid4().hex[:12]))
        for declaration in declared.tied(scan.devices, before, history.known(scan.site)):
            history.declare(declaration)
    except NotRememberedError as error:
        click.echo(f"netguard: {error}", err=True)
    click.echo(f"New: scan {clean(scan.id)} of site {clean(scan.site)!r}, {_local(scan.started_at)}.")


def _document(source: IO[bytes], name: str, site: str | None) -> Scan:
    try:
        scan = codec.loads(source.read(codec.MAX_DOCUMENT + 1))
    except codec.UnreadableDocument as error:
        raise DocumentError(f"{name}: {error}; nothing was taken over") from error
    if site is not None and scan.site != site:
        raise DocumentError(
            f"{name}: it is of site {clean(scan.site)!r}, not of {clean(site)!r}; nothing was taken over"
        )
    try:
        for time in (scan.started_at, scan.finished_at):
            bundle.check_time("it", time, datetime.now(UTC) + bundle.AHEAD)
    except DocumentError as error:
        raise DocumentError(f"{name}: {error}; nothing was taken over") from error
    return scan


@contextmanager
def _source(file: str) -> Iterator[IO[bytes]]:
    """`file` opened so that it can be read twice."""
    if file == STANDARD:
        with tempfile.TemporaryFile() as kept:
            shutil.copyfileobj(sys.stdin.buffer, kept)
            kept.seek(0)
            yield kept
        return
    try:
        opened = Path(file).open("rb")  # noqa: SIM115 - closed below; only opening it is this file's own error
    except OSError as error:
        raise DocumentError(f"{file}: it cannot be read ({error.strerror})") from error
    with opened:
        yield opened


@contextmanager
def _target(file: str) -> Iterator[IO[bytes]]:
    """Where to write what takes the place of `file` when all of it is written; only its owner may read it."""
    if file == STANDARD:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    path = Path(file)
    _check_place(path)
    new = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, new = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mkstemp's rights are the owner's
        with os.fdopen(handle, "wb") as opened:
            yield opened
            opened.flush()
            os.fsync(opened.fileno())
        Path(new).replace(path)
    except BaseException as error:
        if new is not None:
            with contextlib.suppress(OSError):
                Path(new).unlink()
        if isinstance(error, OSError):
            raise NetguardError(f"{path} could not be written ({error.strerror})") from error
        raise


def _check_place(path: Path) -> None:
    """Raise `UsageError` when something other than an earlier export is at `path`: it may be the history itself."""
    try:
        with path.open("rb") as there:
            if there.read(1) and not bundle.is_one(there):
                raise UsageError(f"{path} is there already and no export of a history: give another name")
    except FileNotFoundError:
        return
    except OSError as error:
        raise NetguardError(f"{path} could not be written ({error.strerror})") from error


def _after(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _cells(each: Kept) -> tuple[str, ...]:
    return (_local(each.at), clean(each.site), clean(each.place), clean(each.id))


def _counted(scans: int) -> str:
    return "1 scan" if scans == 1 else f"{scans:,} scans"


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB"
