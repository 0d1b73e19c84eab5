"""One HTML page that needs nothing else: no picture from elsewhere, no request of any kind, and no script.

But one: where there is text to be typed into a router, buttons copy it. That script is a file of ours, and the only one that
the page's policy lets run.
"""

from datetime import datetime

from markupsafe import Markup

from netguard.model.overlay import NOTHING, Overlay
from netguard.model.scan import Scan
from netguard.report.change import Change
from netguard.report.page import environment, policy
from netguard.report.view import view
from netguard.rules.location import data_root

EXTENSION = "html"

_TEMPLATE = "report.html.j2"
_STYLE = "style.css"
_SCRIPT = "copy.js"


def render(scan: Scan, now: datetime, change: Change | None = None, overlay: Overlay = NOTHING) -> str:
    """`scan` as a whole page, the same bytes for the same `scan` and `now`; with `change` it has the rules for the router.

    `overlay` is what the history knows of it: what is accepted, and how things went over time.
    Everything from the document is escaped as text; only https addresses from references become links.
    The policy in the page (CSP level 3, `meta` element) lets a browser use this style sheet and, where there is something to
    be copied, this script, by their hashes, and nothing else, so that text which slipped through all the same could neither run nor call home.
    Raises `RulesError`, `OSError` or `jinja2.TemplateNotFound` when the installation is damaged.
    """
    root = data_root("reports")
    style = "\n" + (root / _STYLE).read_text(encoding="utf-8")
    script = "\n" + (root / _SCRIPT).read_text(encoding="utf-8") if change is not None else None
    page = (
        environment(root)
        .get_template(_TEMPLATE)
        .render(
            view=view(scan, now, change, overlay),
            style=Markup(style),  # noqa: S704  a file of ours, with nothing from the document in it
            script=None if script is None else Markup(script),  # noqa: S704  likewise
            policy=policy(style, script),
        )
    )
    return page if page.endswith("\n") else page + "\n"
