"""RouterOS 7 and its REST interface: MikroTik's manual of it, and its answers to wrong logins as people wrote them down."""

import json

from tests.logins.server import Asked, Mood, Router, Said

PAGE = (
    "<html><head><title>RouterOS router configuration page</title></head><body><h1>RouterOS v7.16.2</h1>"
    '<a href="/webfig/">WebFig</a><form><input name="user" value="admin"><input type="password" name="password"></form>'
    "</body></html>"
)
RESOURCE = "/rest/system/resource"


class Fake(Router):
    FACTORY = ("admin", "")
    MOODS = frozenset(Mood) - {Mood.LOCKS}

    def page(self, asked: Asked) -> Said:
        if asked.path.startswith("/rest/"):
            return _json(401, {"error": 401, "message": "Unauthorized"})
        return Said(body=PAGE) if asked.path == "/" else Said(status=404, body="Error 404: Not Found")

    def log_in(self, asked: Asked) -> Said | None:
        if asked.basic is None or not asked.path.startswith("/rest/"):
            return None
        if self.check(*asked.basic):
            return self.inside(asked)
        return _json(401, {"error": 401, "message": "Unauthorized"})

    def inside(self, asked: Asked) -> Said | None:
        if asked.path != RESOURCE:
            return _json(400, {"detail": "no such command or directory", "error": 400, "message": "Bad Request"})
        values = {
            "architecture-name": "arm64",
            "board-name": "hAP ax2",
            "platform": "MikroTik",
            "version": "7.16.2 (stable)",
        }
        return _json(200, values)

    def everything(self) -> list[Said]:
        asked = Asked(method="GET", path=RESOURCE, query={}, headers={}, body=b"")
        return [said for said in (self.inside(asked),) if said is not None]


def _json(status: int, values: object) -> Said:
    return Said(
        status=status, headers={"Content-Type": "application/json"}, body=json.dumps(values, separators=(",", ":"))
    )
