"""Making a plan: what is read, what is written where, and what is said about it."""

import codecs
import sys
from dataclasses import dataclass
from pathlib import Path

import click

from netguard import config
from netguard.advise import complete, egressfile, exports, planfile, propose
from netguard.advise.exports import MAX_EXPORT, Export
from netguard.cli import _documents
from netguard.errors import NetguardError, UsageError
from netguard.model.egress import Egress
from netguard.model.observation import clean
from netguard.rules import loader


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the person asked for."""

    scan: str
    output: str | None
    force: bool
    export: str | None
    learnt: str | None
    plan: str | None
    site: str | None
    database: str | None


def run(request: Request) -> None:
    """Read, propose or complete, write. Raises `NetguardError`; nothing is written then."""
    if [request.scan, request.export, request.learnt, request.plan].count("-") > 1:
        raise UsageError(
            "standard input can be one of the scan, the router's configuration, the plan and what was learnt only: give the others as "
            "files"
        )
    output = request.output if request.output is not None else request.plan
    path = None if output in {None, "-"} else Path(str(output))
    same = path is not None and request.plan not in {None, "-"} and path.resolve() == Path(str(request.plan)).resolve()
    if path is not None and path.exists() and not (request.force or same):
        raise UsageError(
            f"{path} is there already, and what you changed in it would be lost: give another name with -o, or --force"
        )
    begun = _bytes(request.plan, planfile.MAX_FILE) if request.plan is not None else None
    export = _export(request.export) if request.export is not None else None
    egress = _learnt(request.learnt) if request.learnt is not None else None
    scan = _documents.open_scan(request.scan, request.database, request.site)
    rules = loader.load(config.folder() / "rules")
    if begun is None:
        proposal = propose.propose(scan, rules, export, egress)
        text = propose.text(proposal)
        if planfile.read(text.encode()) != proposal.plan:
            raise NetguardError("the plan does not read as it was meant; nothing was written. Please report this.")
        said = told(proposal, path)
    else:
        completed = complete.complete(begun, _shown(str(request.plan)), scan, rules, export, egress)
        text = completed.text
        if same and path is not None:
            said = _written_back(path, begun, completed)
            click.echo(path)
            click.echo(f"netguard: {said}", err=True)
            return
        said = told_of(completed, None)
    if path is None:
        click.echo(text, nl=False)
    else:
        _documents.write(path, text.encode())
        click.echo(path)
    click.echo(f"netguard: {said}", err=True)


def _written_back(path: Path, begun: bytes, completed: complete.Completed) -> str:
    """Writes a completed plan into its own file, and what to say of it. What would lose comments is kept beside."""
    kept = None
    if completed.rewritten:
        kept = path.with_name(f"{path.name}.bak")
        _documents.write(kept, begun)
    mark = codecs.BOM_UTF8 if begun.startswith(codecs.BOM_UTF8) and not completed.rewritten else b""
    data = mark + completed.text.encode()
    if data != begun:
        real = path.resolve()  # what a link leads to is the file
        mode = real.stat().st_mode
        _documents.write(real, data)
        real.chmod(mode & 0o777)
    return told_of(completed, kept)


def told_of(completed: complete.Completed, kept: Path | None) -> str:
    """What was done to a plan that a person had begun, and where they and the scan do not agree."""
    lines = []
    if completed.fields or completed.added:
        fields = f"{completed.fields} field{'s' if completed.fields != 1 else ''} filled"
        added = f"; added: {', '.join(completed.added)}" if completed.added else ""
        lines.append(f"{fields}{added}. What you wrote stays as it is.")
    else:
        lines.append("nothing is missing in it.")
    if completed.rewritten:
        where = f"; the file as it was is {kept}" if kept is not None else ""
        lines.append(
            f"Its style has no place for what was missing, so it was written anew, without your comments{where}."
        )
    return "\n  ".join((*lines, *completed.remarks))


def told(proposal: propose.Proposal, path: Path | None) -> str:
    """What came of it, and what to do next."""
    moving, staying = len(proposal.moving), len(proposal.plan.members) - len(proposal.moving)
    into = {proposal.plan.segment(m.segment).name for m in proposal.plan.members if m.name in proposal.moving}
    said = (
        f"{moving} of {moving + staying} devices would move into {' and '.join(sorted(into))}."
        if moving
        else "No device would move."
    )
    return f"{said} Read the comments, change what you know better, then: netguard firewall --plan {path or 'FILE'} --platform NAME"


def _export(name: str) -> Export:
    """The router's configuration. Raises `UsageError` naming the file."""
    try:
        return exports.read(_bytes(name, MAX_EXPORT))
    except ValueError as error:
        raise UsageError(f"{_shown(name)}: {error}") from error


def _learnt(name: str) -> Egress:
    """What was learnt by listening. Raises `UsageError` or `PlanError` naming the file."""
    return egressfile.read(_bytes(name, egressfile.MAX_FILE), _shown(name))


def _shown(name: str) -> str:
    return "standard input" if name == "-" else clean(name)


def _bytes(name: str, most: int) -> bytes:
    """What is in the file, at most one byte more than `most`. Raises `UsageError` naming it."""
    try:
        if name == "-":
            return sys.stdin.buffer.read(most + 1)
        with Path(name).open("rb") as file:
            return file.read(most + 1)
    except OSError as error:
        raise UsageError(f"{_shown(name)}: it cannot be read ({error.strerror})") from error
