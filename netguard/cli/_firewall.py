"""From a plan and a scan to a folder with the rules for one router, and the proof of them."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click

from netguard import config, exitcodes
from netguard.advise import planfile, readme
from netguard.advise import snippet as snippets
from netguard.advise.closing import Closing, Door, closing, is_of
from netguard.advise.ruleset import ruleset
from netguard.advise.snippet import Snippet
from netguard.cli import _documents, _folder, _matrix, _overlays
from netguard.errors import HistoryError, LabError, RefusedRulesError, UsageError
from netguard.model import codec
from netguard.model.observation import clean
from netguard.model.plan import Plan
from netguard.model.proof import Proof
from netguard.model.scan import Scan
from netguard.net import privileges
from netguard.prove import proof as proving
from netguard.report.change import Change
from netguard.rules import platforms
from netguard.rules.platforms import Platform
from netguard.vantage import system


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What was asked for on the command line."""

    scan: str | None
    platform: str | None
    plan: str | None
    output: str | None
    prove: bool
    html: str | None
    as_json: str | None
    site: str | None
    database: str | None


def list_platforms() -> tuple[str, ...]:
    """The ids of all platforms, a person's own among them. Raises `RulesError`."""
    return tuple(platforms.load(config.folder() / "rules"))


def run(request: Request) -> int:
    """Does what `request` asks for; the exit code. Raises `NetguardError`; then nothing was written.

    Root is given up before anything is read; of it only the process that holds the twin is left.
    """
    held = None
    if privileges.supported() and privileges.is_root():
        identity = privileges.whom_to_become(os.environ, None)
        held = proving.start() if request.prove else None
        privileges.drop(identity)
        privileges.adopt_home(identity, os.environ)
    try:
        return _run(request, held)
    finally:
        if held is not None:
            held.communicate()  # without an order it ends at once


def _run(request: Request, held: "subprocess.Popen[bytes] | None") -> int:
    known = platforms.load(config.folder() / "rules")
    _check(request, known)
    platform = platforms.one(known, request.platform or "")
    folder = None if request.output in {None, "-"} else Path(str(request.output))
    if folder is not None:
        _folder.check(folder, marked=readme.NAME, mark=readme.MARK)
    scan, plan, text = _plan(request)
    rules = ruleset(plan)
    found = Closing() if scan is None else closing(scan, plan, lambda i: snippets.says(platform, rules, i))
    made = snippets.snippet(platform, rules, wanted=found.wanted, closes=(c.fingerprint for c in found.closes))
    proof = _proof(plan, text, made, found.doors, held) if request.prove else None
    if proof is not None and request.as_json not in {None, "-"}:
        _documents.write(Path(str(request.as_json)), codec.dumps_value(proof).encode() + b"\n")
    if proof is not None and proof.wrong:
        _tell(request, plan, proof, found.doors)
        click.echo("netguard: the rules do other than the plan says, so they were not written.", err=True)
        return exitcodes.FOUND
    about = readme.readme(made, found.closes, proof)
    page = _page(request, scan, Change(plan=plan, made=made, proof=proof, doors=found.doors))
    if folder is not None:
        _write(folder, made, about, text, known)
    if page is not None:
        _documents.write(Path(str(request.html)), page.encode("utf-8", "replace"))
    if proof is not None:
        _tell(request, plan, proof, found.doors)
    if page is not None:
        click.echo(request.html, err="-" in {request.as_json, request.output})
    if folder is not None:
        click.echo(folder, err=request.as_json == "-")
        click.echo(f"netguard: read {folder / readme.NAME} first; it says what to do in which order.", err=True)
    elif request.output == "-" or (proof is None and page is None):
        click.echo(readme.whole(made, about, text if request.plan is None else ""), nl=False)
    return exitcodes.DONE


def _page(request: Request, scan: Scan | None, change: Change) -> str | None:
    """The scan's report with the rules, where one is asked for. Raises `UsageError` without a scan."""
    if request.html is None:
        return None
    if scan is None:
        raise UsageError(
            "--html writes a scan's report with these rules, and there is no scan of this network: scan first"
        )
    from netguard.report.formats import html

    now = datetime.now(UTC).astimezone()
    overlay = _overlays.over_opened(scan, request.scan or "latest", request.database, now)
    return html.render(scan, now, change, overlay)


def _check(request: Request, known: Mapping[str, Platform]) -> None:
    if request.platform is None:
        rows = "\n".join(f"  {name:20} {platform.name}" for name, platform in known.items())
        raise UsageError(f"which router is it for? Say --platform with one of these:\n{rows}")
    if request.as_json is not None and not request.prove:
        raise UsageError("--json writes what --prove showed: add --prove")
    if request.as_json == request.output == "-":
        raise UsageError("--json - and -o - both write to standard output; write one of them into a file")
    if request.html == "-":
        raise UsageError("--html writes a page for a browser: name a file")
    if request.scan == request.plan == "-":
        raise UsageError("SCAN and --plan cannot both be standard input")


def _plan(request: Request) -> tuple[Scan | None, Plan, str]:
    """The scan, where there is one of this network, the plan and its text. Raises `NetguardError`."""
    if request.plan is None:
        return _proposed(request)
    data, shown = _read(request.plan)
    plan = planfile.read(data, shown)
    return _scan_of(request, plan), plan, data.decode()


def _proposed(request: Request) -> tuple[Scan, Plan, str]:
    from netguard.advise import propose
    from netguard.rules import loader

    scan = _documents.open_scan(request.scan or "latest", request.database, request.site)
    rules = loader.load(config.folder() / "rules")
    proposal = propose.propose(scan, rules)
    text = propose.text(proposal)
    click.echo(
        "netguard: the plan is a proposal made of the scan, with guesses in it: read what plan.yaml says, change what you know "
        "better, and say --plan with it. `netguard plan --from-router` knows your router's own networks.",
        err=True,
    )
    return scan, planfile.read(text.encode()), text


def _read(name: str) -> tuple[bytes, str]:
    """A plan's bytes, and what to call it. Raises `UsageError`."""
    shown = "standard input" if name == "-" else clean(name)
    try:
        if name == "-":
            return sys.stdin.buffer.read(planfile.MAX_FILE + 1), shown
        with Path(name).open("rb") as file:
            return file.read(planfile.MAX_FILE + 1), shown
    except OSError as error:
        raise UsageError(f"{shown}: it cannot be read ({error.strerror})") from error


def _scan_of(request: Request, plan: Plan) -> Scan | None:
    """The scan that the plan's rules close findings of; without SCAN the last one, where it is of this network."""
    if request.scan is None:
        try:
            scan = _documents.open_scan("latest", request.database, request.site)
        except HistoryError:
            return None
        return scan if is_of(scan, plan) else None
    scan = _documents.open_scan(request.scan, request.database, request.site)
    if not is_of(scan, plan, named=True):
        raise UsageError("the scan is of another network: none of its devices is in the plan, nor its network")
    return scan


def _proof(
    plan: Plan, text: str, made: Snippet, doors: tuple[Door, ...], held: "subprocess.Popen[bytes] | None"
) -> Proof:
    """What packets decide where they can; else what the plan means. Raises `NetguardError`, of rules that nft refuses too."""
    platform = made.platform
    runs = {file.name for file in platform.files if file.runs}
    rules = tuple(str(file.text) for file in made.files if file.name in runs)
    nft = system.find("nft")
    reason = None
    if not rules:
        reason = f"the rules of {platform.name} run on such a router only"
    elif sys.platform != "linux":
        reason = "only Linux has the networks of its own that it takes"
    elif nft is None:
        reason = "the program nft (package nftables) is not installed on this computer"
    else:
        try:
            return proving.run(
                plan, text, rules, platform=platform.id, nft=nft, environment=system.environment(), beside=platform.beside,
                doors=doors, held=held,
            )  # fmt: skip
        except RefusedRulesError as error:
            raise RefusedRulesError(
                f"{clean(str(error))}. This was in a simulated home, and a router would most likely refuse them, too: nothing was written"
            ) from error
        except LabError as error:
            reason = clean(str(error))
    return proving.calculated(plan, platform=platform.id, reason=reason, beside=platform.beside, doors=doors)


def _tell(request: Request, plan: Plan, proof: Proof, doors: tuple[Door, ...]) -> None:
    """The proof on standard output: as JSON where that was asked for, else as a table."""
    if request.as_json == "-":
        click.echo(codec.dumps_value(proof))
    else:
        _matrix.show(plan, proof, doors)


def _write(folder: Path, made: Snippet, about: str, plan: str, known: Mapping[str, Platform]) -> None:
    files = {f.name: _folder.Content(text=f.text, executable=f.executable) for f in made.files}
    files |= {readme.NAME: _folder.Content(text=about), readme.PLAN: _folder.Content(text=plan)}
    # What another plan, or another platform, once wrote there and this one does not, would be applied by mistake.
    own = {file.name for platform in known.values() for file in platform.files}
    _folder.write(folder, files, own=own)
