"""Root that acts for a person: whose schedule it is, and writing that person's files as that person."""

import getpass
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import platformdirs

from netguard.errors import UsageError
from netguard.net import privileges
from netguard.net.privileges import Identity
from netguard.schedule._contract import Here
from netguard.vantage import system


def find(user: str | None) -> Identity | None:
    """The person behind this root, whose home folder this process looks in from now on; null where this is no root.

    Raises `UsageError` for `--user` without root, `PrivilegeError` for a user that does not exist.
    """
    if not privileges.is_root():
        if user is not None:
            raise UsageError("--user only makes sense with root: it names whose schedule is meant")
        return None
    identity = privileges.whom_to_become(os.environ, user)
    if identity.uid == 0:
        return None
    privileges.adopt_home(identity, os.environ)
    return identity


def here(identity: Identity | None) -> Here:
    """This computer, for the person `identity` or for whoever runs this."""
    home = Path.home()
    uid = identity.uid if identity else getattr(os, "getuid", lambda: 0)()
    runtime = Path(f"/run/user/{uid}")
    if sys.platform == "linux" and "XDG_RUNTIME_DIR" not in os.environ and runtime.is_dir():
        # Where systemctl finds the person's own manager (systemctl(1), --user); a plain `su` does not set it.
        os.environ["XDG_RUNTIME_DIR"] = str(runtime)
    return Here(
        home=home,
        config=Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config"),
        data=platformdirs.user_data_path("netguard", appauthor=False),
        user=_name(identity),
        uid=uid,
        run=system.run,
        find=system.find,
    )


def _name(identity: Identity | None) -> str:
    if identity is not None:
        import pwd

        try:
            return pwd.getpwuid(identity.uid).pw_name
        except KeyError:
            return str(identity.uid)
    name = getpass.getuser()
    domain = os.environ.get("USERDOMAIN")
    return f"{domain}\\{name}" if os.name == "nt" and domain else name


@contextmanager
def acting_as(identity: Identity | None) -> Iterator[None]:
    """Read and write as `identity` inside, as root again after it; nothing happens where null.

    Files that root makes in a person's folders would be root's, and the person's own netguard could not write them.
    """
    if identity is None:
        yield
        return
    before = os.geteuid(), os.getegid()
    os.setegid(identity.gid)
    try:
        os.seteuid(identity.uid)
        try:
            yield
        finally:
            os.seteuid(before[0])
    finally:
        os.setegid(before[1])
