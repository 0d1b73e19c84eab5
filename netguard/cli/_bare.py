"""`netguard` alone: the first time set up and scan, afterwards the last result and what to do next."""

import subprocess
import sys
from datetime import UTC, datetime

import click

from netguard import exitcodes
from netguard.cli import _overlays
from netguard.compare import labels
from netguard.history.database import default_url
from netguard.history.store import History
from netguard.model.observation import clean
from netguard.model.overlay import NOTHING, Decisions, Overlay
from netguard.model.scan import Scan
from netguard.model.vocabulary import DOOR_ROLES, Status
from netguard.report.findings import actions, problems


def bare(ctx: click.Context) -> int:
    """Show the last result, or make a first one with the person at the terminal. Returns the exit code."""
    import os

    url = os.environ.get("NETGUARD_DATABASE") or default_url()
    with History.open(url) as history:
        last = history.latest()
        now = datetime.now(UTC).astimezone()
        if last is not None:
            decisions = _overlays.decisions(history, last, now)
            click.echo(last_result(labels.laid_over(last, history.known(last.site)), now, decisions))
            return exitcodes.DONE
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        click.echo(ctx.get_help())
        return exitcodes.DONE
    return _first_time()


def last_result(scan: Scan, now: datetime, decisions: Decisions = NOTHING.decisions) -> str:
    """When, how it was, and what to do next, in a few lines; what is accepted does not count."""
    days = (now - scan.started_at).days
    when = "today" if days == 0 else "yesterday" if days == 1 else f"{days} days ago"
    grade = decisions.grade or scan.grade
    letter = grade.letter if grade and grade.letter else "incomplete"
    failed = [
        f.fingerprint for f in scan.findings if f.status is Status.FAIL and f.fingerprint not in decisions.accepted
    ]
    unchecked = [f for f in scan.findings if f.status is Status.UNKNOWN]
    letter_and_counts = f"grade {letter}, {sum(d.seen for d in scan.devices)} devices, {len(failed)} findings open"
    letter_and_counts += f", {len(decisions.accepted)} accepted" if decisions.accepted else ""
    said = f"{when} ({scan.started_at.astimezone():%Y-%m-%d %H:%M}), {letter_and_counts}, {len(unchecked)} not checked."
    lines = [f"Last scan of {clean(scan.site)}: {said}"]
    if absent := [d.name or d.key for d in scan.devices if d.declared and not d.seen and d.role in DOOR_ROLES]:
        lines.append(f"Not seen then: {', '.join(map(clean, absent))}.")
    if again := sum(bool(each.open) for each in decisions.lapsed):
        lines.append(f"Accepted until a day that is over, and counting again: {again}. See `netguard accept list`.")
    # The same first step as in the report: what closes the worst of what counts.
    if steps := actions(scan, problems(scan, now, Overlay(decisions=decisions))):
        lines.append(f"Do next: {steps[0].title.rstrip('.')}.")
    lines += [
        "",
        "netguard report   the whole report",
        "netguard scan     look again",
        "netguard setup    say which locks you have",
        "netguard --help   everything else",
    ]
    return "\n".join(lines)


def _first_time() -> int:
    from netguard.cli._run import Request, run

    click.echo("Welcome. netguard looks for what on your home network could end up opening the front door.")
    click.echo("It reads, and changes nothing. Nothing leaves this computer. It takes a minute or two.\n")
    if code := _locks_first():
        return code
    code = run(Request())
    if code == exitcodes.DONE and click.confirm("\nOpen the report in your browser?", default=True):
        from netguard.cli import _documents, _reports

        newest = _documents.open_scan("latest", None, None)
        click.launch(str(_reports.path_for(newest, "html")))
    return code


def _locks_first() -> int:
    """Ask whose network it is and which locks are there, in a process of its own: the exit code of `netguard setup`.

    It gives root up before it reads anything, for good; the scan that follows needs root's raw sockets still.
    """
    return subprocess.run([sys.executable, "-m", "netguard", "setup", "--only-locks"], check=False).returncode
