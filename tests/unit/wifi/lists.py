"""What tests of lists share: reading them from bytes, and finding the public ones."""

import io
import os
from pathlib import Path

import pytest
from netaddr import mac_unix_expanded

from netguard.wifi.formats._contract import Where

DATA = Path(os.environ.get("NETGUARD_TEST_DATA", "none")) / "wifi"
public = pytest.mark.skipif(not DATA.is_dir(), reason="NETGUARD_TEST_DATA does not name a folder with Wi-Fi data")


def read(module, data, name="list.txt", path=None):
    """Everything that `module` reads from `data`."""
    return told(module, data, name, path)[0]


def told(module, data, name="list.txt", path=None):
    """What `module` reads from `data`, and its remarks without the file's name."""
    where = Where(name=name, path=path)
    found = list(module.read(io.BytesIO(data.encode() if isinstance(data, str) else data), where))
    return found, [remark.removeprefix(f"{name}: ") for remark in where.remarks]


def one(module, data, name="list.txt"):
    (heard,) = read(module, data, name)
    return heard


def addresses(heards):
    return [address(heard) for heard in heards]


def address(heard):
    """Its BSSID as text, however it is kept."""
    return None if heard.bssid is None else heard.bssid.format(mac_unix_expanded)


def knows(heard):
    """Names of what is not null in one heard, without its source and notes; security as `told.x`."""
    fields = (
        "bssid",
        "ssid",
        "frequency",
        "channel",
        "signal",
        "associated",
        "capability",
        "beacon",
        "response",
        "elements",
    )
    named = {name for name in fields if getattr(heard, name) is not None}
    words = ("security", "akms", "pairwise", "group", "pmf", "wps", "transition")
    return named | {
        f"told.{word}" for word in words if heard.told is not None and getattr(heard.told, word) is not None
    }
