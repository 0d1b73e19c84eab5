"""DIR-880L and its like: its Login.html and Login.js, HNAP's GetDeviceSettings, and the two steps of its Login as a client
of it takes them (dlink-device-tracker)."""

import hashlib
import hmac
import re

from tests.logins.server import Asked, Mood, Router, Said

HEAD = '<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>'
TAIL = "</soap:Body></soap:Envelope>"
CHALLENGE, COOKIE, KEY = "nL3mQ7vD2xK9", "b81cfe20a7", "Rw5tZ8yB1cG4"
PAGE = (
    '<html><head><title>D-LINK</title><script src="/js/Login.js?v=20160226193446"></script>'
    '<script src="/js/SOAP/SOAPAction.js?v=20160226193446"></script>'
    '<script src="/js/SOAP/SOAPLogin.js?v=20160226193446"></script></head><body id="main" style="display:none">'
    '<input class="styled-text" type="password" name="admin_Password" size="27" id="admin_Password"></body></html>'
)
DEVICE = (
    f'{HEAD}<GetDeviceSettingsResponse xmlns="http://purenetworks.com/HNAP1/"><GetDeviceSettingsResult>OK'
    "</GetDeviceSettingsResult><Type>GatewayWithWiFi</Type><DeviceName>dlinkrouter</DeviceName><VendorName>D-Link"
    "</VendorName><ModelName>DIR-880L</ModelName><FirmwareVersion>1.08</FirmwareVersion><CAPTCHA>false</CAPTCHA>"
    f"<SOAPActions><string>http://purenetworks.com/HNAP1/Login</string></SOAPActions></GetDeviceSettingsResponse>{TAIL}"
)


def signed(key: str, text: str) -> str:
    return hmac.new(key.encode(), text.encode(), hashlib.md5).hexdigest().upper()


class Fake(Router):
    FACTORY = ("Admin", "")
    MOODS = frozenset(Mood) - {Mood.LOCKS}
    SERVER = "Linux, HTTP/1.1, DIR-880L Ver 1.08"

    def page(self, asked: Asked) -> Said:
        if asked.path.rstrip("/") == "/HNAP1":
            return Said(headers={"Server": self.SERVER, "Content-Type": "text/xml; charset=utf-8"}, body=DEVICE)
        if asked.path == "/info/Login.html" or self.mood in {Mood.ANSWERS_ALL, Mood.SHOWS_ALL}:
            return Said(headers={"Server": self.SERVER}, body=PAGE)
        if asked.path == "/":
            return Said(status=302, headers={"Server": self.SERVER, "Location": "/info/Login.html"})
        return Said(status=404, headers={"Server": self.SERVER}, body="404 Not Found")

    def log_in(self, asked: Asked) -> Said | None:
        if asked.method != "POST" or not asked.headers.get("soapaction", "").strip('"').endswith("HNAP1/Login"):
            return None
        given = dict(re.findall(r"<(Action|Username|LoginPassword)>([^<]*)</", asked.body.decode()))
        if given["Action"] == "request":
            keys = f"<Challenge>{CHALLENGE}</Challenge><Cookie>{COOKIE}</Cookie><PublicKey>{KEY}</PublicKey>"
            return self._result(f"<LoginResult>OK</LoginResult>{keys}")
        private = {password: signed(KEY + password, CHALLENGE) for password in (self.password,)}
        proof = given["LoginPassword"]
        right = self.check_proof(given["Username"], lambda p: signed(private.get(p, ""), CHALLENGE) == proof)
        if right:
            self.sessions.add(COOKIE)
        return self._result(f"<LoginResult>{'success' if right else 'failed'}</LoginResult>")

    def _result(self, inner: str) -> Said:
        body = f'{HEAD}<LoginResponse xmlns="http://purenetworks.com/HNAP1/">{inner}</LoginResponse>{TAIL}'
        return Said(headers={"Content-Type": "text/xml"}, body=body)

    def inside(self, asked: Asked) -> Said | None:
        return Said(body="<html><body>IndexHome</body></html>") if asked.path == "/IndexHome.html" else None

    def everything(self) -> list[Said]:
        return [Said(body=PAGE), Said(body=DEVICE)]
