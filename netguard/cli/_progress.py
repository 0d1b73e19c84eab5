"""Progress on the terminal: one line per stage, on stderr, and nothing where nobody watches."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from netguard.task import Event

TITLES = {
    "discover": "Who is here",
    "wait": "Waiting for it",
    "light probe": "What they are",
    "deep probe": "What they offer",
    "again": "What was here before",
    "checks": "Whether that is all right",
}


@contextmanager
def shown(*, quiet: bool) -> Iterator[Callable[[Event], None]]:
    """A progress callback. Draws only on a terminal; rich honours NO_COLOR and TERM=dumb.

    What the person has to do meanwhile (`Event.note`) is said once in any case.
    """
    said: set[str] = set()

    def tell(event: Event) -> None:
        if event.note and event.note not in said:
            said.add(event.note)
            click.echo(f"netguard: not seen yet: {event.note}", err=True)

    if quiet or not sys.stderr.isatty():
        yield tell
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description:<26}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    tasks: dict[str, TaskID] = {}
    with Progress(*columns, console=Console(stderr=True)) as progress:

        def show(event: Event) -> None:
            tell(event)
            if event.stage not in tasks:
                tasks[event.stage] = progress.add_task(TITLES.get(event.stage, event.stage), total=event.total or 1)
            progress.update(tasks[event.stage], completed=event.done if event.total else 1)

        yield show
