"""Every packet-sending act: when, to whom, why. `--transcript FILE` keeps it."""

import json
import threading
from collections import Counter
from datetime import UTC, datetime
from typing import TextIO


class Transcript:
    """Counts acts by kind, and writes each as one JSON line where a file is given. Safe to use from any thread."""

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out
        self._lock = threading.Lock()
        self.counts: Counter[str] = Counter()

    @property
    def path(self) -> str | None:
        """The file that acts are written to, for another process to add its own; null where there is none."""
        name = getattr(self._out, "name", None)
        return name if isinstance(name, str) else None

    def record(self, act: str, target: str, why: str, *, times: int = 1) -> None:
        """Note that `act` was done towards `target` because of `why`.

        Acts are `tcp-connect`, `tcp-send`, `udp-send`, `arp-request`, `icmpv6-echo`; `nmap`, which connects and sends by
        itself; and `wifi-scan`, by which the system's radio looks around.
        """
        with self._lock:
            self.counts[act] += times
            if self._out is not None:
                entry = {"at": datetime.now(UTC).isoformat(), "act": act, "target": target, "why": why}
                if times != 1:
                    entry["times"] = str(times)
                self._out.write(json.dumps(entry, ensure_ascii=False) + "\n")
                self._out.flush()
