"""SSH: dropbear."""

import hashlib
import struct

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from netguard.demo.recipes._contract import Daemon, Place, Recipe


def recipe(place: Place) -> Recipe:
    """An SSH server. Its host key follows from the MAC, so that a device keeps its key when a home is built again.

    It asks for a password or a key; with the option `login` = `key` for a key only; with `none` it lets root in without.
    """
    login = place.option("login")
    port = place.port(22)
    own = (("/etc/passwd", "root::0:0::/:/bin/sh\n"), ("/etc/shadow", "root::19000::::::\n")) if login == "none" else ()
    return Recipe(
        argv=(
            place.executable,
            "-F",
            "-E",
            *{"key": ("-s",), "none": ("-B",)}.get(login, ()),
            *(word for address in place.home.addresses(place.device) for word in ("-p", f"{address}:{port}")),
            "-r",
            "/run/lab/host_key",
            "-P",
            "/run/lab/pid",
        ),
        files=(("/run/lab/host_key", host_key(place.device.mac)), *own),
        private_etc=bool(own),
        ready=(("tcp", port),),
    )


def host_key(mac: str) -> bytes:
    """An Ed25519 host key in dropbear's own format (its signkey.c and ed25519.c), derived from `mac`."""
    key = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(f"host key {mac}".encode()).digest())
    private = key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return struct.pack("!I", 11) + b"ssh-ed25519" + struct.pack("!I", 64) + private + public


DAEMON = Daemon(packages=("dropbear-bin",), executable="dropbear", recipe=recipe)
