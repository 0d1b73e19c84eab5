"""A CCU that lists its methods to anybody, and one with authentication on."""

from netaddr import IPAddress

from netguard.probe._contract import Target
from tests.unit.probe.fakes.nuki import answer
from tests.unit.probe.moods import Mood, speaks

METHODS = (
    b'<?xml version="1.0" encoding="ISO-8859-1"?><methodResponse><params><param><value><array><data>'
    b"<value>system.listMethods</value><value>setValue</value><value>listDevices</value>"
    b"</data></array></value></param></params></methodResponse>"
)
LOGIN = answer(
    b"<html><head><title>401 Unauthorized</title></head></html>",
    status=b"401 Unauthorized",
    kind=b"text/html",
    more=b'WWW-Authenticate: Basic realm="Homematic"\r\n',
)


def target(port: int) -> Target:
    return Target(address=IPAddress("127.0.0.1"), port=port, path="/RPC")


def listing(said: bytes) -> bytes | None:
    """The answer to the one harmless call, and to nothing else."""
    return answer(METHODS, kind=b"text/xml") if b"<methodName>system.listMethods</methodName>" in said else None


RIGHT = Mood(
    tcp=speaks(listing),
    learns={"api.name": "Homematic XML-RPC", "api.login": "none", "api.encrypted": False},
    service="http",
)
REFUSING = Mood(
    tcp=speaks(lambda _: LOGIN), learns={"api.name": "Homematic XML-RPC", "api.login": "required"}, service="http"
)
