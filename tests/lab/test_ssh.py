"""The SSH probe against a real dropbear: its key is the one it was given, and it counts no failed login."""

import hashlib
import struct

from netguard.demo.recipes import dropbear
from netguard.demo.running import RunningHome
from tests.lab.conftest import Laptop, NeedDaemon

PROBE = """
import json
from netaddr import IPAddress, IPNetwork
from netguard.model.observation import Fact
from netguard.net.access import Network
from netguard.net.control import Cancel, Deadline
from netguard.net.guard import Guard
from netguard.net.transcript import Transcript
from netguard.probe import ssh
from netguard.probe._contract import Target
target = Target(address=IPAddress({address!r}), port=22, path={path!r})
given = dict(transcript=Transcript(), cancel=Cancel(), deadline=Deadline(30))
with Network(source=IPAddress({laptop!r}), guard=Guard([IPNetwork({address!r})]), **given) as network:
    learnt = list(ssh.probe(target, network.net("test")))
print(json.dumps({{each.kind: each.value for each in learnt if isinstance(each, Fact)}}))
"""


def public_blob(stored: bytes) -> bytes:
    """The public half of an Ed25519 key in dropbear's format, as SSH sends it (RFC 8709, 4)."""
    return b"".join(struct.pack("!I", len(part)) + part for part in (b"ssh-ed25519", stored[-32:]))


def test_a_real_server_shows_its_key_and_its_methods(
    home: RunningHome, laptop: Laptop, need_daemon: NeedDaemon
) -> None:
    need_daemon("dropbear")
    router = home.home.router
    told = {"address": str(home.device(router.name).address), "laptop": str(home.laptop_address)}
    key = hashlib.sha256(public_blob(dropbear.host_key(router.mac))).hexdigest()
    assert laptop(PROBE.format(**told, path="")) == {"ssh.key": key}
    seen = laptop(PROBE.format(**told, path="ssh-userauth"))
    assert (seen["ssh.key"], seen["ssh.login"]) == (key, "required")
    assert "publickey" in seen["ssh.auth"]
