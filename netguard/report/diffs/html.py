"""What changed, as one HTML page that needs nothing else: no script, no picture from elsewhere, no request of any kind."""

from datetime import datetime

from markupsafe import Markup

from netguard.model.difference import Difference
from netguard.report.difference import view
from netguard.report.page import environment, policy
from netguard.rules.location import data_root

EXTENSION = "html"

NAMED = 8
"""Things that one reason lists at once; the rest folds."""

_TEMPLATE = "diff.html.j2"
_STYLES = ("style.css", "diff.css")


def render(difference: Difference, now: datetime) -> str:
    """`difference` as a whole page, the same bytes for the same `difference` and `now`.

    Everything from the scans is escaped as text, and nothing in it becomes a link. The policy in the page lets a browser use
    this style sheet and nothing else. Raises `RulesError`, `OSError` or `jinja2.TemplateNotFound` when the installation is
    damaged.
    """
    root = data_root("reports")
    style = "\n" + "\n".join((root / name).read_text(encoding="utf-8") for name in _STYLES)
    page = (
        environment(root)
        .get_template(_TEMPLATE)
        .render(
            view=view(difference, now),
            named=NAMED,
            style=Markup(style),  # noqa: S704  files of ours, with nothing from a scan in them
            policy=policy(style),
        )
    )
    return page if page.endswith("\n") else page + "\n"
