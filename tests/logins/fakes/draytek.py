"""Vigor 2862 and its like: the login page by which scanners know it, and wlogin.cgi as programs that read its lines use it."""

import base64
import binascii

from tests.logins.server import Asked, Mood, Router, Said

PAGE = (
    '<html><head><title>Vigor Login Page</title></head><body><form method="post" action="/cgi-bin/wlogin.cgi">'
    '<input type="text" name="sUserName"><input type="password" name="sSysPass"><input type="hidden" name="aa">'
    '<input type="hidden" name="ab"></form><p>Copyright (c) DrayTek Corp. All Rights Reserved.</p></body></html>'
)


class Fake(Router):
    FACTORY = ("admin", "admin")
    MOODS = frozenset(Mood) - {Mood.LOCKS, Mood.NONE}

    def page(self, asked: Asked) -> Said:
        if asked.path == "/weblogin.htm" or self.mood in {Mood.ANSWERS_ALL, Mood.SHOWS_ALL}:
            return Said(headers={"Server": "DWS"}, body=PAGE)
        return Said(status=302, headers={"Server": "DWS", "Location": "/weblogin.htm"})

    def log_in(self, asked: Asked) -> Said | None:
        if asked.path != "/cgi-bin/wlogin.cgi":
            return None
        try:
            account, password = (base64.b64decode(asked.form[name]).decode() for name in ("aa", "ab"))
        except (KeyError, binascii.Error):
            return Said(status=302, headers={"Location": "/weblogin.htm"})
        if not self.check(account, password):
            return Said(status=302, headers={"Location": "/weblogin.htm"})
        cookie = f"SESSION_ID_VIGOR={self.new_session()}; path=/"
        return Said(status=302, headers={"Location": "/"}, cookies=(cookie,))

    def inside(self, asked: Asked) -> Said | None:
        return Said(body="<html><body>DSL Status</body></html>") if asked.path == "/doc/dslstatus.sht" else None

    def everything(self) -> list[Said]:
        return [Said(body=PAGE)]
