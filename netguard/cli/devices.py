"""`netguard devices`: the devices that scans saw, what they are called, and which of them are one."""

from collections.abc import Callable
from functools import update_wrapper
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from netguard.cli import _options
from netguard.model.vocabulary import Role

if TYPE_CHECKING:
    from netguard.cli._known import Book

GROUP = "Over time"

_FILE = click.File("w", encoding="utf-8", atomic=True)

MAX_NAME = 64
"""Characters of a name that a person gives; reports' tables have no room for more."""

TAKE_BACK = "-"


class _Devices(click.Group):
    """A group in which a DEVICE in the place of a word means `show DEVICE`."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        alone = len(args) == 1 or args[1].startswith("-")
        if alone and self.get_command(ctx, args[0]) is None:
            return "show", show, args
        return super().resolve_command(ctx, args)


@click.group("devices", cls=_Devices, invoke_without_command=True)
@click.option(
    "--json", "output", type=_FILE, metavar="FILE|-", help="The list as JSON, into a file or to standard output."
)
@_options.site
@_options.database
@click.pass_context
def command(ctx: click.Context, output: IO[str] | None, site: str | None, database: str | None) -> None:
    """List the devices that scans saw, name them, and say which of them are one. Sends nothing.

    DEVICE is what the list shows: an id or its beginning, a name, an address, a MAC or a key.
    What you say here wins over what scans find out, and stays until you take it back.
    """
    from netguard.cli._known import Book

    ctx.obj = Book(database, site)
    if ctx.invoked_subcommand is not None:
        return
    book: Book = ctx.obj
    known = book.known()
    if output is not None:
        import json

        from netguard.cli._known import as_json

        json.dump([as_json(each) for each in known], output, ensure_ascii=False, indent=1)
        output.write("\n")
    elif known:
        from netguard.cli._known import listed

        click.echo(listed(known))
    if not known:
        click.echo(_nothing(site, book), err=True)


def _on_book(act: Callable[..., None]) -> Callable[..., None]:
    """Give `act` the book to work on; `--site` and `--database` may stand behind the word, too."""

    def acting(book: "Book", /, *, site: str | None, database: str | None, **arguments: Any) -> None:
        act(book.narrowed(database, site), **arguments)

    update_wrapper(acting, act)
    return _options.site(_options.database(click.pass_obj(acting)))


@command.command("show")
@_on_book
@click.argument("device")
@click.option("--history", "over_time", is_flag=True, help="What happened to it, as the saved scans saw it.")
def show(book: "Book", device: str, *, over_time: bool) -> None:
    """Show everything known about DEVICE, with the keys it had before. `netguard devices DEVICE` does the same."""
    from netguard.cli._known import told

    found = book.find(device)
    if over_time:
        from netguard.cli._timeline import story

        click.echo(story(book.url, found))
    else:
        click.echo(told(found))


@command.command("name")
@_on_book
@click.argument("device")
@click.argument("name")
def name_(book: "Book", device: str, name: str) -> None:
    """Call DEVICE NAME in every report from now on; `-` takes the name back."""
    from dataclasses import replace

    from netguard.cli._known import called
    from netguard.errors import UsageError
    from netguard.model.observation import clean

    found = book.find(device)
    said = None if name == TAKE_BACK else " ".join(clean(name, MAX_NAME).split())
    if said == "":
        raise UsageError("a name needs a letter or digit that can be seen; `-` takes a name back")
    same = [k for k in book.known() if said and k.id != found.id and said.casefold() == (k.said_name or "").casefold()]
    changed = book.change(found, lambda now: (replace(now, said_name=said),))
    click.echo(f"{changed.id[:8]} is called {called(changed)}.")
    for each in same:
        click.echo(f"netguard: {each.id[:8]} is called so, too; by this name neither is found", err=True)


@command.command("role")
@_on_book
@click.argument("device")
@click.argument(
    "role", metavar="ROLE", type=click.Choice([*(r.value for r in Role if r is not Role.UNKNOWN), TAKE_BACK])
)
def role_(book: "Book", device: str, role: str) -> None:
    """Say what DEVICE is, for example `lock`; `-` takes it back, and scans decide again."""
    from dataclasses import replace

    from netguard.cli._known import called

    said = None if role == TAKE_BACK else Role(role)
    changed = book.change(book.find(device), lambda now: (replace(now, said_role=said),))
    click.echo(f"{called(changed)} is a {said}." if said else f"What {called(changed)} is, scans decide.")


@command.command("merge")
@_on_book
@click.argument("device")
@click.argument("other")
def merge(book: "Book", device: str, other: str) -> None:
    """Say that DEVICE and OTHER are one: a phone with two private MACs, a hub on Wi-Fi and cable."""
    from netguard.cli._known import called
    from netguard.compare.registry import joined
    from netguard.errors import UsageError

    one, two = book.find(device), book.find(other)
    if one.id == two.id:
        raise UsageError(f"both are {called(one)} already")
    if one.site != two.site:
        raise UsageError(f"one is of site {one.site!r} and the other of {two.site!r}; a device belongs to one site")
    changed = book.change_both(one, two, joined)
    click.echo(f"{called(one)} and {called(two)} are one device from now on: {changed.id[:8]}, {called(changed)}.")


@command.command("split")
@_on_book
@click.argument("device")
@click.argument("identity", nargs=-1)
def split(book: "Book", device: str, identity: tuple[str, ...]) -> None:
    """Say that each IDENTITY of DEVICE is another device's. Without IDENTITY it shows which there are."""
    import uuid

    from netguard.cli._known import called, identities
    from netguard.compare.registry import parted
    from netguard.errors import UsageError

    found = book.find(device)
    if not identity:
        click.echo(f"{called(found)} is recognised by:\n{identities(found)}")
        click.echo(
            "\nName those that are another device's after it: netguard devices split DEVICE IDENTITY...", err=True
        )
        return
    new_id = uuid.uuid4().hex[:12]
    try:
        changed = book.change(found, lambda now: parted(now, identity, new_id))
    except ValueError as error:
        raise UsageError(
            f"{called(found)} cannot be split so: {error}; it is recognised by:\n{identities(found)}"
        ) from error
    click.echo(f"{called(changed)} ({changed.id[:8]}) and {new_id[:8]} are two devices from now on.")


@command.command("forget")
@_on_book
@click.argument("device")
def forget(book: "Book", device: str) -> None:
    """Forget DEVICE and what you said about it; the next scan that sees it takes it for a new one."""
    click.echo(f"{book.forget(device)} is forgotten. Saved scans stay as they are.")


@command.command("export")
@_on_book
@click.argument("device")
@click.option(
    "-o",
    "output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write it here, after you have seen it and said yes.",
)
@click.option("--yes", is_flag=True, help="Write it without asking.")
def export(book: "Book", device: str, output: Path | None, *, yes: bool) -> None:
    """Show what a DEVICE that was not recognised announces, made anonymous, for a contribution.

    It is what the latest scan learnt of it, without addresses, ids, serial numbers and names that
    people gave. It says what was taken out. Look at it before you give it away.
    """
    from netguard.cli import _documents, _fixture

    found = book.find(device)
    fixture = _fixture.of(book.latest_with(found), found)
    click.echo(fixture.text, nl=False)
    click.echo("\nTaken out: " + ("; ".join(fixture.taken_out) or "nothing") + ".", err=True)
    click.echo(
        "Left in: what you see above. Does it name a person, a place or a number of yours? Then edit it.", err=True
    )
    if output is None:
        return
    if not yes and not click.confirm(f"Write this to {output}?", default=False, err=True):
        click.echo("Nothing was written.", err=True)
        return
    _documents.write(output, fixture.text.encode())
    click.echo(f"Written to {output}.", err=True)


def _nothing(site: str | None, book: "Book") -> str:
    from netguard.model.observation import clean

    if site is None:
        return "No devices are known yet. `netguard scan` finds them."
    others = ", ".join(clean(name) for name in book.sites() if name != site)
    there = f" There are devices of: {others}." if others else ""
    return f"No devices of site {clean(site)!r} are known yet.{there} `netguard scan` finds them, in that home."
