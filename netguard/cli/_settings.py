"""Changing one setting in config.toml and leaving the rest of the file as the person wrote it."""

import json
import re
import tomllib
from pathlib import Path

from netguard import config
from netguard.cli import _documents
from netguard.errors import ConfigError, NetguardError

_TEXT = r"""(?:"(?:[^"\\]|\\.)*"|'[^']*')"""
"""A basic or literal string on one line (TOML 1.0.0, String)."""
_LINE = re.compile(
    rf"""^([ \t]*(?:reports|"reports"|'reports')[ \t]*=[ \t]*){_TEXT}([ \t]*(?:#[^\r\n]*)?)(\r?)$""", re.MULTILINE
)
_HEAD = re.compile(r"(?:[ \t]*(?:#[^\r\n]*)?\r?\n)*")
"""Comments and empty lines at the top, after which a key always belongs to the file as a whole."""


def with_reports(text: str, folder: str) -> str:
    """The settings `text` with `reports` set to `folder`, every other character as it was.

    Raises `ConfigError` when the file cannot be read, or the change cannot be made without touching anything else.
    """
    before = _read(text)
    value = json.dumps(folder, ensure_ascii=False)  # a JSON string is a TOML basic string (TOML 1.0.0, String)
    if "reports" in before:
        candidates = [text[: m.start()] + m[1] + value + m[2] + m[3] + text[m.end() :] for m in _LINE.finditer(text)]
    else:
        end = "\r\n" if "\r\n" in text else "\n"
        top = _HEAD.match(text)
        at = top.end() if top else 0
        candidates = [f"{text[:at]}reports = {value}{end}{text[at:]}"]
    for candidate in candidates:
        try:
            if tomllib.loads(candidate) == before | {"reports": folder}:
                return candidate
        except tomllib.TOMLDecodeError:
            continue
    raise ConfigError(f"{config.path()}: reports: it cannot be changed safely; write it by hand: reports = {value}")


def set_reports(folder: str) -> Path:
    """Write `folder` into the person's settings, making the file when there is none. Gives the file's path.

    Raises `ConfigError`; then the file is as it was.
    """
    # A link stays a link: people keep their settings elsewhere and link them here.
    where = config.path().resolve()
    try:
        text = where.read_bytes().decode("utf-8") if where.exists() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{where}: it cannot be read ({error})") from error
    changed = with_reports(text, folder)
    if len(changed.encode()) > config.MAX_CONFIG:
        raise ConfigError(f"{where}: it would be larger than {config.MAX_CONFIG // 1024} KiB")
    try:
        _documents.write(where, changed.encode())
    except NetguardError as error:
        raise ConfigError(
            f"{where}: it could not be written; write it by hand: reports = {json.dumps(folder)}"
        ) from error
    return where


def _read(text: str) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{config.path()}: {error}") from error
