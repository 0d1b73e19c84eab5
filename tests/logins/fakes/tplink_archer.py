"""TP-Link's JSON pages: tplinkrouterc6u (`form=keys`), the Archer C2300 client's answers, and the notes on `login` of the Deco.

`form=default_info` is here, too, to see that nobody asks for it: it gives away the password of the Wi-Fi.
"""

import json

from tests.logins.server import OWNERS, Asked, Mood, Router, Said

FORM = "/cgi-bin/luci/;stok=/login"
PAGE = (
    "<html><head><title>Opening...</title>"
    '<meta http-equiv="refresh" content="0; url=/webpages/index.html?t=d57c1f08" /></head><body></body></html>'
)


class Fake(Router):
    FACTORY = ("admin", "")
    MOODS = frozenset(Mood) - {Mood.LOCKS, Mood.NONE}

    def page(self, asked: Asked) -> Said:
        if asked.path == FORM and asked.method == "POST" and asked.form.get("operation") == "read":
            form = asked.query.get("form")
            if form == "keys":
                return _said({"success": True, "data": {"username": "", "password": ["D1E79FF1" * 32, "010001"]}})
            if form == "check_factory_default":
                default = {"is_default": not self.password, "cloud_ever_login": False}
                return _said({"success": True, "data": default})
            assert form != "default_info"
        if asked.path in {"/", "/webpages/index.html"}:
            return Said(body=PAGE)
        return Said(status=404, body="<html><body>Not Found</body></html>")

    def log_in(self, asked: Asked) -> Said | None:
        if asked.query.get("form") != "login":
            return None
        self.check("admin", "what is sent is encrypted")
        return _said({"errorcode": "login failed", "success": False, "data": {"failureCount": 1, "attemptsAllowed": 9}})

    def inside(self, asked: Asked) -> Said | None:
        return None

    def everything(self) -> list[Said]:
        default = _said({"success": True, "data": {"is_default": True}})
        return [default, Said(body=f"<p>{OWNERS}</p>")]


def _said(what: object) -> Said:
    return Said(headers={"Content-Type": "application/json"}, body=json.dumps(what))
