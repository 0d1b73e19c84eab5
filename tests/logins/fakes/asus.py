"""ASUSWRT: its httpd.c, web.c and Main_Login.asp (in the source of Asuswrt-Merlin), as its app is answered."""

import base64
import binascii
import json

from tests.logins.server import Asked, Mood, Router, Said

SERVER = {"Server": "httpd/2.0", "x-frame-options": "SAMEORIGIN"}
APP = {**SERVER, "AiHOMEAPILevel": "14", "Httpd_AiHome_Ver": "0", "Model_Name": "RT-AC68U"}
JSON = {"Content-Type": "application/json;charset=UTF-8"}
LOGIN = (
    "<html><head><title>ASUS Login</title><script>var login_info = tryParseJSON('{}');</script></head><body>"
    '<form method="post" name="form" action="login.cgi" target=""><input type="hidden" name="login_authorization" value="">'
    '<input type="text" id="login_username" name="login_username"><input type="password" name="login_passwd"></form></body></html>'
)
TO_LOGIN = "<HTML><HEAD><script>top.location.href='/Main_Login.asp';</script>\n</HEAD></HTML>\n"
TO_STEPS = "<html><head>\r\n<script>parent.location.href='/QIS_wizard.htm?flag=welcome';</script>\n</head></html>\r\n"


class Fake(Router):
    FACTORY = ("admin", "admin")
    LOCKS_AFTER = 5
    FORGETS = True
    MOODS = frozenset(Mood) - {Mood.LOCKS, Mood.NONE}
    IS_SET_UP = True
    """Whether its first steps are done; those of older firmware do not ask for another password."""
    PICTURE_AFTER = None
    """Wrong logins after which it asks for letters out of a picture; null where it never does."""

    def page(self, asked: Asked) -> Said:
        app = asked.headers.get("user-agent", "").startswith("asusrouter-")
        if asked.path == "/Main_Login.asp" or self.mood in {Mood.ANSWERS_ALL, Mood.SHOWS_ALL}:
            return Said(headers=APP if app else SERVER, body=LOGIN)
        if asked.path == "/" and not self.IS_SET_UP:
            return Said(headers=SERVER, cookies=("asus_token=ofthefirststeps; HttpOnly;",), body=TO_STEPS)
        if not asked.path.endswith((".asp", ".cgi", "/")):
            return Said(status=404, headers=SERVER, body="<HTML><HEAD><TITLE>404 Not Found</TITLE></HEAD></HTML>")
        return _json({"error_status": "2"}) if app else Said(headers=SERVER, body=TO_LOGIN)

    def log_in(self, asked: Asked) -> Said | None:
        if "asus_token" in asked.cookies and not self.is_in(asked):
            self.check("", "a token that it does not know")
        if asked.path != "/login.cgi":
            return None
        try:
            packed = base64.b64decode(asked.form.get("login_authorization", "")).decode()
        except binascii.Error:
            packed = ""
        account, _, password = packed.partition(":")
        if self.PICTURE_AFTER is not None and self.wrong >= self.PICTURE_AFTER:
            return _json({"error_status": "10"})
        if not self.check(account, password):
            return _json({"error_status": "3"})
        token = self.new_session()
        said = _json({"asus_token": token})
        return Said(headers=said.headers, body=said.body, cookies=(f"asus_token={token}; HttpOnly;",))

    def lock_says(self) -> Said:
        return _json({"error_status": "7", "remaining_lock_time": "300"})

    def inside(self, asked: Asked) -> Said | None:
        if asked.path == "/Logout.asp":
            self.sessions -= set(asked.cookies.values())
            return _json({"error_status": "8"})
        if asked.path == "/appGet.cgi":
            return _json({"productid": "RT-AC68U"})
        return None

    def everything(self) -> list[Said]:
        return [_json({"productid": "RT-AC68U"}), _json({"asus_token": "sd7f6s8df"}), Said(body=TO_STEPS)]


def _json(what: object) -> Said:
    return Said(headers={**APP, **JSON}, body=json.dumps(what))
