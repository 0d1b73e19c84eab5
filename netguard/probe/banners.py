"""What services say by themselves when one connects and listens: SSH, telnet, FTP, SMTP. Nothing is sent."""

from collections.abc import Iterable, Iterator

from netguard.model.device import Device, Service
from netguard.model.observation import Fact, clean
from netguard.model.vocabulary import PortState, Transport
from netguard.net import limits
from netguard.net.access import Net
from netguard.probe._contract import Ask, Learnt, Target, looked_at, open_tcp, speaks_otherwise
from netguard.probe._telnet import IAC, LOGIN_PROMPT, SHELL_PROMPT, asks_for, without_telnet_options

NEEDS = frozenset({"ports"})
PROVIDES = frozenset({"banners"})

CLIENT_SPEAKS_FIRST = frozenset(
    {80, 443, 554, 1883, 5000, 7000, 8008, 8009, 8080, 8081, 8123, 8443, 8554, 8883, 9443, 49152}
)
"""Ports whose usual protocols wait for the client: listening there would only cost the device a connection."""

LISTEN_SECONDS = 2.0
"""Dropbear and busybox's telnetd on small devices take up to a second to speak."""

MAX_BANNER = 1024
"""Bytes of greeting read; RFC 4253 allows 255 for SSH, and a telnet issue file is a few lines."""

MAX_PRODUCT = 80
"""Characters of a product's name that are kept; RFC 4253 allows 255 for the line it stands in."""

SSH_PORTS = frozenset({22, 222, 2222})
TELNET_PORTS = frozenset({23, 2323})
"""Ports where one line is not the whole greeting: an SSH server may send other lines first (RFC 4253, 4.2), a telnet
server shows its issue file before it asks."""


def wants(device: Device, ask: Ask) -> Iterable[Target]:
    """Every open port that usually speaks first, is not recognised already, and has not been listened to."""
    for service in open_tcp(device):
        unheard = service.name is None and not looked_at(
            ask, service, "tcp.banner", "ssh.banner", "telnet.banner", "tls.version", "http.status"
        )
        if speaks_otherwise(ask, service):
            continue
        if unheard and service.port not in CLIENT_SPEAKS_FIRST | limits.PAYLOAD_BLOCKED_PORTS:
            yield Target(address=service.address, port=service.port)


def probe(target: Target, net: Net) -> Iterator[Learnt]:
    """The greeting, as facts of the protocol it belongs to. Silence is an empty `tcp.banner`."""
    assert target.port is not None  # noqa: S101 - wants() gives one
    with net.connect(target.address, target.port) as connection:
        greeting = connection.receive(
            enough=lambda said: len(said) > MAX_BANNER or is_complete(said, target.port), seconds=LISTEN_SECONDS
        )[:MAX_BANNER]
    yield from read(greeting, target)


def read(greeting: bytes, target: Target) -> Iterator[Learnt]:
    """Facts and the service's name from the first bytes a service said."""

    def fact(kind: str, value: str) -> Fact:
        return Fact(kind=kind, value=value, transport=Transport.TCP, port=target.port)

    def named(name: str, product: str | None = None) -> Service:
        return Service(
            address=target.address,
            transport=Transport.TCP,
            port=target.port or 0,
            state=PortState.OPEN,
            name=name,
            product=clean(product, MAX_PRODUCT) or None if product else None,
        )

    text = without_telnet_options(greeting).decode("utf-8", "replace").strip("\r\n \0")
    lines = text.splitlines()
    line = next((each for each in lines if each.startswith("SSH-")), lines[0] if lines else "")
    if line.startswith("SSH-"):
        yield fact("ssh.banner", line)
        yield named("ssh", line.split("-", 2)[2] if line.count("-") >= 2 else None)
    elif greeting[:1] == bytes((IAC,)) or LOGIN_PROMPT.search(text):
        yield fact("telnet.banner", text)
        yield fact("telnet.login", asks_for(text))
        yield named("telnet")
    elif line.startswith("220") and "ftp" in line.lower():
        yield fact("tcp.banner", line)
        yield named("ftp")
    elif line.startswith("220") and "smtp" in line.lower():
        yield fact("tcp.banner", line)
        yield named("smtp")
    elif SHELL_PROMPT.search(text) and target.port in TELNET_PORTS:
        yield fact("telnet.banner", text)
        yield fact("telnet.login", "shell")
        yield named("telnet")
    else:
        yield fact("tcp.banner", line)


def is_complete(said: bytes, port: int | None) -> bool:
    """Whether no more is to be expected: a whole line, or where more lines are usual the prompt or SSH's own line."""
    text = without_telnet_options(said).decode("utf-8", "replace")
    if LOGIN_PROMPT.search(text):
        return True
    if said[:1] == bytes((IAC,)) or port in TELNET_PORTS:
        return False
    if port in SSH_PORTS:
        return any(line.startswith("SSH-") and line.endswith("\n") for line in text.splitlines(keepends=True))
    return "\n" in text
