"""Where the data that people review lies: inside the installed package, or in a checkout beside it."""

from importlib.resources import files
from pathlib import Path
from typing import Literal

from netguard.errors import RulesError


def data_root(name: Literal["rules", "reports"]) -> Path:
    """The folder with the shipped `rules` or `reports`.

    A wheel carries them as `netguard/_rules` and `netguard/_reports`; an editable install and a checkout
    have them beside the package. Raises `RulesError` when neither is there.
    """
    package = Path(str(files("netguard")))
    for folder in (package / f"_{name}", package.parent / name):
        if folder.is_dir():
            return folder
    raise RulesError(f"{package}: {name}: this installation has no {name} folder; install netguard again")
