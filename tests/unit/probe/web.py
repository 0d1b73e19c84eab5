"""Web servers of the tests on loopback, and what `http` makes of them."""

from netguard.model.vocabulary import Role
from netguard.probe import http
from netguard.probe._contract import Target
from tests.builders import device
from tests.servers import LOOPBACK
from tests.unit.probe.conftest import make_ask, said

PAGE = (
    b"HTTP/1.1 200 OK\r\nServer: lighttpd/1.4.59 (unix)\r\nContent-Type: text/html\r\nContent-Length: 52\r\n\r\n"
    b"<html><head><title>Front door</title></head></html>\r\n"
)


def page(*headers, body=b"", status=b"200 OK"):
    return b"\r\n".join((b"HTTP/1.1 " + status, *headers, b"", body))


def moved(where, status=b"302 Found"):
    return page(b"Location: " + where.encode(), b"Content-Length: 0", status=status)


def site(listener, pages, otherwise=b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"):
    """A web server with these answers by path; `asked` lists what it was asked for."""
    asked = []

    def behave(peer):
        if request := peer.recv(65536):
            asked.append(request.split(b" ")[1].decode())
            peer.sendall(pages.get(asked[-1], otherwise))

    service = listener(behave=behave)
    service.asked = asked
    return service


def ask_real(net, service, **given):
    return said(http.probe(Target(address=LOOPBACK, port=service.port, **given), net))


def wanted(services, of=None, **given):
    found = device(services=services, **(of or {}))
    return [(t.port, t.secure, t.path) for t in http.wants(found, make_ask(**given))]


SPARED, NOT_SPARED = {}, {"role": Role.TV}
