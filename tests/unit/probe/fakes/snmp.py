"""An agent that tells `public` what it is, and one that lets it in and shows nothing (RFC 1157, 4.1.2)."""

from netguard.model.vocabulary import Transport
from tests.unit.probe.moods import Mood

TRANSPORT = Transport.UDP

DESCRIPTION = b"HP ETHERNET MULTI-ENVIRONMENT,ROM none,JETDIRECT,JD153,EEPROM JSI24200012"


def element(tag: int, content: bytes) -> bytes:
    length = len(content)
    size = bytes((length,)) if length < 0x80 else b"\x82" + length.to_bytes(2)
    return bytes((tag,)) + size + content


def response(request: bytes, value: bytes, error: int = 0) -> bytes:
    """The GetResponse to one of our requests, with `value` as it stands on the wire."""
    number = request[request.index(b"\xa0") + 2 :]
    number = number[: 2 + number[1]]
    name = element(0x06, bytes.fromhex("2b06010201010100"))
    unit = (
        number
        + element(0x02, bytes((error,)))
        + element(0x02, bytes((error and 1,)))
        + element(0x30, element(0x30, name + value))
    )
    return element(0x30, element(0x02, b"\0") + element(0x04, b"public") + element(0xA2, unit))


RIGHT = Mood(
    udp=lambda data: [response(data, element(0x04, DESCRIPTION))],
    learns={"snmp.sysdescr": DESCRIPTION.decode()},
    service="snmp",
)
REFUSING = Mood(udp=lambda data: [response(data, b"\x05\x00", error=2)], not_learns=("snmp.sysdescr",), service="snmp")
