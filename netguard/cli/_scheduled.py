"""What a schedule does at each of its times: look whether this is home and time, scan, and tell what changed."""

from netguard.cli import _schedule_log

log_path = _schedule_log.path
"""Where the log of scheduled runs is."""


def run(
    *,
    every: str = "week",
    site: str | None = None,
    interface: str | None = None,
    depth: str = "standard",
    not_on_battery: bool = False,
    database: str | None = None,
    user: str | None = None,
) -> int:
    """One time of the schedule; give the exit code. `every` is `week`, `day` or `N-hours` (1 to 168).

    A timer may call this often (hourly does): what is not due, not at home, or on battery where that was ruled out, ends
    at once with 0 and sends nothing. Raises `NetguardError`.
    """
    raise NotImplementedError
