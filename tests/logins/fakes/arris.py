"""A TG3442DE: the login page's numbers, its script and its answers to logins, as munin's plugin and cable_modem_monitor say."""

import json

from tests.logins.server import Asked, Mood, Router, Said

PAGE = (
    "<!DOCTYPE html><html><head><title>Touchstone Gateway</title><script>var currentSessionId = 'b1946ac92492d2347c6235b4d2611184';"
    "var myIv = '871f4b6dc0e3a95b'; var mySalt = '11e2d3c4b5a69788';</script><script src=\"base_95x.js\"></script></head>"
    '<body><input type="password" id="Password"></body></html>'
)
SCRIPT = (
    'function login(p) { return send("php/ajaxSet_Password.php", {"AuthData": "loginPassword", "EncryptData": p}); }'
)


class Fake(Router):
    FACTORY = ("admin", "on-the-label-1")
    MOODS = frozenset(Mood) - {Mood.LOCKS, Mood.NONE}

    def page(self, asked: Asked) -> Said:
        if asked.path == "/base_95x.js":
            return Said(headers={"Content-Type": "text/javascript"}, body=SCRIPT)
        if asked.path == "/":
            return Said(cookies=("PHPSESSID=b1946ac92492d2347c6235b4d2611184; path=/; HttpOnly",), body=PAGE)
        return Said(status=404, body="Not Found")

    def log_in(self, asked: Asked) -> Said | None:
        if asked.path != "/php/ajaxSet_Password.php":
            return None
        self.check("admin", "what is sent is encrypted")
        return Said(headers={"Content-Type": "application/json"}, body=json.dumps({"p_status": "Fail"}))

    def inside(self, asked: Asked) -> Said | None:
        return None

    def everything(self) -> list[Said]:
        return [Said(body=SCRIPT)]
