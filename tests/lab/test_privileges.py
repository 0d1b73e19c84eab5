"""Root is given up for good before anything is parsed, and what is left is read back from the kernel. Needs root."""

import json
import os
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from netguard.errors import PrivilegeError
from netguard.net import privileges

pytestmark = pytest.mark.skipif(
    not (privileges.supported() and privileges.is_root() and privileges.holds(privileges.CAP_NET_RAW)),
    reason="needs root with CAP_NET_RAW on Linux",
)

NET_RAW = 1 << privileges.CAP_NET_RAW
EVERYTHING_OPEN = "unshare", "--net"


def in_a_namespace(program: str, **environment: str) -> dict[str, object]:
    """Run `program` in a network namespace of its own with a dummy bridge, and return the JSON it prints last."""
    script = 'ip link add br0 type bridge && ip link set br0 up && exec "$@"'
    clean = {k: v for k, v in os.environ.items() if k not in {"SUDO_UID", "PKEXEC_UID"}}
    done = subprocess.run(
        [*EVERYTHING_OPEN, "sh", "-c", script, "sh", sys.executable, "-c", textwrap.dedent(program)],
        env=clean | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


SEPARATED = """
    import dataclasses, json, os, socket
    from pathlib import Path
    from netguard.net import opener, privileges

    identity = privileges.whom_to_become(os.environ, USER)
    made = opener.separate(identity)
    theirs = dict(l.split(":", 1) for l in Path(f"/proc/{made.pid}/status").read_text().splitlines() if ":" in l)
    sock = made.open("arp", "br0")
    again = made.open("arp", "br0")
    refused = []
    for attempt in (("arp", "lo"), ("tcp", "br0"), ("arp", "../../x")):
        try:
            made.open(*attempt)
        except Exception as error:
            refused.append(str(error))
    own = []
    for what in (lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW), lambda: os.setuid(0) if identity.uid else os.chown("/etc", 1, 1)):
        try:
            what()
            own.append("allowed")
        except OSError as error:
            own.append(type(error).__name__)
    print(json.dumps({
        "rights": dataclasses.asdict(privileges.read_rights()),
        "opener": {k: theirs[k].split() for k in ("Uid", "CapEff", "CapPrm", "CapInh", "CapAmb", "CapBnd", "NoNewPrivs")},
        "family": sock.family.name, "bound": sock.getsockname()[0], "again": again.fileno() != sock.fileno(),
        "refused": refused, "own": own,
    }))
    made.close()
"""


def separated(user: str | None = None, **environment: str) -> dict[str, object]:
    return in_a_namespace(f"USER = {user!r}\n" + textwrap.dedent(SEPARATED), **environment)


@pytest.mark.parametrize(
    ("given", "uid"),
    [({"SUDO_UID": "12345"}, 12345), ({"PKEXEC_UID": "12346"}, 12346), ({"user": "nobody"}, 65534), ({}, 0)],
    ids=["sudo", "pkexec", "--user", "nobody called"],
)
def test_the_parsing_process_keeps_nothing_and_the_opener_keeps_one_right(given, uid):
    said = separated(**given)
    rights = said["rights"]
    assert set(rights["uids"]) == {uid}
    assert (rights["effective"], rights["permitted"], rights["inheritable"], rights["ambient"]) == (0, 0, 0, 0)
    assert rights["no_new_privileges"] is True
    opener = said["opener"]
    assert set(opener["Uid"]) == {str(uid)}
    assert int(opener["CapEff"][0], 16) == int(opener["CapPrm"][0], 16) == NET_RAW
    assert int(opener["CapInh"][0], 16) == int(opener["CapAmb"][0], 16) == 0
    assert int(opener["CapBnd"][0], 16) in {0, NET_RAW}
    assert opener["NoNewPrivs"] == ["1"]


def test_what_was_given_up_does_not_come_back():
    assert separated(SUDO_UID="12345")["own"] == ["PermissionError", "PermissionError"]
    assert separated()["own"] == ["PermissionError", "PermissionError"]


def test_the_opener_opens_one_kind_on_one_interface_again_and_again_and_nothing_else():
    said = separated()
    assert (said["family"], said["bound"], said["again"]) == ("AF_PACKET", "br0", True)
    assert len(said["refused"]) == 3
    assert all("not one of the sockets it opens" in reason for reason in said["refused"])


def test_an_opener_ends_when_the_parsing_process_does():
    pid = in_a_namespace(
        """
        import json, os
        from netguard.net import opener, privileges
        print(json.dumps({"pid": opener.separate(privileges.whom_to_become(os.environ, None)).pid}))
        """
    )["pid"]
    deadline = time.monotonic() + 10
    while is_running(pid):
        assert time.monotonic() < deadline, "the opener outlived the process it served"
        time.sleep(0.02)


def is_running(pid: int) -> bool:
    """Whether there is such a process; one that has ended and waits to be reaped is none."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_user_that_does_not_exist_is_named():
    with pytest.raises(PrivilegeError, match="--user no-such-user-here"):
        privileges.whom_to_become({}, "no-such-user-here")
