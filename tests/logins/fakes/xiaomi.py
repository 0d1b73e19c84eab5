"""MiWiFi: `init_info` as several clients read it, and the login page of an R1CM (sysauth.htm)."""

import json

from tests.logins.server import Asked, Mood, Router, Said

WEB = "/cgi-bin/luci/web"
API = "/cgi-bin/luci/api/xqsystem"


class Fake(Router):
    FACTORY = ("admin", "admin")
    MOODS = frozenset(Mood) - {Mood.LOCKS, Mood.NONE}

    @property
    def is_set_up(self) -> bool:
        return self.mood is not Mood.FACTORY

    def page(self, asked: Asked) -> Said:
        if asked.path == f"{API}/init_info":
            return self._init()
        if asked.path == WEB and not self.is_set_up:
            return Said(status=302, headers={"Location": f"{WEB}/init/hello"})
        if asked.path in {"/", WEB}:
            return Said(
                body="<html><head><title>小米路由器</title>"
                '<link href="/xiaoqiang/web/css/login.css" rel="stylesheet"></head><body>'
                '<form id="rtloginform"><input id="password" type="password" name="password"></form>'
                f"<script>var param = {{logtype: 2, nonce: nonce}}; $.post('{API}/login', param);</script></body></html>"
            )
        return Said(status=404, body="<html><body>404 Not Found</body></html>")

    def _init(self) -> Said:
        what = {
            "code": 0, "romversion": "3.0.22", "countrycode": "CN", "id": "28117/F0SU37801", "routername": "Xiaomi_8729",
            "inited": int(self.is_set_up), "connect": 0, "hardware": "RA69", "bound": 0, "newEncryptMode": 0,
        }  # fmt: skip
        return Said(headers={"Content-Type": "application/json"}, body=json.dumps(what))

    def log_in(self, asked: Asked) -> Said | None:
        if asked.path != f"{API}/login":
            return None
        self.check("admin", "what is sent is hashed")
        return Said(body='{"code":401,"msg":"not auth"}')

    def inside(self, asked: Asked) -> Said | None:
        return None

    def everything(self) -> list[Said]:
        return [self._init()]
