"""A HiLink router: `state-login` and `basic_information` as huawei-lte-api and its issues have them.

Without the session that its first page gives it answers 125002. `Older` is an E5776, which says less.
"""

import base64
import re

from netguard.model.observation import Fact
from netguard.model.vocabulary import Transport
from tests.logins.server import Asked, Mood, Router, Said

XML = {"Content-Type": "text/xml"}
PAGE = (
    '<html><head><meta name="csrf_token" content="4hQ7tEpP"><title>HUAWEI 4G Router</title></head><body></body></html>'
)


class Fake(Router):
    FACTORY = ("admin", "admin")
    MOODS = frozenset(Mood) - {Mood.LOCKS, Mood.NONE}
    FACTS = (Fact(kind="upnp.manufacturer", value="Huawei Technologies Co., Ltd.", transport=Transport.UDP, port=1900),)
    STATE = "<password_type>4</password_type><lockstatus>{locked}</lockstatus><remainwaittime>{wait}</remainwaittime>"
    LOCKED, WAIT = 0, 0

    def page(self, asked: Asked) -> Said:
        if not asked.path.startswith("/api/"):
            return (
                Said(cookies=("SessionID=2f9ILgL8; path=/; HttpOnly",), body=PAGE)
                if asked.path == "/"
                else Said(status=404)
            )
        if "SessionID" not in asked.cookies:
            return Said(headers=XML, body="<error><code>125002</code><message></message></error>")
        if asked.path == "/api/user/state-login":
            state = self.STATE.format(locked=self.LOCKED, wait=self.WAIT)
            return _said(f"<State>-1</State><Username></Username>{state}<firstlogin>1</firstlogin>")
        if asked.path == "/api/device/basic_information":
            return _said("<productfamily>LTE</productfamily><classify>cpe</classify><devicename>B525s-23a</devicename>")
        return Said(headers=XML, body="<error><code>100003</code><message></message></error>")

    def log_in(self, asked: Asked) -> Said | None:
        if asked.path != "/api/user/login":
            return None
        given = re.findall(r"<(?:Username|Password)>([^<]*)<", asked.body.decode())
        if not self.check(given[0], base64.b64decode(given[1]).decode()):
            return Said(headers=XML, body="<error><code>108006</code><message></message></error>")
        return Said(headers=XML, cookies=(f"SessionID={self.new_session()}",), body="<response>OK</response>")

    def inside(self, asked: Asked) -> Said | None:
        return None

    def everything(self) -> list[Said]:
        return [_said("<State>0</State><Username>admin</Username><password_type>4</password_type>")]


class Older(Fake):
    STATE = ""


def _said(inner: str) -> Said:
    return Said(headers=XML, body=f'<?xml version="1.0" encoding="UTF-8"?><response>{inner}</response>')
