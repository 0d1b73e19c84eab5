"""The scan document itself: what every other command reads, and what other programs should read."""

from datetime import datetime

from netguard.model import codec
from netguard.model.overlay import NOTHING, Overlay
from netguard.model.scan import Scan

EXTENSION = "json"


def render(scan: Scan, now: datetime, *, overlay: Overlay = NOTHING) -> str:
    """`scan` as a `netguard.scan/1` document with a final newline.

    `now` changes nothing: a document has no opinion of its own age. Nor does `overlay`: what is accepted stands open.
    """
    del now, overlay
    return codec.dumps(scan).decode("utf-8")
