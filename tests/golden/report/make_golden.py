"""Writes the sample report anew: `python -m tests.golden.report.make_golden`. Look at the difference before you commit it."""

from netguard.registry import load, names
from netguard.rules.location import data_root
from tests.golden.report.sample import NOW, sample_scan

FOLDER = data_root("reports") / "sample"


def main() -> None:
    """Render the sample scan in every format into reports/sample."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in names("netguard.report.formats"):
        module = load("netguard.report.formats", name)
        path = FOLDER / f"report.{module.EXTENSION}"
        path.write_text(module.render(sample_scan(), NOW), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
