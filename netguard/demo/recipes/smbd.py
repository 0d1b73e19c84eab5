"""File sharing: Samba's smbd."""

from netguard.demo.recipes._contract import Daemon, Place, Recipe

_FOLDERS = ("lock", "state", "cache", "private", "pid", "ncalrpc", "share")


def recipe(place: Place) -> Recipe:
    """A server without shares. The option `oldest` is the oldest dialect it takes, `NT1` for SMB 1; 2.02 without it."""
    oldest = place.option("oldest", "SMB2_02")
    port = place.port(445)
    config = f"""[global]
workgroup = WORKGROUP
server role = standalone server
server min protocol = {oldest}
smb ports = {port}
interfaces = {place.address}/32
bind interfaces only = yes
disable netbios = yes
load printers = no
disable spoolss = yes
lock directory = /run/lab/lock
state directory = /run/lab/state
cache directory = /run/lab/cache
private dir = /run/lab/private
pid directory = /run/lab/pid
ncalrpc dir = /run/lab/ncalrpc
"""
    return Recipe(
        argv=(
            place.executable,
            "-F",
            "--no-process-group",
            "--debug-stdout",
            "-l",
            "/run/lab",
            "-s",
            "/run/lab/smb.conf",
        ),
        files=(("/run/lab/smb.conf", config), *((f"/run/lab/{folder}/.keep", "") for folder in _FOLDERS)),
        ready=(("tcp", port),),
    )


DAEMON = Daemon(packages=("samba",), executable="smbd", recipe=recipe, needs_root=True)  # it calls setgroups(2)
