"""A Vodafone Station of Technicolor, CGA6444VF: `login_conf` as vodafone-station-cli and aiovodafone saw it; PBKDF2 logins."""

import json

from tests.logins.server import Asked, Mood, Router, Said

PAGE = '<!DOCTYPE html><html><head><title>Vodafone Station</title></head><body><script src="/js/app.js"></script></body></html>'
CONF = {
    "error": "ok",
    "message": "all values retrieved",
    "data": {
        "LanMode": "router",
        "DeviceMode": "Ipv4",
        "AFTR": "",
        "firmwareversion": "19.3B57-1.0.41",
        "internetipv4": "0.0.0.0",
        "ModelName": "CGA6444VF",
    },
}


class Fake(Router):
    FACTORY = ("admin", "on-the-label-1")
    MOODS = frozenset(Mood) - {Mood.LOCKS, Mood.NONE}

    def page(self, asked: Asked) -> Said:
        if asked.path == "/api/v1/login_conf":
            return _said(CONF)
        return Said(body=PAGE)

    def log_in(self, asked: Asked) -> Said | None:
        if asked.path != "/api/v1/session/login":
            return None
        if asked.form.get("password") == "seeksalthash":
            return _said({"error": "ok", "salt": "0011", "saltwebui": "2233"})
        self.check(asked.form.get("username", ""), "what is sent is hashed")
        return _said({"error": "error", "message": "MSG_LOGIN_1"})

    def inside(self, asked: Asked) -> Said | None:
        return None

    def everything(self) -> list[Said]:
        return [_said(CONF)]


def _said(what: object) -> Said:
    return Said(headers={"Content-Type": "application/json"}, body=json.dumps(what))
