"""Linksys by JNAP: the two questions that its own app (PrivacyGUI) asks before anybody has logged in, as one and one by one."""

import base64
import json

from tests.logins.server import Asked, Mood, Router, Said

PAGE = "<!DOCTYPE html><html><head><title>Linksys Smart Wi-Fi</title></head><body></body></html>"
DEFAULT, BY_USER = "core/IsAdminPasswordDefault", "nodes/setup/IsAdminPasswordSetByUser"


class Fake(Router):
    FACTORY = ("admin", "admin")
    MOODS = frozenset(Mood) - {Mood.LOCKS, Mood.NONE}
    LABEL = False
    """Whether it is a provider's, with a password of its own on the label: then it is never the default, nor its owner's."""
    NODES = True
    """Whether it knows `nodes/setup`; an EA of before the Velops does not, nor the newer name of what it knows."""

    def page(self, asked: Asked) -> Said:
        if asked.path == "/JNAP/" and asked.method == "POST":
            return _said(self._does(asked.headers.get("x-jnap-action", ""), asked.body))
        if asked.path == "/":
            return Said(body=PAGE)
        return Said(status=404, body="<h1>404 Not Found</h1>")

    def _does(self, action: str, body: bytes) -> dict[str, object]:
        maker, _, name = action.removeprefix("http://").partition("/jnap/")
        if maker not in {"cisco.com", "linksys.com"} or (maker == "linksys.com" and not self.NODES):
            return {"result": "_ErrorUnknownAction"}
        if name == "core/Transaction":
            told = [self._does(each["action"], b"{}") for each in json.loads(body)]
            return {"result": "OK" if all(each["result"] == "OK" for each in told) else "Error", "responses": told}
        if name == DEFAULT:
            return {
                "result": "OK",
                "output": {"isAdminPasswordDefault": not self.LABEL and self.password == self.FACTORY[1]},
            }
        if name == BY_USER:
            return {"result": "OK", "output": {"isAdminPasswordSetByUser": self.password != self.FACTORY[1]}}
        return {"result": "_ErrorUnauthorized", "error": "Invalid authorization credentials"}

    def log_in(self, asked: Asked) -> Said | None:
        scheme, _, packed = asked.headers.get("x-jnap-authorization", "").partition(" ")
        if scheme.lower() != "basic":
            return None
        account, _, password = base64.b64decode(packed).decode().partition(":")
        return _said({"result": "OK" if self.check(account, password) else "_ErrorUnauthorized"})

    def inside(self, asked: Asked) -> Said | None:
        return None

    def everything(self) -> list[Said]:
        return [_said(self._does(f"http://linksys.com/jnap/{name}", b"{}")) for name in (DEFAULT, BY_USER)]


def _said(what: object) -> Said:
    return Said(headers={"Content-Type": "application/json"}, body=json.dumps(what))
