"""TL-WR841N and its like: the login page's own script, the WR940N's login of nuclei-templates, and clients of StatusRpm.

Every request with a wrong cookie counts as one wrong login, which is the worst that it can do.
"""

import base64
import hashlib
from urllib.parse import unquote

from tests.logins.server import Asked, Mood, Router, Said

BUSY, LOCKED, WRONG, FRESH = 0, 1, 2, 3
STATUS = (
    '<script>var statusPara = new Array(\n1, 1, 1, 29, 120, "3.16.9 Build 150616", "WR841N v11 00000000", 0,0 );\n'
    'var wanPara = new Array(\n4, "00-00-5E-00-53-02", "0.0.0.0", 0,0 );</script>'
)


class Fake(Router):
    FACTORY = ("admin", "admin")
    LOCKS_AFTER = 10
    MOODS = frozenset(Mood) - {Mood.LOCKS, Mood.NONE}

    def page(self, asked: Asked) -> Said:
        return self._login(LOCKED if self.locked else FRESH)

    def _login(self, state: int) -> Said:
        return Said(
            headers={"Server": "Router Webserver"},
            body=f"<html><head><title>TL-WR841N</title><script>var httpAutErrorArray = new Array(\n{state}, 1, 0,0 );"
            "</script></head><body onload='pageLoad()'><input id='userName'><input type='password' id='pcPassword'>"
            "<script>tips = ['one administrator at the same time, please try again later.', 'You have exceeded ten "
            "attempts, please try again after two hours.'];</script></body></html>",
        )

    def lock_says(self) -> Said:
        return self._login(LOCKED)

    def log_in(self, asked: Asked) -> Said | None:
        cookie = unquote(asked.cookies.get("Authorization", ""))
        if not cookie or self.is_in(asked):
            return None
        account, _, sent = base64.b64decode(cookie.removeprefix("Basic ")).decode().partition(":")
        right = self.check_proof(account, lambda password: hashlib.md5(password.encode()).hexdigest() == sent)
        if not right:
            return self._login(WRONG)
        self.sessions = {self.new_session()[:16].upper()}
        key = next(iter(self.sessions))
        host = asked.headers["host"]
        return Said(
            body='<body><script language="javaScript">window.parent.location.href = '
            f'"http://{host}/{key}/userRpm/Index.htm";\n</script></body></html>'
        )

    def is_in(self, asked: Asked) -> bool:
        return asked.path.split("/")[1] in self.sessions and "Authorization" in asked.cookies

    def inside(self, asked: Asked) -> Said | None:
        if asked.path.endswith("/userRpm/LogoutRpm.htm"):
            self.sessions.clear()
            return self._login(FRESH)
        if asked.path.endswith("/userRpm/StatusRpm.htm") and asked.headers.get("referer"):
            return Said(headers={"Server": "Router Webserver"}, body=STATUS)
        return None

    def everything(self) -> list[Said]:
        return [Said(body=STATUS), Said(body='"http://192.168.0.1/ABCDEFGHIJKLMNOP/userRpm/Index.htm"')]
