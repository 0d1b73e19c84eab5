"""Network names are bytes; this is how they become text."""

from netguard.model.observation import clean

MAX_SSID = 32
"""Bytes of a network name (IEEE 802.11-2020, 9.4.2.2); a longer one is damage and would fill the report."""


def safe_ssid(ssid: bytes) -> str:
    r"""A network name as text: UTF-8 where it is, `\xNN` for a byte that is not, without what terminals obey."""
    return clean(ssid[:MAX_SSID].decode("utf-8", "backslashreplace"))


def is_hidden(ssid: bytes) -> bool:
    """Whether this is how a network hides its name: nothing, or as many zeros as the name is long."""
    return not ssid.strip(b"\0")


def has_invisible(ssid: bytes) -> bool:
    """Whether `safe_ssid` had to leave characters out, so that the name looks like another one."""
    text = ssid[:MAX_SSID].decode("utf-8", "backslashreplace")
    return clean(text) != text
