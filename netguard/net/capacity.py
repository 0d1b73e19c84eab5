"""How many connections this computer can have open at a time."""

import sys

from netguard.net import limits


def in_flight() -> int:
    """Connection attempts that may be unanswered at a time, after asking the system for room.

    On Windows a selector holds 512 sockets (FD_SETSIZE in Python's build); elsewhere the limit is that of open files,
    which a program may raise up to the hard limit (setrlimit(2)).
    """
    if sys.platform == "win32":
        return min(limits.ALL_IN_FLIGHT, limits.FILES_WINDOWS - limits.FILES_SPARE)
    import resource

    wanted = limits.ALL_IN_FLIGHT + limits.FILES_SPARE
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        aim = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (aim, hard))
            soft = aim
        except (OSError, ValueError):
            # Some systems know a lower limit than they tell; what is there has to do.
            pass
    if soft == resource.RLIM_INFINITY:
        return limits.ALL_IN_FLIGHT
    return min(limits.ALL_IN_FLIGHT, max(64, soft - limits.FILES_SPARE))
