"""systemd's manager of the whole computer: needs root to install, runs as the person, and may open raw sockets.

The person's own netguard gets CAP_NET_RAW, nothing else, for the time of a run, and can give itself no more
(AmbientCapabilities, CapabilityBoundingSet and NoNewPrivileges of systemd.exec(5)). Whoever can change the program's files
can use that right, too: `_trust` finds them, `install` refuses, and `notes` says so when it came to be later.

The sandbox leaves what a scan needs: /proc/net, the neighbour table and routes (AF_NETLINK), raw frames (AF_PACKET), the
system's programs, D-Bus (AF_UNIX) and the home folder to read. MemoryDenyWriteExecute is not in it, since libffi, by which
Python speaks with C, may need pages that are both; nor is SystemCallFilter, since a call that a new nmap or Python makes
would end scans for a reason that nobody sees.
"""

from netguard.schedule import _trust, _units
from netguard.schedule import systemd as own
from netguard.schedule._contract import Here, Order, Part, file_part, obeyed, write_parts

TITLE = "systemd, for this computer"
SYSTEM = True

_CTL = ("systemctl",)

_SANDBOX = (
    "AmbientCapabilities=CAP_NET_RAW",
    "CapabilityBoundingSet=CAP_NET_RAW",
    "ProtectSystem=strict",
    "ProtectHome=read-only",
    "PrivateTmp=yes",
    "PrivateDevices=yes",
    "ProtectClock=yes",
    "ProtectControlGroups=yes",
    "ProtectHostname=yes",
    "ProtectKernelLogs=yes",
    "ProtectKernelModules=yes",
    "ProtectKernelTunables=yes",
    "ProtectProc=invisible",
    "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK AF_PACKET",
    "RestrictNamespaces=yes",
    "RestrictRealtime=yes",
    "RestrictSUIDSGID=yes",
    "LockPersonality=yes",
    "SystemCallArchitectures=native",
)


def missing(here: Here) -> str | None:
    """Why not here, or null."""
    return own.missing(here)


def wanted(order: Order, here: Here) -> tuple[Part, ...]:
    """The service and the timer. `order.user` must be given."""
    if not order.user:
        raise ValueError("a schedule of the whole computer runs as somebody")
    writable = tuple(f"ReadWritePaths={_units.path(str(folder))}" for folder in order.writes)
    more = (f"User={_units.path(order.user)}", *_SANDBOX, *writable)
    network = ("Wants=network-online.target", "After=network-online.target")
    return (
        file_part(here.units / _units.SERVICE, _units.service(order, network, more)),
        file_part(here.units / _units.TIMER, _units.timer()),
    )


def present(here: Here) -> tuple[Part, ...]:
    """What is there of ours."""
    return own.found_in(here, _CTL, here.units)


def commands(here: Here) -> tuple[tuple[str, ...], ...]:
    """Read the units, have the timer started at each boot, and start it now with what stands in it now."""
    return own.manager_commands(_CTL)


def put(parts: tuple[Part, ...], here: Here) -> None:
    """Write `parts` and start the timer. Raises `ScheduleError`."""
    write_parts(parts)
    obeyed(here, *commands(here))


def take_out(here: Here) -> tuple[str, ...]:
    """Stop the timer and delete what is ours."""
    return own.taken_out(here, _CTL, here.units, present(here))


def argv(parts: tuple[Part, ...]) -> tuple[str, ...]:
    """The command that stands in `parts`."""
    return own.argv(parts)


def next_look(here: Here) -> str | None:
    """When the timer elapses next, as the system says it."""
    return own.next_elapse(here, _CTL)


def notes(here: Here) -> tuple[str, ...]:
    """Whose rights these are, and who else can use them."""
    command = argv(present(here))
    said = ["It runs whenever this computer is on, and may open raw sockets (CAP_NET_RAW)."]
    if command and (why := _trust.problem(here, command)):
        said.append(f"Others can open raw sockets by it, too: {why}.")
    return tuple(said)
