"""What every HTML page of ours is made with: templates that escape, and a policy that lets in nothing but our own style."""

import base64
import hashlib
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined


@lru_cache(maxsize=1)
def environment(root: Path) -> Environment:
    """The templates in `root`, compiled once: that takes longer than a page."""
    return Environment(
        loader=FileSystemLoader(root), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


def policy(style: str, script: str | None = None) -> str:
    """Build the policy that allows exactly `style` and `script` (the text between their tags) and `data:` pictures.

    It is of CSP level 3, for a `meta` element.
    """
    scripts = "" if script is None else f"script-src '{_digest(script)}'; "
    return (
        f"default-src 'none'; style-src '{_digest(style)}'; {scripts}img-src data:; base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
