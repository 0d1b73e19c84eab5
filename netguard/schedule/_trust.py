"""Whether anybody but root can change what a service with a right of its own runs.

Such a service has its right from its first instruction on, and Python reads files before netguard can part it. So each file
that may be loaded then must be root's, and each folder on the way to it: whoever can write one of them has the right, too.
"""

import json
import os
import stat
from collections.abc import Callable
from pathlib import Path

from netguard.errors import NetguardError
from netguard.schedule._contract import Here

ISOLATED = "-I"
"""Python's option that leaves out the current folder, PYTHON* variables, and the user's own site-packages with its *.pth and
usercustomize (docs.python.org/3/using/cmdline.html, `-I`, which holds -E, -P and -s)."""

_LOADED = """\
import json, os, sys, netguard
ways = [sys.executable, os.path.dirname(sys.executable) + "/pyvenv.cfg", sys.prefix + "/pyvenv.cfg", sys.base_prefix]
print(json.dumps({"ways": ways, "trees": sys.path + list(netguard.__path__)}))
"""
"""Says, in the interpreter that will run, what it would load from."""

_ACL = "system.posix_acl_access"
"""An access control list gives rights to people whom mode bits do not name; the group's bits are its mask (acl(5))."""

Stat = Callable[[Path], os.stat_result]


def problem(here: Here, command: tuple[str, ...], lstat: Stat = os.lstat) -> str | None:
    """Who but root can change what `command`, a Python and its words, loads: half a sentence; null where nobody can."""
    look = _Look(lstat)
    if said := look.way(Path(command[0])):
        return said
    if ISOLATED not in command[1:2]:
        return "it reads Python's start-up files in the home folder; install it anew"
    try:
        found = json.loads(here.run((command[0], ISOLATED, "-c", _LOADED)))
        ways, trees = [Path(each) for each in found["ways"]], [Path(each) for each in found["trees"]]
    except (OSError, NetguardError, ValueError, KeyError, TypeError) as error:
        return f"{command[0]} does not find netguard in folders that are root's ({error})"
    for path in ways:
        if said := look.way(path):
            return said
    return next((said for path in trees if (said := look.way(path) or look.tree(path))), None)


class _Look:
    """Looks at each path once; the first that is not root's alone ends it."""

    def __init__(self, lstat: Stat) -> None:
        self._lstat = lstat
        self._seen: set[Path] = set()
        self._trees: set[str] = set()

    def way(self, path: Path) -> str | None:
        """Who can change `path`, or put another in its place: every folder above it counts, and every link on the way."""
        return next((said for step in (*reversed(path.parents), path) if (said := self._step(step))), None)

    def _step(self, step: Path) -> str | None:
        """The same of `step`, where the folders above it were looked at."""
        if step in self._seen:
            return None
        self._seen.add(step)
        try:
            info = self._lstat(step)
        except (FileNotFoundError, NotADirectoryError):
            # Then those can make it who can write to the folder above, which was seen; but in /tmp that is everybody.
            return f"everybody can make {step}" if self._is_shared(step.parent) else None
        except OSError as error:
            return f"{step} cannot be looked at ({error.strerror})"
        if said := self._whose(step, info):
            return said
        return self.way(step.parent / step.readlink()) if stat.S_ISLNK(info.st_mode) else None

    def tree(self, folder: Path) -> str | None:
        """Who can change anything in `folder`, where it is one."""
        real = os.path.realpath(folder)
        if real in self._trees or not folder.is_dir():
            return None
        self._trees.add(real)
        failed: list[OSError] = []
        for at, folders, files in os.walk(real, onerror=failed.append):
            if at == real:  # .git and the like: nothing can be imported from there by a name
                folders[:] = [name for name in folders if not name.startswith(".")]
            if self._is_shared(Path(at)):
                return f"everybody can make files in {at}"
            for name in (*folders, *files):
                if said := self._step(Path(at, name)):
                    return said
            linked = (path for name in folders if (path := Path(at, name)).is_symlink())
            if said := next((said for path in linked if (said := self.tree(path))), None):
                return said
        return f"{failed[0].filename} cannot be looked at ({failed[0].strerror})" if failed else None

    def _is_shared(self, folder: Path) -> bool:
        """Whether it is as /tmp: what is root's in it stays, and anybody can make more."""
        try:
            mode = self._lstat(folder).st_mode
            return bool(mode & stat.S_ISVTX and mode & (stat.S_IWOTH | stat.S_IWGRP))
        except OSError:
            return False

    def _whose(self, path: Path, info: os.stat_result) -> str | None:
        if info.st_uid != 0:
            return f"{path} is {_user(info.st_uid)}'s"
        if stat.S_ISLNK(info.st_mode):
            return None  # a link's own mode means nothing
        if stat.S_ISDIR(info.st_mode) and info.st_mode & stat.S_ISVTX:
            return None  # as /tmp: nobody can replace what is root's in it (unlink(2), EPERM)
        if info.st_mode & stat.S_IWOTH:
            return f"everybody can write to {path}"
        if info.st_mode & stat.S_IWGRP and (group := _others_in(info.st_gid, path)):
            return f"{group} can write to {path}"
        return None


def _user(uid: int) -> str:
    import pwd

    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"


def _others_in(gid: int, path: Path) -> str | None:
    """The group, where anybody but root is in it; null where nobody is."""
    import grp
    import pwd

    try:
        if _ACL in os.listxattr(path):
            return "whoever its access control list names"
    except OSError:
        pass  # a file system without such lists
    try:
        group = grp.getgrgid(gid)
    except KeyError:
        return f"group {gid}"
    members = {*group.gr_mem, *(user.pw_name for user in pwd.getpwall() if user.pw_gid == gid and user.pw_uid != 0)}
    return f"the group {group.gr_name}" if members - {"root"} else None
