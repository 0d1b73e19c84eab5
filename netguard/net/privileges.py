"""Giving up root: a small opener keeps CAP_NET_RAW, the process that parses keeps nothing. Linux only.

Numbers from linux/capability.h, linux/prctl.h and linux/securebits.h; the order of steps after capabilities(7).
"""

import ctypes
import os
import sys
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from pathlib import Path

from netguard.errors import PrivilegeError

CAP_NET_RAW = 13
_CAPABILITY_VERSION_3 = 0x20080522
_PR_SET_KEEPCAPS, _PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS, _PR_CAP_AMBIENT = 8, 24, 38, 47
_PR_CAP_AMBIENT_CLEAR_ALL = 4
_LAST_CAPABILITY = 63


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Whom to become. `why` names where it was taken from, for the person to read."""

    uid: int
    gid: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """What the kernel says this process may do, read back from /proc/self/status."""

    uids: tuple[int, ...]
    gids: tuple[int, ...]
    effective: int
    permitted: int
    inheritable: int
    ambient: int
    no_new_privileges: bool

    @property
    def capabilities(self) -> int:
        """Every capability that it has or could come by, a bit each."""
        return self.effective | self.permitted | self.inheritable | self.ambient


def is_root() -> bool:
    """Whether this process runs as user 0. False on systems without users of that kind."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def read_rights() -> Rights:
    """This thread's rights as the kernel has them. Raises `PrivilegeError` where /proc is not readable."""
    try:
        text = Path("/proc/thread-self/status").read_text()
    except OSError as error:
        raise PrivilegeError(
            f"/proc/thread-self/status cannot be read ({error.strerror}), so rights cannot be checked"
        ) from error
    fields = dict(line.split(":", 1) for line in text.splitlines() if ":" in line)
    return Rights(
        uids=tuple(map(int, fields["Uid"].split())),
        gids=tuple(map(int, fields["Gid"].split())),
        effective=int(fields["CapEff"], 16),
        permitted=int(fields["CapPrm"], 16),
        inheritable=int(fields["CapInh"], 16),
        ambient=int(fields["CapAmb"], 16),
        no_new_privileges=fields["NoNewPrivs"].strip() == "1",
    )


def whom_to_become(environment: Mapping[str, str], user: str | None) -> Identity:
    """The person behind this root: `--user`, else sudo's or pkexec's caller, else uid 0 itself.

    Raises `PrivilegeError` for a user that does not exist.
    """
    import pwd

    def known(uid: int, why: str) -> Identity:
        try:
            return Identity(uid=uid, gid=pwd.getpwuid(uid).pw_gid, why=why)
        except KeyError:
            return Identity(uid=uid, gid=uid, why=why)

    if user is not None:
        try:
            entry = pwd.getpwnam(user)
        except KeyError:
            raise PrivilegeError(f"--user {user}: there is no such user on this computer") from None
        return Identity(uid=entry.pw_uid, gid=entry.pw_gid, why="--user")
    for name in ("SUDO_UID", "PKEXEC_UID"):
        value = environment.get(name, "")
        if value.isdecimal() and int(value) != 0:
            return known(int(value), name)
    return Identity(uid=0, gid=0, why="nobody called sudo or pkexec")


def itself() -> Identity:
    """Who this process is anyhow: for one that is no root, and was given CAP_NET_RAW alone (systemd's AmbientCapabilities)."""
    return Identity(uid=os.getuid(), gid=os.getgid(), why="it is that user already")


def may_open_raw_sockets() -> bool:
    """Whether this process, root or not, may use CAP_NET_RAW now. False where that cannot be told."""
    if not supported():
        return False
    try:
        return holds(CAP_NET_RAW)
    except PrivilegeError:
        return False


def drop_what_is_left() -> None:
    """Let go of every capability that this process, which is no root, has or could hand on. Without any nothing happens.

    Where its rights cannot be read it stays as it was started. Must run before any thread starts. Raises `PrivilegeError`
    unless it worked entirely.
    """
    if not supported():
        return
    try:
        rights = read_rights()
    except PrivilegeError:
        return
    if rights.capabilities:
        drop(itself())


def drop(identity: Identity, keep: frozenset[int] = frozenset()) -> Rights:
    """Become `identity` for good, with only the capabilities in `keep`, and read back what the kernel made of it.

    Who is that user already stays it with its groups, which are its own and take no right to keep.
    Must run before any thread starts: rights are a thread's own. Raises `PrivilegeError` unless it worked entirely.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    _prctl(libc, _PR_SET_KEEPCAPS, 1 if keep else 0)
    _drop_bounding_set(libc, keep)
    if identity.uid != 0 and set(os.getresuid()) != {identity.uid}:
        _change_user(identity)
    _set_capabilities(libc, keep)
    libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
    _prctl(libc, _PR_SET_NO_NEW_PRIVS, 1)
    rights = read_rights()
    mask = sum(1 << capability for capability in keep)
    kept_too_much = (rights.effective | rights.permitted) & ~mask or rights.inheritable or rights.ambient
    if kept_too_much or set(rights.uids) != {identity.uid} or not rights.no_new_privileges:
        raise PrivilegeError(f"rights could not be given up (the kernel still says {rights}); nothing was sent")
    return rights


def adopt_home(identity: Identity, environment: MutableMapping[str, str]) -> None:
    """Point HOME and the XDG folders in `environment` at the person's own, so that files land with them."""
    import pwd

    if identity.uid == 0:
        return
    try:
        environment["HOME"] = pwd.getpwuid(identity.uid).pw_dir
    except KeyError:
        return
    for name in [name for name in environment if name.startswith("XDG_")]:
        del environment[name]


def _change_user(identity: Identity) -> None:
    try:
        try:
            os.setgroups([])
        except PermissionError:
            # A user namespace may forbid it (user_namespaces(7)); the groups there carry no rights outside it.
            if Path("/proc/self/setgroups").read_text().strip() != "deny":
                raise
        os.setresgid(identity.gid, identity.gid, identity.gid)
        os.setresuid(identity.uid, identity.uid, identity.uid)
    except OSError as error:
        raise PrivilegeError(
            f"cannot become user {identity.uid} ({identity.why}): {error.strerror}; nothing was sent"
        ) from error


def _drop_bounding_set(libc: ctypes.CDLL, keep: frozenset[int]) -> None:
    """Best effort: without CAP_SETPCAP it stays, and no_new_privs makes it powerless anyway."""
    for capability in range(_LAST_CAPABILITY + 1):
        if capability not in keep:
            libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)


def _set_capabilities(libc: ctypes.CDLL, keep: frozenset[int]) -> None:
    mask = sum(1 << capability for capability in keep)
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    low, high = mask & 0xFFFFFFFF, mask >> 32
    data = (ctypes.c_uint32 * 6)(low, low, 0, high, high, 0)
    if libc.capset(ctypes.byref(header), ctypes.byref(data)) != 0:
        raise PrivilegeError(f"capset failed ({os.strerror(ctypes.get_errno())}); nothing was sent")


def _prctl(libc: ctypes.CDLL, option: int, value: int) -> None:
    if libc.prctl(option, value, 0, 0, 0) != 0:
        raise PrivilegeError(f"prctl({option}) failed ({os.strerror(ctypes.get_errno())}); nothing was sent")


def supported() -> bool:
    """Whether this system has the rights this module speaks of."""
    return sys.platform == "linux"


def holds(capability: int) -> bool:
    """Whether this process may use `capability` now."""
    return bool(read_rights().effective >> capability & 1)
