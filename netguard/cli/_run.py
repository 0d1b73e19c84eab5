"""One scan from the command line: ready, run, keep, say."""

import signal
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

import click

from netguard import config, exitcodes, pipeline, registry
from netguard.again import place_of
from netguard.cli import _active, _air, _documents, _lock, _logins, _overlays, _progress, _reports, _session, _unsaved
from netguard.cli._summary import summary
from netguard.compare import declared, labels
from netguard.compare import registry as registered
from netguard.compare.series import Place
from netguard.errors import DocumentError, NetguardError, NotRememberedError, UsageError
from netguard.history.database import default_url
from netguard.history.ledger import ledger
from netguard.history.store import History
from netguard.model import codec
from netguard.model.overlay import Decisions, Overlay
from netguard.model.past import Past
from netguard.model.scan import Scan
from netguard.model.vantage import Vantage
from netguard.model.vocabulary import Depth, Ended, Outcome, Severity, Status
from netguard.net import sleep
from netguard.net.access import Network
from netguard.net.control import Cancel, Deadline
from netguard.net.transcript import Transcript
from netguard.rules import loader
from netguard.vantage import system
from netguard.vantage._capabilities import NMAP

LOOKED_BACK = 125
"""Scans among which one of the same network is looked for: a month of one every six hours, as far as a comparison goes back."""

NO_LIMIT = 7 * 24 * 3600.0
"""Seconds; a scan without --max-time ends when it is done, and never later than after a week."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the command line said."""

    targets: tuple[str, ...] = ()
    interface: str | None = None
    depth: str = Depth.STANDARD
    json_file: str | None = None
    html_file: str | None = None
    no_html: bool = False
    site: str | None = None
    fail_on: str | None = None
    no_save: bool = False
    my_network: bool = False
    max_time: float | None = None
    dry_run: bool = False
    large: bool = False
    infrastructure_only: bool = False
    wait_for: tuple[str, ...] = ()
    wifi: str = _air.AUTO
    ssids: tuple[str, ...] = ()
    upnp_active: bool = False
    logins: bool = False
    yes: bool = False
    user: str | None = None
    transcript: Path | None = None
    quiet: bool = False
    verbose: bool = False
    database: str | None = None
    rights: _session.Rights | None = None
    """What is left after root was given up, where somebody did that already."""
    silent: bool = False
    """Whether nothing goes to standard output: nobody is there to read it."""
    when_unsaved: Callable[[str], object] | None = None
    """Told why, where the scan was made and the history did not take it. That alone is no reason to exit other than with 0."""


def run(request: Request) -> int:
    """Do it all and return the exit code. Raises `NetguardError` before anything was sent, or when nothing could be kept."""
    if request.html_file and request.no_html:
        raise UsageError("--html and --no-html contradict each other")
    _active.check(request.upnp_active, Depth(request.depth), said_yes=request.yes or request.dry_run)
    _logins.check(request.logins, Depth(request.depth), said_yes=request.yes or request.dry_run)
    with ExitStack() as held:
        # The lock is kept until this scan is saved: the next one shall know it.
        made = _scanned(request, held)
        return exitcodes.DONE if made is None else _keep_and_say(request, *made)


def _scanned(request: Request, held: ExitStack) -> tuple[Scan, Past] | None:
    """The scan, and what was known before it; null for a rehearsal. The lock that it takes goes into `held`."""
    with ExitStack() as stack:
        rights = request.rights or _session.give_up_root(request.user)
        if rights.opener is not None:
            stack.callback(rights.opener.close)
        settings = config.load()
        rules = loader.load(config.folder() / "rules")
        around, neighbours = _session.look(request.interface, rights)
        for remark in filter(None, (rights.remark, *around.remarks)):
            if not request.quiet:
                click.echo(f"netguard: {remark}", err=True)
        targets = _session.targets(request.targets, around, large=request.large)
        if request.dry_run:
            from netguard.cli import _rehearsal

            depth, raw = Depth(request.depth), rights.opener is not None
            about_wifi = _air.rehearsed(
                request.wifi, _air.for_scan(request.wifi, around, depth, Cancel(), Transcript())
            )
            click.echo(_rehearsal.text(around, targets, depth, rules, raw=raw, air=about_wifi))
            if request.upnp_active:
                click.echo(f"\n{_active.told(around)}")
            if request.logins or settings.logins_at():
                click.echo(f"\n{_logins.told(() if request.logins else settings.logins_at())}")
            return None
        transcript = Transcript(stack.enter_context(_opened(request.transcript)) if request.transcript else None)
        around, site, authorisation = _session.authorise(
            around,
            request.database,
            site=request.site,
            my_network=request.my_network,
            meet=lambda around: _session.meet_router(around, neighbours, settings, transcript),
        )
        held.enter_context(_lock.scanning(request.database or default_url(), site))
        upnp_active = request.upnp_active and _active.is_allowed(around, said_yes=request.yes)
        logins = request.logins and _logins.is_allowed(said_yes=request.yes)
        cancel = Cancel()
        opener = rights.opener
        interface = around.vantage.interface
        network = stack.enter_context(
            Network(
                source=around.vantage.address,
                guard=_session.guard(targets, settings, around),
                transcript=transcript,
                cancel=cancel,
                deadline=Deadline(request.max_time or NO_LIMIT),
                raw=(lambda kind: opener.open(kind, interface)) if opener is not None else None,
                nmap=system.find("nmap") if NMAP in around.vantage.capabilities else None,
                interface=interface,
                addresses=_session.own_addresses(around),
            )
        )
        past = _past(request, site, around.vantage)
        options = pipeline.Options(
            site=site,
            depth=Depth(request.depth),
            targets=targets,
            authorisation=authorisation,
            infrastructure_only=request.infrastructure_only,
            wait_for=_awaited(request.wait_for, past),
            ssids=request.ssids,
            upnp_active=upnp_active,
            logins=logins,
            logins_at=_logins.named(settings.logins_at(), asked=request.logins, allowed=logins),
        )
        air = _air.for_scan(request.wifi, around, Depth(request.depth), cancel, transcript)
        with _interrupting(cancel), sleep.watching(cancel), _progress.shown(quiet=request.quiet) as progress:
            scan = pipeline.scan(
                options,
                around,
                rules,
                network,
                neighbours=neighbours,
                past=past,
                air=air,
                ledger=ledger(request.database or default_url()),
                progress=progress,
            )
    if cancel.why is not None:
        click.echo(f"netguard: {cancel.why}", err=True)
    return scan, past


def _keep_and_say(request: Request, scan: Scan, past: Past) -> int:
    problems = _kept(request, scan, past)
    if request.json_file and request.json_file != "-":
        _documents.write(Path(request.json_file), codec.dumps(scan))
    said = labels.laid_over(scan, past.known)
    now = datetime.now(UTC).astimezone()
    overlay, unread = _overlays.over_made(said, request.database or default_url(), now)
    if unread is not None and not problems:
        problems.append(unread)
    report = None if request.no_html else _write_html(request, said, now, overlay)
    if request.json_file == "-":
        sys.stdout.buffer.write(codec.dumps(scan))
        sys.stdout.buffer.flush()
    elif not request.silent:
        click.echo(summary(said, now, overlay))
    if request.verbose:
        for attempt in scan.attempts:
            if attempt.outcome is not Outcome.DONE:
                click.echo(f"{attempt.stage} {attempt.target}: {attempt.outcome}, {attempt.reason}", err=True)
    if report is not None and not request.silent:
        # The path is a result: on stdout, unless the document is already there.
        click.echo(
            f"\nReport: {report}" if request.json_file != "-" else f"netguard: report: {report}",
            err=request.json_file == "-",
        )
    for problem in problems:
        click.echo(f"netguard: {problem}", err=True)
    return _exit_code(request, scan, overlay.decisions)


def _kept(request: Request, scan: Scan, past: Past) -> list[str]:
    """Keep `scan` and what it taught in the history; what of it did not work, a sentence each."""
    if request.no_save:
        return []
    problems: list[str] = []
    try:
        with History.open(request.database or default_url()) as history:
            placed = history.placed(scan)
            not_copied = history.save(
                scan,
                learn=lambda known: registered.learnt(placed, known, lambda: uuid.uuid4().hex[:12]),
                just_made=True,
            )
            problems += filter(None, [not_copied])
            for declaration in declared.tied(scan.devices, past.declared, history.known(scan.site)):
                history.declare(declaration)
    except NotRememberedError as error:
        problems.append(str(error))
    except NetguardError as error:
        kept = _unsaved.keep(scan, request.database or default_url())
        if request.when_unsaved is not None:
            request.when_unsaved(str(error))
        problems.append(f"the scan is not in the history: {error}; {kept}")
    return problems


def _write_html(request: Request, scan: Scan, now: datetime, overlay: Overlay) -> Path:
    module = registry.load("netguard.report.formats", "html")
    path = Path(request.html_file) if request.html_file else _reports.path_for(scan, module.EXTENSION)
    _documents.write(path, module.render(scan, now, overlay=overlay).encode("utf-8", "replace"))
    return path


def _exit_code(request: Request, scan: Scan, decisions: Decisions) -> int:
    """What the scan exits with; an accepted risk does not fail it, as `--fail-on` is about what stands open."""
    if scan.ended is Ended.INTERRUPTED:
        return exitcodes.INTERRUPTED
    looked = any(a.outcome is Outcome.DONE for a in scan.attempts if a.stage.startswith("discover."))
    if not looked:
        return exitcodes.NOTHING_LOOKED_AT
    if request.fail_on and any(
        f.status is Status.FAIL
        and f.severity.at_least(Severity(request.fail_on))
        and f.fingerprint not in decisions.accepted
        for f in scan.findings
    ):
        return exitcodes.FOUND
    return exitcodes.DONE


def _past(request: Request, site: str, vantage: Vantage) -> Past:
    """What is known from before. Without saving nothing is compared with earlier scans; who is who is known all the same."""
    with History.open(request.database or default_url()) as history:
        compared = not request.no_save
        previous = None
        try:
            previous = history.latest(site, finished=True) if compared else None
        except DocumentError as error:
            _say(f"this scan is made without the one before it: {error}")
        found = Past(
            previous=previous,
            here=_earlier_here(history, site, place_of(vantage), Depth(request.depth)) if compared else None,
            known=history.known(site),
            declared=history.declared(site),
            mappings=history.mappings(site),
        )
        for remark in (*history.remarks, *filter(None, [history.other_copy()])):
            _say(remark)
    return found


def _say(what: str) -> None:
    click.echo(f"netguard: {what}", err=True)


def _earlier_here(history: History, site: str, place: Place, depth: Depth) -> Scan | None:
    """The newest scan that asked everybody at `place`, at no less than `depth` where one did; null where none did."""
    newest_first = reversed(history.timeline(site, LOOKED_BACK))
    found = [e.line for e in newest_first if e.summary.whole and Place.of(e).is_same(place)]
    for line in sorted(found, key=lambda line: not line.depth.at_least(depth)):
        with suppress(DocumentError):  # a damaged one is no reason not to go by the one before
            return history.scan(line.id, site)
    return None


def _awaited(names: tuple[str, ...], past: Past) -> tuple[str, ...]:
    """The names to wait for, each as it is kept. Raises `UsageError` for one that nobody bears."""
    borne = [*(d.name for d in past.declared), *(k.said_name or k.name or "" for k in past.known)]
    by_name = {name.casefold(): name for name in reversed(borne) if name}
    for name in names:
        if name.casefold() not in by_name:
            raise UsageError(
                f"--wait-for {name}: no device of that name is known here; "
                f"`netguard devices` lists those that are, `netguard setup` adds a lock"
            )
    return tuple(by_name[name.casefold()] for name in names)


@contextmanager
def _interrupting(cancel: Cancel) -> Iterator[None]:
    """Ctrl-C (and a polite kill) ends the scan and keeps what was learnt; a second one ends netguard at once."""

    def stop(number: int, _: object) -> None:
        click.echo("netguard: ending, what was learnt is kept; once more to end at once", err=True)
        cancel.set()
        signal.signal(number, signal.SIG_DFL)

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _opened(path: Path) -> Iterator[TextIO]:
    try:
        with path.open("a", encoding="utf-8") as file:
            yield file
    except OSError as error:
        raise NetguardError(f"{path}: the transcript cannot be written ({error.strerror})") from error
