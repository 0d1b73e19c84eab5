"""Writes the sample report anew: `python -m tests.golden.report.make_golden`. Look at the difference before you commit it."""

from netguard.registry import load, names
from netguard.report.formats import html, text
from netguard.rules.location import data_root
from tests.golden.report.over_time import OVERLAY
from tests.golden.report.rules import CHANGE
from tests.golden.report.sample import NOW, sample_scan

FOLDER = data_root("reports") / "sample"


def main() -> None:
    """Render the sample scan in every format into reports/sample, and once more with more to say of it."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in names("netguard.report.formats"):
        module = load("netguard.report.formats", name)
        path = FOLDER / f"report.{module.EXTENSION}"
        path.write_text(module.render(sample_scan(), NOW), encoding="utf-8", newline="\n")
    for name, said in (with_rules() | over_time()).items():
        (FOLDER / name).write_text(said, encoding="utf-8", newline="\n")


def with_rules() -> dict[str, str]:
    """The reports of the sample scan with rules for its router, by file name."""
    return {
        "firewall.html": html.render(sample_scan(), NOW, CHANGE),
        "firewall.txt": text.render(sample_scan(), NOW, CHANGE),
    }


def over_time() -> dict[str, str]:
    """The reports of the sample scan with what its history knows, by file name."""
    return {
        "over-time.html": html.render(sample_scan(), NOW, overlay=OVERLAY),
        "over-time.txt": text.render(sample_scan(), NOW, overlay=OVERLAY),
    }


if __name__ == "__main__":
    main()
