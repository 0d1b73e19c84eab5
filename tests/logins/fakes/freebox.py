"""A Freebox: `/api_version` and `/api/v4/login/` by its own documentation, `password_set` as Sonarr reads it.

`Older` says nothing of whether a password was set.
"""

import json

from tests.logins.server import Asked, Mood, Router, Said

VERSION = {
    "box_model_name": "Freebox v9 (r1)",
    "api_base_url": "/api/",
    "https_port": 29491,
    "device_name": "Freebox Server",
    "https_available": True,
    "box_model": "fbxgw9-r1",
    "api_domain": "abcd1234.fbxos.fr",
    "uid": "23b86ec8091013d668829fe12791fdab",
    "api_version": "16.0",
    "device_type": "FreeboxServer9,1",
}


class Fake(Router):
    FACTORY = ("", "")
    MOODS = frozenset(Mood) - {Mood.LOCKS, Mood.NONE}
    TELLS = True

    def page(self, asked: Asked) -> Said:
        if asked.path == "/api_version":
            return _said(VERSION)
        if asked.path == "/api/v4/login/":
            told = {"password_set": bool(self.password)} if self.TELLS else {}
            return _said({"success": True, "result": {"logged_in": False, **told, **_challenge()}})
        if asked.path == "/":
            return Said(
                headers={"Server": "nginx"},
                body="<html><head><title>Freebox OS :: Identification</title></head></html>",
            )
        return Said(status=404, body="Not Found")

    def log_in(self, asked: Asked) -> Said | None:
        if asked.path != "/api/v4/login/session/":
            return None
        self.check(self.account, "what is sent only proves the token of a program")
        return _said({"success": False, "error_code": "invalid_token", "result": _challenge()})

    def inside(self, asked: Asked) -> Said | None:
        return None

    def everything(self) -> list[Said]:
        return [
            _said(
                {
                    "success": True,
                    "result": {"logged_in": True, "password_set": True, "permissions": {"settings": True}},
                }
            )
        ]


class Older(Fake):
    TELLS = False


def _challenge() -> dict[str, str]:
    return {"challenge": "VzhbtpR4r8CLaJle2QgJBEkyd8JPb0zL", "password_salt": "2Hm1cAfl8WFHV2vdzLP0/EkLY0vTTnxd"}


def _said(what: object) -> Said:
    return Said(headers={"Content-Type": "application/json; charset=utf-8"}, body=json.dumps(what))
