"""Writes the sample difference anew: `python -m tests.golden.diff.make_golden`. Look at what changed before you commit it."""

from netguard.registry import load, names
from netguard.rules.location import data_root
from tests.golden.diff.changes import NOW, quiet_difference, sample_difference

FOLDER = data_root("reports") / "sample"


def written() -> dict[str, str]:
    """The sample difference in every form, and a week without any as text, by file name."""
    modules = {name: load("netguard.report.diffs", name) for name in names("netguard.report.diffs")}
    forms = {f"changes.{module.EXTENSION}": module.render(sample_difference(), NOW) for module in modules.values()}
    return forms | {"no-changes.txt": modules["text"].render(quiet_difference(), NOW)}


def main() -> None:
    """Write every file into reports/sample."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, said in written().items():
        (FOLDER / name).write_text(said, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
