"""Where reports go."""

import re
from pathlib import Path

from netguard import config
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
    site = re.sub(r"[^\w-]+", "-", scan.site).strip("-")[:40] or "home"
    when = scan.started_at.astimezone().strftime("%Y-%m-%d-%H%M")
    return folder() / f"{site}-{when}-{scan.id[:6]}.{extension.lstrip('.')}"
