"""A conversation without a network: what is sent is written down as bytes, and answered from a list."""

from collections import deque

from netaddr import IPAddress

from netguard.probe import _http
from netguard.probe._contract import Target
from netguard.probe._login import talk as talks
from netguard.probe._login.talk import Talk

THERE = Target(address=IPAddress("192.0.2.1"), port=80)


def answer(status=200, body=b"", *, cookies=(), **headers):
    """An answer as it comes over the wire, read as netguard reads it."""
    body = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status} X", *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items())]
    lines += [*(f"Set-Cookie: {cookie}" for cookie in cookies), f"Content-Length: {len(body)}"]
    return _http.read("\r\n".join((*lines, "", "")).encode("latin-1") + body)


class Wire:
    """Gives `answers` one after the other, the last one for ever, and keeps what was `sent`."""

    def __init__(self, *answers):
        self.answers, self.sent = deque(answers), []

    def ask(self, target, net, path="/", *, method="GET", headers=(), body=b"", sending=None, **more):
        self.sent.append(_http.request(target, path, method=method, headers=headers, body=body).decode())
        if sending is not None:
            sending()
        return self.answers.popleft() if len(self.answers) > 1 else self.answers[0]

    def header(self, name, number=-1):
        """A header of a request, null where there is none."""
        head = self.sent[number].partition("\r\n\r\n")[0].split("\r\n")[1:]
        found = [line.partition(": ")[2] for line in head if line.lower().startswith(f"{name.lower()}: ")]
        assert len(found) < 2, f"{name} is there twice"
        return found[0] if found else None

    def body(self, number=-1):
        return self.sent[number].partition("\r\n\r\n")[2]


def talking(monkeypatch, *answers, target=THERE):
    """A conversation that is answered so, and its wire."""
    wire = Wire(*answers)
    monkeypatch.setattr(talks._http, "ask", wire.ask)
    return Talk(target, None), wire
