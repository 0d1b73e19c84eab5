"""Sets of port numbers and their text form."""

import re
from collections.abc import Iterable

HIGHEST = 65535
"""Port numbers have 16 bits (RFC 9293, 3.1; RFC 768)."""

_RANGE = re.compile(r"([0-9]{1,5})(?:-([0-9]{1,5}))?")


def parse(text: str) -> frozenset[int]:
    """The ports in `1-1024,8080`; none in an empty text. Raises `ValueError` for anything else."""
    return frozenset(port for run in ranges(text) for port in run)


def ranges(text: str) -> tuple[range, ...]:
    """The runs of ports in `1-1024,8080`, in the order of the text. Raises `ValueError` for anything else."""
    return tuple(_range(part) for part in text.split(",")) if text else ()


def _range(part: str) -> range:
    match = _RANGE.fullmatch(part)
    if match:
        start, end = int(match[1]), int(match[2] or match[1])
        if start <= end <= HIGHEST:
            return range(start, end + 1)
    raise ValueError(f"not a range of ports: {part[:20]!r}")


def render(ports: Iterable[int]) -> str:
    """The shortest ascending text for `ports`: `{1, 2, 3, 8080}` is `1-3,8080`."""
    runs: list[list[int]] = []
    for port in sorted(set(ports)):
        if runs and port == runs[-1][1] + 1:
            runs[-1][1] = port
        else:
            runs.append([port, port])
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in runs)
