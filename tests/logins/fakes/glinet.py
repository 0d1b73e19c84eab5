"""GL.iNet: `/rpc` of firmware 4 (glinet-client-go; `check_initialized` as GL.iNet's own notes name it)."""

import json

from tests.logins.server import Asked, Mood, Router, Said

PAGE = (
    '<!DOCTYPE html><html><head><meta charset="UTF-8"><title>GL.iNet Admin Panel</title></head>'
    '<body><div id="app"></div><script src="/js/app.js"></script></body></html>'
)


class Fake(Router):
    FACTORY = ("root", "")
    MOODS = frozenset(Mood) - {Mood.LOCKS, Mood.NONE}

    def page(self, asked: Asked) -> Said:
        if asked.path == "/":
            return Said(body=PAGE)
        if asked.path == "/rpc" and asked.method == "POST":
            return self._rpc(json.loads(asked.body))
        return Said(status=404, body="<html><body><h1>404 Not Found</h1></body></html>")

    def _rpc(self, call: dict) -> Said:
        if call["method"] == "call" and call["params"][1:3] == ["ui", "check_initialized"]:
            return _said({"id": call["id"], "jsonrpc": "2.0", "result": {"initialized": bool(self.password)}})
        denied = {"code": -32000, "message": "Access denied"}
        return _said({"id": call["id"], "jsonrpc": "2.0", "error": denied})

    def log_in(self, asked: Asked) -> Said | None:
        if asked.path != "/rpc" or b'"login"' not in asked.body:
            return None
        self.check("root", "what is sent is hashed")
        return _said({"id": 1, "jsonrpc": "2.0", "error": {"code": -32000, "message": "Access denied"}})

    def inside(self, asked: Asked) -> Said | None:
        return None

    def everything(self) -> list[Said]:
        return [_said({"id": 1, "jsonrpc": "2.0", "result": {"initialized": False}})]


def _said(what: object) -> Said:
    return Said(headers={"Content-Type": "application/json"}, body=json.dumps(what))
