"""An SSH server that a stand-in for nmap recognises, and one that ends every connection without a word.

nmap is a program and not the network: `around` lets the network have the stand-in for the time of a look.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from netguard.model.device import Service
from netguard.model.vocabulary import PortState, Transport
from netguard.net.access import Net
from netguard.probe.versions import Run
from tests import fake_nmap
from tests.servers import LOOPBACK
from tests.unit.probe.moods import Mood, speaks

RIGHT = Mood(tcp=speaks(lambda _: b"", b"SSH-2.0-dropbear_2022.83\r\n"), service="ssh")
REFUSING = Mood(tcp=lambda _: None)


def target(port: int) -> Run:
    known = Service(address=LOOPBACK, transport=Transport.TCP, port=port, state=PortState.OPEN)
    return Run(address=LOOPBACK, ports=(port,), known=(known,))


@contextmanager
def around(net: Net) -> Iterator[None]:
    with tempfile.TemporaryDirectory() as folder:
        net._network.nmap = fake_nmap.install(Path(folder))
        yield
