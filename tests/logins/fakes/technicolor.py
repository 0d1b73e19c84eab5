"""Homeware's login page as ha-vantiva caught it from an NH20T: a session for everybody, and a proof instead of the password."""

import json

from netguard.model.observation import Fact
from netguard.model.vocabulary import Transport
from tests.logins.server import Asked, Mood, Router, Said

PAGE = (
    '<!DOCTYPE HTML><html lang="en-us"><head><meta name = "CSRFtoken" content = "00"><script src = "/js/main-min.js" >'
    '</script><script src = "/js/srp-min.js" ></script><title>Login</title></head><body><form class = "form-horizontal">'
    '<input class = "span3" type = "text" id = "srp_username" value = "admin" autofocus>'
    '<input class = "span3" type = "password" id = "srp_password"></form>'
    "<label>You are trying to login with wrong password</label><script>var triesbeforemsg = 3;</script></body></html>"
)


class Fake(Router):
    FACTORY = ("admin", "ACCESSKEY12")
    MOODS = frozenset(Mood) - {Mood.LOCKS, Mood.NONE}
    FACTS = (Fact(kind="upnp.manufacturer", value="Technicolor", transport=Transport.UDP, port=1900),)

    def page(self, asked: Asked) -> Said:
        if asked.path in {"/", "/login.lp"}:
            return Said(
                headers={"Server": "nginx"}, cookies=("sessionID=0123456789; HttpOnly; SameSite=Strict",), body=PAGE
            )
        return Said(status=404, headers={"Server": "nginx"}, body="Not Found")

    def log_in(self, asked: Asked) -> Said | None:
        if asked.path != "/authenticate" or "I" not in asked.form:
            return None
        self.check(asked.form["I"], "what is sent is a proof")
        wrong = {"error": "failed", "waitTime": 5, "wrongCount": self.wrong}
        return Said(headers={"Content-Type": "application/json"}, body=json.dumps(wrong))

    def inside(self, asked: Asked) -> Said | None:
        return None

    def everything(self) -> list[Said]:
        return [Said(body="<title>Gateway</title>current_role admin do_signout")]
