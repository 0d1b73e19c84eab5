"""Sets of port numbers and their text form."""

from collections.abc import Iterable


def parse(text: str) -> frozenset[int]:
    """The ports in `1-1024,8080`. Raises `ValueError` for anything else."""
    found: set[int] = set()
    for part in filter(None, text.split(",")):
        first, _, last = part.partition("-")
        start, end = int(first), int(last or first)
        if not 0 <= start <= end <= 65535:
            raise ValueError(f"not a range of ports: {part!r}")
        found.update(range(start, end + 1))
    return frozenset(found)


def render(ports: Iterable[int]) -> str:
    """The shortest ascending text for `ports`: `{1, 2, 3, 8080}` is `1-3,8080`."""
    runs: list[list[int]] = []
    for port in sorted(set(ports)):
        if runs and port == runs[-1][1] + 1:
            runs[-1][1] = port
        else:
            runs.append([port, port])
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in runs)
