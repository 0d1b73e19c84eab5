"""What routers write when they are asked for their configuration, one kind a file, found by listing this folder.

Each module has `WHAT` (how a person gets such a text), `recognises(text)` and `read(text)`, which never fails: what it
cannot use is left out, with a remark where a person would miss it.
"""

from netguard import registry
from netguard.advise.exports._contract import MAX_EXPORT, Export

__all__ = ["MAX_EXPORT", "PACKAGE", "Export", "read"]

PACKAGE = "netguard.advise.exports"


def read(data: bytes) -> Export:
    """The export in `data`, whichever router wrote it. Raises `ValueError` with what to give instead."""
    if len(data) > MAX_EXPORT:
        raise ValueError(f"it is larger than {MAX_EXPORT >> 20} MiB; no router's configuration is")
    text = data.decode("utf-8", "replace").removeprefix("\ufeff").replace("\r\n", "\n")
    modules = registry.load_all(PACKAGE, "WHAT", "recognises", "read")
    for module in modules.values():
        if module.recognises(text):
            export: Export = module.read(text)
            if not export.segments:
                why = f": {export.remarks[0]}" if export.remarks else ""
                raise ValueError(f"there is no network in it that devices could live in{why}")
            return export
    known = "; ".join(str(module.WHAT) for module in modules.values())
    raise ValueError(f"it is no configuration that netguard can read. It reads: {known}")
