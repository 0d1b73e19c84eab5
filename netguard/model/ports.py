"""Sets of port numbers and their text form."""

import re
from collections.abc import Iterable
from functools import lru_cache

HIGHEST = 65535
"""Port numbers have 16 bits (RFC 9293, 3.1; RFC 768)."""

_RANGE = re.compile(r"([0-9]{1,5})(?:-([0-9]{1,5}))?")


def parse(text: str) -> frozenset[int]:
    """The ports in `1-1024,8080`; none in an empty text. Raises `ValueError` for anything else."""
    return frozenset(port for run in ranges(text) for port in run)


def ranges(text: str) -> tuple[range, ...]:
    """The runs of ports in `1-1024,8080`, in the order of the text. Raises `ValueError` for anything else."""
    return tuple(_range(part) for part in text.split(",")) if text else ()


def union(texts: Iterable[str], without: Iterable[int] = ()) -> str:
    """One ascending text for the ports in any of `texts`, but for those of `without`. Raises `ValueError` as `ranges`."""
    joined: list[list[int]] = []
    for run in sorted((run for text in set(texts) for run in ranges(text)), key=lambda run: run.start):
        if joined and run.start <= joined[-1][1] + 1:
            joined[-1][1] = max(joined[-1][1], run.stop - 1)
        else:
            joined.append([run.start, run.stop - 1])
    for port in sorted(set(without)):
        joined = [part for run in joined for part in _split(run, port)]
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in joined)


@lru_cache(maxsize=512)
def cached_ranges(text: str) -> tuple[range, ...]:
    """As `ranges`, remembered: the devices of a home are asked the same ports."""
    return ranges(text)


def includes(text: str, port: int) -> bool:
    """Whether `port` is one of the ports in `text`. Raises `ValueError` as `ranges`."""
    return any(port in run for run in cached_ranges(text))


def _split(run: list[int], port: int) -> list[list[int]]:
    start, end = run
    return [part for part in ([start, min(end, port - 1)], [max(start, port + 1), end]) if part[0] <= part[1]]


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
