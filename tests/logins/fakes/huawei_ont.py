"""An HG8145V5: its login page with what it says of wrong logins, and safelogin.js, as people took them out of its firmware.

Wrong logins are told by the page that comes after, never by the answer to the login, which is 200 whatever was sent.
"""

import base64

from netguard.model.observation import Fact
from netguard.model.vocabulary import Transport
from tests.logins.server import Asked, Mood, Router, Said

SCRIPT = (
    "var PRE_LOGIN_TOKEN_PATH = '/html/ssmp/common/getRandString.asp';\nfunction base64encode(str) { return str; }\n"
)


class Fake(Router):
    FACTORY = ("telecomadmin", "admintelecom")
    LOCKS_AFTER = 3
    MOODS = frozenset(Mood) - {Mood.LOCKS, Mood.NONE}
    FACTS = (Fact(kind="ssdp.server", value="Linux UPnP/1.0 Huawei-ATP-IGD", transport=Transport.UDP, port=1900),)
    SECONDS = 0
    """For how long it refuses everybody."""

    def page(self, asked: Asked) -> Said:
        if asked.path == "/resource/common/safelogin.js":
            return Said(headers={"Content-Type": "application/javascript"}, body=SCRIPT)
        if asked.path == "/asp/GetRandCount.asp":
            return Said(body="\ufeff332eb228ae4423a4d8ee0e17b0d585628a16465236ff1fd6")
        if asked.path != "/":
            return Said(
                body="<html><head><title>Waiting...</title></head><script>top.location.replace('/');</script></html>"
            )
        return Said(
            body="<html><head><title></title><script>"
            f"var FailStat ='{int(self.SECONDS > 0)}';\nvar LoginTimes = '{self.wrong}';\n"
            f"var LockLeftTime = '{self.SECONDS}';\nvar errloginlockNum = '3';\n"
            "$.ajax({type : 'POST', url : '/asp/GetRandCount.asp'}); var tip = 'Too many retrials, please retry';"
            '</script></head><body><input id="txt_Username"><input id="txt_Password" type="password"></body></html>'
        )

    def log_in(self, asked: Asked) -> Said | None:
        if asked.path != "/login.cgi":
            return None
        if not self.check(asked.form["UserName"], base64.b64decode(asked.form["PassWord"]).decode()):
            return self.page(Asked(method="GET", path="/index.asp", query={}, headers={}, body=b""))
        return Said(cookies=(f"Cookie=sid={self.new_session()}:Language:english:id=1;path=/",))

    def inside(self, asked: Asked) -> Said | None:
        return None

    def everything(self) -> list[Said]:
        return [Said(body=SCRIPT), Said(body='<input type="hidden" name="onttoken" id="onttoken" value="00">')]
