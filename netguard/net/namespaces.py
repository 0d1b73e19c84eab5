"""Networks of our own in namespaces: the Linux system calls that Python 3.11 does not have, and the program `ip`.

Imports everywhere; works on Linux only. What fails raises `OSError` with the call's own error number, `ip` a `LabError`.
"""

import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from netguard.errors import LabError

CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC = 0x00020000, 0x04000000, 0x08000000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000
"""Flags of clone(2), from linux/sched.h."""

MS_BIND, MS_REC, MS_SLAVE = 4096, 16384, 1 << 19
"""Flags of mount(2), from linux/mount.h."""
MNT_DETACH = 2
_PR_SET_PDEATHSIG = 1

IP_SECONDS = 60
"""Longest that one run of `ip` may take; some hundred lines take less than a second."""


def unshare(flags: int) -> None:
    """Moves the calling thread into new namespaces (unshare(2))."""
    _call("unshare", ctypes.c_int(flags))


def enter(descriptor: int) -> None:
    """Moves the calling thread into the namespace behind `descriptor` (setns(2))."""
    _call("setns", ctypes.c_int(descriptor), ctypes.c_int(0))


def mount(source: str, target: str, kind: str | None = None, flags: int = 0) -> None:
    """Mounts `source` of type `kind` on `target` (mount(2))."""
    _call(
        "mount", ctypes.c_char_p(source.encode()), ctypes.c_char_p(target.encode()),
        ctypes.c_char_p(kind.encode() if kind else None), ctypes.c_ulong(flags), ctypes.c_void_p(None),
    )  # fmt: skip


def unmount(target: str) -> None:
    """umount2(2), lazily."""
    _call("umount2", ctypes.c_char_p(target.encode()), ctypes.c_int(MNT_DETACH))


def die_with_parent() -> None:
    """Has the kernel kill this process when the thread that forked it ends (PR_SET_PDEATHSIG)."""
    _call("prctl", ctypes.c_int(_PR_SET_PDEATHSIG), ctypes.c_ulong(signal.SIGKILL.value), *(ctypes.c_ulong(0),) * 3)


def network() -> int:
    """A descriptor of the calling process's network namespace; the namespace lives as long as it is open."""
    return os.open("/proc/self/ns/net", os.O_RDONLY | os.O_CLOEXEC)


def mounts() -> int:
    """A descriptor of the calling process's mount namespace."""
    return os.open("/proc/self/ns/mnt", os.O_RDONLY | os.O_CLOEXEC)


def new_network() -> int:
    """Moves the caller into a new, empty network namespace and returns its descriptor."""
    unshare(CLONE_NEWNET)
    return network()


@contextlib.contextmanager
def inside(descriptor: int, home: int) -> Iterator[None]:
    """Runs the block inside the network namespace `descriptor`, then goes back to `home`."""
    enter(descriptor)
    try:
        yield
    finally:
        enter(home)


def become_root() -> None:
    """Moves the caller into a user namespace of its own, in which it is uid 0 and may make the other namespaces."""
    user, group = os.geteuid(), os.getegid()
    unshare(CLONE_NEWUSER)
    Path("/proc/self/setgroups").write_text("deny", encoding="ascii")  # user_namespaces(7): needed before gid_map
    Path("/proc/self/uid_map").write_text(f"0 {user} 1\n", encoding="ascii")
    Path("/proc/self/gid_map").write_text(f"0 {group} 1\n", encoding="ascii")


def isolate(*, processes: bool = True) -> None:
    """New network, mount, host name, IPC and (for children) process namespaces. Mounts made inside stay inside.

    With `processes` the first child is to stay: when it ends, no further one can be made.
    """
    unshare(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | (CLONE_NEWPID if processes else 0) | CLONE_NEWNET)
    mount("none", "/", flags=MS_REC | MS_SLAVE)


def ip_program() -> str:
    """Where the program `ip` is. Raises `LabError` where it is not installed."""
    found = shutil.which("ip", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if found is None:
        raise LabError("the program `ip` (package iproute2) is not installed")
    return found


def ip(program: str, lines: Sequence[str], descriptors: tuple[int, ...] = ()) -> None:
    """Have `ip` do these commands in the namespace the caller is in; it may use `descriptors`. Raises `LabError`."""
    done = subprocess.run(
        [program, "-batch", "-"], input="\n".join(lines), text=True, capture_output=True, check=False,
        pass_fds=descriptors, timeout=IP_SECONDS, env={"LC_ALL": "C"},
    )  # fmt: skip
    if done.returncode != 0:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[0]
        raise LabError(f"the simulated network could not be made: ip said {reason!r}")


def _call(name: str, *arguments: object) -> None:
    library = ctypes.CDLL(None, use_errno=True)
    if getattr(library, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
