"""What the tests of checks about logins share: routers whose pages are known, and pages over the wire for the moods."""

from dataclasses import replace

import msgspec

from netguard.model.vocabulary import Outcome, Role
from netguard.rules.logins import Menus
from tests import builders
from tests.unit.checks.judging import RULES, judged
from tests.unit.probe.moods import Mood, speaks

FAMILY = msgspec.structs.replace(
    RULES.logins["openwrt"],
    id="acme",
    name="Acme",
    derived=False,
    menus=Menus(password="Tools > Password", encryption="Tools > HTTPS", access="Tools > Who may"),
)
MUTE = msgspec.structs.replace(
    FAMILY, id="mute", name="Mute", attempts=None, reason="It locks after 3 wrong logins.", menus=Menus(password="Pass")
)
LABEL = msgspec.structs.replace(
    MUTE, id="label", name="Label", shared=False, factory="Its password is on its own label."
)
"""None of it shares a login with another."""

BASE = msgspec.structs.replace(FAMILY, id="base", name="Base", derived=True)
"""Others build on it."""

SHIPPED = msgspec.structs.replace(BASE, id="shipped", name="Shipped", attempts=RULES.logins["sagemcom"].attempts)
"""Likewise, and its own login has a password, so that an empty one is not tried."""

KNOWN = replace(RULES, logins={"acme": FAMILY, "mute": MUTE, "label": LABEL, "base": BASE, "shipped": SHIPPED})


def router(*ports, number=1, role=Role.ROUTER, asked=builders.ALL_TCP, **given):
    """A router; `number` 1 is the way to the internet."""
    return builders.device(number, role, services=ports, asked=asked, **given)


def page(device, port=443, family="acme", *, first=1, **login):
    """What is known of one page: `says="set"` is `login.says`; `http_status=200` and the like as they are."""
    said = {"http.status": 200, "tls.version": "TLSv1.3"} if port == 443 else {"http.status": 200}
    if family is not None:
        said |= {"login.family": family, "login.encrypted": port == 443}
    said |= {k.replace("_", ".") if "_" in k else f"login.{k}": v for k, v in login.items()}
    return tuple(
        builders.observation(first + n, kind, value, of=device, port=port)
        for n, (kind, value) in enumerate(said.items())
        if value is not None
    )


def one(judge, device, *pages, rules=KNOWN, others=(), **given):
    """The one finding about `device`."""
    findings = judged(judge, device, *others, rules=rules, observations=sum(pages, ()), **given)
    (finding,) = [f for f in findings if f.target == device.key]
    return finding


def came_to_nothing(probe, reason, where="tcp/443", outcome=Outcome.FAILED, at="192.0.2.1"):
    """An attempt of the probe that ended without an answer."""
    return builders.attempt(f"probe.{probe}", outcome, reason, target=f"{at} {where}")


def _answer(status, body="", *headers):
    text = body.encode()
    lines = (f"HTTP/1.1 {status}", f"Content-Length: {len(text)}", *headers, "", "")
    return Mood(tcp=speaks(lambda _: "\r\n".join(lines).encode() + text))


_FORM = (
    '<title>OpenWrt - LuCI</title><link href="/luci-static/x"><input name="luci_username"><input name="luci_password">'
)
_LOGIN = ("200 OK", _FORM, "X-LuCI-Login-Required: yes")


def _luci(request):
    """LuCI without a password, which says so on its login page and nowhere else."""
    is_page = request.split(b" ")[1:2] in ([b"/"], [b"/cgi-bin/luci/"])
    body = (f"{_FORM}No password set!" if is_page else "Not Found").encode()
    status = b"200 OK" if is_page else b"404 Not Found"
    headers = b"\r\nX-LuCI-Login-Required: yes\r\nContent-Length: %d\r\n\r\n" % len(body)
    return b"HTTP/1.1 " + status + headers + body


NO_PASSWORD = Mood(tcp=speaks(_luci))
PASSWORD = _answer(*_LOGIN)
BASIC = _answer("401 Unauthorized", "", 'WWW-Authenticate: Basic realm="Router"')
TO_HTTPS = _answer("301 Moved Permanently", "", "Location: https://router.example/")
