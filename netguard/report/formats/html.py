"""One HTML page that needs nothing else: no script, no picture from elsewhere, no request of any kind."""

import base64
import hashlib
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from netguard.model.scan import Scan
from netguard.report.view import view
from netguard.rules.location import data_root

EXTENSION = "html"

_TEMPLATE = "report.html.j2"
_STYLE = "style.css"


def render(scan: Scan, now: datetime) -> str:
    """`scan` as a whole page, the same bytes for the same `scan` and `now`.

    Everything from the document is escaped as text; only https addresses from references become links.
    The policy in the page (CSP level 3, `meta` element) lets a browser use this style sheet, by its hash,
    and nothing else, so that text which slipped through all the same could neither run nor call home.
    Raises `RulesError`, `OSError` or `jinja2.TemplateNotFound` when the installation is damaged.
    """
    root = data_root("reports")
    style = "\n" + (root / _STYLE).read_text(encoding="utf-8")
    page = (
        _environment(root)
        .get_template(_TEMPLATE)
        .render(
            view=view(scan, now),
            style=Markup(style),  # noqa: S704  a file of ours, with nothing from the document in it
            policy=policy(style),
        )
    )
    return page if page.endswith("\n") else page + "\n"


@lru_cache(maxsize=1)
def _environment(root: Path) -> Environment:
    """The templates, compiled once: that takes longer than a page."""
    return Environment(
        loader=FileSystemLoader(root), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


def policy(style: str) -> str:
    """Build the policy that allows exactly `style` (the text between the style tags) and `data:` pictures."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"
