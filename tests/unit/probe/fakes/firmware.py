"""Something that plays a Linksys of the second generation, and one that has neither interface."""

from netguard.probe._contract import Target
from tests.servers import LOOPBACK
from tests.unit.probe.fakes.nuki import answer
from tests.unit.probe.moods import Mood, speaks

NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
JNAP = (
    b'{"result":"OK","output":{"manufacturer":"Linksys","modelNumber":"EA4500","hardwareVersion":"1","description":'
    b'"Linksys EA4500","serialNumber":"12345678901234","firmwareVersion":"2.1.42.183584","services":[]}}'
)


def target(port: int) -> Target:
    return Target(address=LOOPBACK, port=port, path="jnap hnap")


RIGHT = Mood(
    tcp=speaks(
        lambda said: answer(JNAP) if b"X-JNAP-Action: http://linksys.com/jnap/core/GetDeviceInfo" in said else None
    ),
    learns={"host.model": "EA4500", "host.revision": "1", "firmware.version": "2.1.42.183584"},
    not_learns=("host.serial",),
)
REFUSING = Mood(tcp=speaks(lambda _: NOT_FOUND), reason="answered 404", not_learns=("host.model", "firmware.version"))
