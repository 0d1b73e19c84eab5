"""Wi-Fi by itself: hear or read, judge, say."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import click

import netguard
from netguard import config, exitcodes, pipeline
from netguard.cli import _air, _documents, _session
from netguard.errors import NetguardError, UsageError
from netguard.model import address as addresses
from netguard.model import codec
from netguard.model.attempt import Attempt
from netguard.model.past import Past
from netguard.model.scan import Authorisation, Ruleset, Scan, Tool
from netguard.model.surroundings import Surroundings
from netguard.model.vantage import Segment, Vantage
from netguard.model.vocabulary import Depth, Ended, Outcome, Status
from netguard.model.wifi import BasicServiceSet
from netguard.net.control import Cancel
from netguard.net.transcript import Transcript
from netguard.report import findings
from netguard.report.shape import FindingView, NetworkView, WifiView
from netguard.report.wifi import LOOK
from netguard.report.wifi import wifi as in_words
from netguard.rules import loader
from netguard.rules.loader import Rules
from netguard.wifi.heard import Heard
from netguard.wifi.join import joined

CHECKS = ("wifi-", "wps-")
"""How the ids of the checks begin that judge the air."""

MOST_STRANGERS = 40
"""Networks of others that are listed on a terminal; --json has them all."""


_Thing = TypeVar("_Thing", NetworkView, FindingView)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the command line said."""

    files: tuple[Path, ...] = ()
    live: bool = False
    ssids: tuple[str, ...] = ()
    json_file: str | None = None
    interface: str | None = None
    max_time: float | None = None


def run(request: Request) -> int:
    """Do it and return the exit code. Raises `UsageError`, `VantageError` or `WifiFileError`."""
    if request.live and request.files:
        raise UsageError("--live listens to this computer's own radio; leave it out to read files")
    rights = _session.give_up_root(None)
    if rights.opener is not None:
        # What the radio has heard is told without root.
        rights.opener.close()
    rules = loader.load(config.folder() / "rules")
    around = _surroundings(request, rights)
    remarks: list[str] = []
    began = datetime.now(UTC)
    networks = pipeline.whose(_networks(request, around, remarks), around, rules, request.ssids)
    scan = _judged(networks, request, around, rules, remarks, began)
    if request.json_file is not None:
        _write(request.json_file, scan, remarks)
    if request.json_file != "-" and scan.wifi:
        for line in said(scan, datetime.now(UTC)):
            click.echo(line)
    for remark in remarks:
        click.echo(f"netguard: {remark}", err=True)
    if scan.wifi:
        return exitcodes.DONE
    if not request.files:
        click.echo(f"netguard: {LOOK}", err=True)
    return exitcodes.NOTHING_LOOKED_AT


def _surroundings(request: Request, rights: _session.Rights) -> Surroundings | None:
    """Where this computer is, by which own networks are known; null where it is nowhere and only a file is read."""
    try:
        around, _ = _session.look(request.interface, rights)
    except NetguardError:
        if request.files and request.interface is None:
            return None
        raise
    return around


def _networks(request: Request, around: Surroundings | None, remarks: list[str]) -> tuple[BasicServiceSet, ...]:
    """What the files hold, the radio hears once, or hears until the person has seen enough."""
    if request.files or around is None:
        return joined(_air.from_files(request.files, remarks))
    cancel = Cancel()
    if not request.live:
        return joined(_air.from_radio(around, cancel, Transcript(), remarks))
    from rich.console import Console

    from netguard.cli import _wifi_live

    def hear(*, again: bool) -> tuple[tuple[Heard, ...], tuple[str, ...]]:
        told: list[str] = []
        return _air.from_radio(around, cancel, Transcript(), told, again=again), tuple(told)

    # What it could not see stands under its table; afterwards that is said with the networks.
    return _wifi_live.live(hear, seconds=request.max_time, out=Console(stderr=True))


def _judged(
    networks: tuple[BasicServiceSet, ...],
    request: Request,
    around: Surroundings | None,
    rules: Rules,
    remarks: list[str],
    began: datetime,
) -> Scan:
    """A document of nothing but the air, with what the checks of Wi-Fi make of it."""
    attempt = Attempt(
        stage="wifi",
        target=", ".join(map(str, request.files)) or "the air",
        outcome=Outcome.DONE if networks else Outcome.FAILED,
        reason=" ".join(remarks) or (None if networks else "No Wi-Fi network was heard."),
        seconds=round((datetime.now(UTC) - began).total_seconds(), 3),
    )
    draft = Scan(
        id="wifi",
        site=_session.DEFAULT_SITE,
        started_at=began,
        finished_at=datetime.now(UTC),
        ended=Ended.FINISHED,
        tool=Tool(name="netguard", version=netguard.__version__),
        ruleset=Ruleset(digest=rules.digest, records=len(rules.devices), overlays=rules.overlays),
        depth=Depth.STANDARD,
        authorisation=Authorisation(how="asked", at=began),
        vantage=around.vantage if around is not None else _nowhere(),
        wifi=networks,
        attempts=(attempt,),
    )
    return pipeline.judge(draft, rules, Past(), wanted=lambda check: check.startswith(CHECKS))


def _nowhere() -> Vantage:
    """The vantage of a computer that is on no network: its own loopback, by which no Wi-Fi is known."""
    return Vantage(
        os=sys.platform,
        interface="none",
        address=addresses.ip("127.0.0.1"),
        segment=Segment(prefix=addresses.network("127.0.0.0/8")),
    )


def _write(where: str, scan: Scan, remarks: list[str]) -> None:
    """Networks, findings and remarks as JSON, in the words of the scan document."""
    document = json.loads(codec.dumps(scan))
    kept = {"wifi": document["wifi"], "findings": document["findings"], "remarks": remarks}
    data = json.dumps(kept, indent=1, ensure_ascii=False) + "\n"
    if where == "-":
        click.echo(data, nl=False)
    else:
        _documents.write(Path(where), data.encode())


def said(scan: Scan, now: datetime) -> Iterator[str]:
    """The air in lines: own networks with what was found, what could not be seen, and the others as context."""
    problems = findings.problems(scan, now)
    view = in_words(scan, problems)
    yield from _own(view)
    if problems:
        yield "Found"
        yield from _paragraphs(problems.values(), _problem)
    elif any(f.status is Status.PASS for f in scan.findings):
        yield "Nothing stands open in what could be seen of it."
        yield ""
    for gap in view.unseen:
        yield "Not checked"
        yield from (f"  {what}." for what in gap.what)
        yield f"  {gap.how}"
        yield ""
    for title, others in (
        ("Perhaps yours; nobody can tell", view.unsure),
        ("Other networks here, which are not judged", view.strangers),
    ):
        if others:
            yield title
            for other in others[:MOST_STRANGERS]:
                yield "  " + ", ".join(filter(None, (other.name, other.place, other.security)))
            if len(others) > MOST_STRANGERS:
                yield f"  and {len(others) - MOST_STRANGERS} more"
            yield ""
    if problems:
        yield f"More: netguard explain {next(iter(problems.values())).check}"


def _own(view: WifiView) -> Iterator[str]:
    for point in view.points:
        yield point.name
        yield from _paragraphs(point.networks, _network)


def _paragraphs(things: Iterable[_Thing], lines: Callable[[_Thing], Iterator[str]]) -> Iterator[str]:
    for thing in things:
        yield from lines(thing)
        yield ""


def _network(network: NetworkView) -> Iterator[str]:
    connected = " (this computer is connected)" if network.connected else ""
    yield f"  {network.name}{connected}" + (f", {network.place}" if network.place else "")
    width = max((len(detail.label) for detail in network.details), default=0)
    for detail in network.details:
        yield f"    {detail.label:<{width}}  {detail.text}"
    for note in network.notes:
        yield f"    {note}"


def _problem(problem: FindingView) -> Iterator[str]:
    yield f"  {problem.severity_word}: {problem.title}"
    yield f"    {problem.why}"
    yield f"    {problem.fix}"
