"""A Livebox's `/ws` (sysbus and LiveboxMonitor; its answers in their threads), which says its model to everybody.

The password is the first eight characters of the key on the label; after wrong ones it asks to wait.
"""

import json

from netguard.model.observation import Fact
from netguard.model.vocabulary import Transport
from tests.logins.server import Asked, Mood, Router, Said

PAGE = '<!DOCTYPE html><html><head><title>Livebox</title></head><body><script src="/app.js"></script></body></html>'
INFO = {"Manufacturer": "Sagemcom", "ModelName": "SagemcomFast5656_LB5", "ProductClass": "Livebox Fibre"}


class Fake(Router):
    FACTORY = ("admin", "A1B2C3D4")
    MOODS = frozenset(Mood) - {Mood.LOCKS, Mood.NONE}
    FACTS = (Fact(kind="upnp.model", value="Livebox Fibre", transport=Transport.UDP, port=1900),)

    def page(self, asked: Asked) -> Said:
        if asked.path == "/":
            return Said(body=PAGE)
        if asked.path == "/ws" and asked.method == "POST":
            return self._call(json.loads(asked.body))
        return Said(status=404, body="Not Found")

    def _call(self, call: dict) -> Said:
        if (call["service"], call["method"]) == ("DeviceInfo", "get"):
            return _said({"status": INFO})
        denied = {"error": 13, "description": "Permission denied", "info": call["service"]}
        return _said({"status": None, "errors": [denied]})

    def log_in(self, asked: Asked) -> Said | None:
        if asked.headers.get("authorization") != "X-Sah-Login":
            return None
        given = json.loads(asked.body)["parameters"]
        if not self.check(given["username"], given["password"]):
            waits = {"description": "too many failed login attempts, wait 15s", "waittime": 15}
            return _said({"status": 1, "data": {}, "errors": [waits]})
        return _said({"status": 0, "data": {"contextID": self.new_session(), "groups": "http,admin"}})

    def inside(self, asked: Asked) -> Said | None:
        return None

    def everything(self) -> list[Said]:
        return [_said({"status": INFO}), _said({"status": 0, "data": {"contextID": "x", "groups": "http,admin"}})]


def _said(what: object) -> Said:
    return Said(headers={"Content-Type": "application/x-sah-ws-4-call+json; charset=UTF-8"}, body=json.dumps(what))
