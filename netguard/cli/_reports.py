"""Where reports go."""

import re
from datetime import datetime
from pathlib import Path

from netguard import config
from netguard.model.difference import Difference
from netguard.model.scan import Scan


def folder() -> Path:
    """The reports folder: as configured, else `netguard` among the person's documents."""
    configured = config.load().reports
    if configured:
        return Path(configured).expanduser()
    import platformdirs

    return platformdirs.user_documents_path() / "netguard"


def path_for(scan: Scan, extension: str) -> Path:
    """The report's path: site, local day and minute, and the scan's id, so that no report replaces another."""
    return _path(scan.site, scan.started_at, _plain(scan.id[:6]), extension)


def path_for_difference(difference: Difference, extension: str) -> Path:
    """The path of what changed: that of the newer scan's report, with the older one's id behind its own."""
    old, new = difference.old, difference.new
    return _path(difference.site, new.started_at, f"{_plain(new.id[:6])}-since-{_plain(old.id[:6])}", extension)


def _path(site: str, at: datetime, name: str, extension: str) -> Path:
    when = at.astimezone().strftime("%Y-%m-%d-%H%M")
    return folder() / f"{_plain(site)[:40] or 'home'}-{when}-{name}.{extension.lstrip('.')}"


def _plain(text: str) -> str:
    """`text` with nothing in it that a file's name may not hold."""
    return re.sub(r"[^\w-]+", "-", text).strip("-")
