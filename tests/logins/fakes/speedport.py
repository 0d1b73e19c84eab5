"""A Speedport: Status.json and the login page as go-dsl, speedport-api and the notes on the Speedport Plus read them.

`Newest` is a Smart 4, which encrypts what it says.
"""

import hashlib
import json

from tests.logins.server import Asked, Mood, Router, Said

CHALLENGE = "9F7a3C51e0"
PAGE = (
    '<html><head><title>Speedport Smart 3</title><script>var challenge = "' + CHALLENGE + '";var _httoken = 1948303741;'
    '</script></head><body><form id="loginform"><input type="password" name="router_password"></form></body></html>'
)


class Fake(Router):
    FACTORY = ("", "on-the-label-4")
    MOODS = frozenset(Mood) - {Mood.LOCKS, Mood.NONE}

    def page(self, asked: Asked) -> Said:
        if asked.path in {"/", "/html/login/index.html"}:
            return Said(body=PAGE)
        if asked.path == "/data/Status.json" and asked.headers.get("accept-language"):
            return self._status(0)
        return Said(status=404, body="Not Found")

    def _status(self, inside: int) -> Said:
        return _said(
            device_name="Speedport Smart 3", router_state="OK", loginstate=inside, firmware_version="010137.4.8"
        )

    def log_in(self, asked: Asked) -> Said | None:
        if asked.path != "/data/Login.json" or asked.method != "POST":
            return None
        given = asked.form.get("password")
        if not self.check_proof(
            self.account, lambda word: given == hashlib.sha256(f"{CHALLENGE}:{word}".encode()).hexdigest()
        ):
            return _said(login="failed", login_locked=3)
        cookie = f"SessionID_R3={self.new_session()}; path=/"
        return Said(cookies=(cookie,), body=_said(login="success").body)

    def inside(self, asked: Asked) -> Said | None:
        return self._status(1) if asked.path == "/data/SecureStatus.json" else None

    def everything(self) -> list[Said]:
        return [self._status(1)]


class Newest(Fake):
    def page(self, asked: Asked) -> Said:
        if asked.path == "/html/login/index.html":
            return Said(
                body="<html><head><title>Speedport Smart 4</title><script>_httoken = 194830374;</script></head></html>"
            )
        return Said(body="5c" * 64) if asked.path.startswith("/data/") else super().page(asked)


def _said(**values: object) -> Said:
    listed = [{"vartype": "value", "varid": name, "varvalue": str(value)} for name, value in values.items()]
    return Said(headers={"Content-Type": "application/javascript"}, body=json.dumps(listed))
