"""The history, opened by whoever reads many of its scans: what was left out because it cannot be read is always said."""

from collections.abc import Iterator
from contextlib import contextmanager

import click

from netguard.history.store import History


@contextmanager
def opened(url: str) -> Iterator[History]:
    """The history at `url`; on stderr, when all is read, a line for each scan that was left out, with the way out.

    Also where what it was read for failed: the damage may be why. Raises `HistoryError`.
    """
    with History.open(url) as history:
        try:
            yield history
        finally:
            for remark in history.remarks:
                click.echo(f"netguard: {remark}", err=True)
