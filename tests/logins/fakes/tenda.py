"""Tenda F3 and AC: `goform/getHomePageInfo` and `login/Auth` as the notes on the F3's interface have them.

Whether one with a password answers `loginAuth` to somebody without a session is told differently; this one does not.
"""

import json

from tests.logins.server import Asked, Mood, Router, Said

HOME = "/goform/getHomePageInfo"


class Fake(Router):
    FACTORY = ("admin", "")
    MOODS = frozenset(Mood) - {Mood.LOCKS}

    @property
    def is_open(self) -> bool:
        return not self.password

    def page(self, asked: Asked) -> Said:
        if asked.path.startswith("/goform/"):
            return Said(status=302, headers={"Location": f"http://{asked.headers.get('host', '')}/login.html"})
        return Said(
            body="<html><head><title>Tenda WiFi</title></head><body><form>"
            '<input type="password" id="login-password"></form></body></html>'
        )

    def log_in(self, asked: Asked) -> Said | None:
        if asked.path != "/login/Auth":
            return None
        if not self.check_proof("admin", lambda password: asked.form.get("password") == password):
            return Said(status=302, headers={"Location": "/login.html?error"})
        cookie = f"ecos_pw={self.new_session()}; path=/"
        return Said(status=302, headers={"Location": "/index.html"}, cookies=(cookie,))

    def inside(self, asked: Asked) -> Said | None:
        if asked.path != HOME:
            return None
        # With this module alone: the others have the password of the Wi-Fi in them.
        assert asked.query == {"modules": "loginAuth"}
        return self._home()

    def _home(self) -> Said:
        what = {"loginAuth": {"hasLoginPwd": "true" if self.password else "false", "username ": "admin"}}
        return Said(headers={"Content-Type": "text/plain; charset=utf-8"}, body=json.dumps(what))

    def everything(self) -> list[Said]:
        return [self._home()]
