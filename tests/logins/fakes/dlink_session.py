"""DIR-850L and its like: the template of every page in its source (webinc/templates.php) and session.cgi's answers."""

from tests.logins.server import Asked, Mood, Router, Said

PAGE = (
    "<html><head><title>D-LINK SYSTEMS, INC. | WIRELESS ROUTER | HOME</title>"
    '<script type="text/javascript" charset="utf-8" src="./js/comm.js"></script>'
    '<script type="text/javascript" charset="utf-8" src="./js/postxml.js"></script></head><body onload="BODY.OnLoad();">'
    '<div id="login"><h1>Login</h1><input type="text" id="loginusr" disabled /><input type="password" id="loginpwd" />'
    '<input type="button" id="noGAC" value="Login" onClick="BODY.LoginSubmit();" /></div></body></html>'
)
DEVICE = (
    '<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>'
    '<GetDeviceSettingsResponse xmlns="http://purenetworks.com/HNAP1/"><GetDeviceSettingsResult>OK'
    "</GetDeviceSettingsResult><Type>GatewayWithWiFi</Type><VendorName>D-Link</VendorName><ModelName>DIR-815</ModelName>"
    "<CAPTCHA>false</CAPTCHA></GetDeviceSettingsResponse></soap:Body></soap:Envelope>"
)


class Fake(Router):
    FACTORY = ("admin", "")
    MOODS = frozenset(Mood) - {Mood.LOCKS}
    SERVER = "Linux, HTTP/1.1, DIR-815 Ver 1.03"

    def page(self, asked: Asked) -> Said:
        if asked.path.rstrip("/") == "/HNAP1":
            return Said(headers={"Server": self.SERVER, "Content-Type": "text/xml"}, body=DEVICE)
        if asked.path not in {"/", "/index.php", "/session.cgi"}:
            return Said(status=404, headers={"Server": self.SERVER}, body="404 Not Found")
        return Said(headers={"Server": self.SERVER}, body=PAGE)

    def log_in(self, asked: Asked) -> Said | None:
        if asked.path != "/session.cgi" or asked.form.get("ACTION") != "login_plaintext":
            return None
        right = self.check(asked.form["USER"], asked.form["PASSWD"])
        if right:
            self.sessions.add(asked.cookies.get("uid", ""))
        result, group = ("SUCCESS", 0) if right else ("FAIL", -1)
        body = f"<report><RESULT>{result}</RESULT><AUTHORIZED_GROUP>{group}</AUTHORIZED_GROUP></report>"
        return Said(headers={"Content-Type": "text/xml"}, body=body)

    def inside(self, asked: Asked) -> Said | None:
        return Said(body=PAGE.replace("OnLoad", "OnLoad(0)")) if asked.path == "/" else None

    def everything(self) -> list[Said]:
        return [Said(body=PAGE), Said(body=DEVICE)]
