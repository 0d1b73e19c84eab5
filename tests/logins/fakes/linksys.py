"""An E-series router of Linksys: Basic with its model as realm (recog), and HNAP's GetDeviceSettings for everybody."""

from tests.logins.server import Asked, Mood, Router, Said

SERVER = {"Server": "httpd"}
DEVICE = (
    '<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>'
    '<GetDeviceSettingsResponse xmlns="http://purenetworks.com/HNAP1/"><GetDeviceSettingsResult>OK</GetDeviceSettingsResult>'
    "<Type>GatewayWithWiFi</Type><DeviceName>Cisco00001</DeviceName><VendorName>Linksys</VendorName><ModelDescription>Linksys "
    "E2500</ModelDescription><ModelName>E2500</ModelName><FirmwareVersion>1.0.04 build 11</FirmwareVersion>"
    "<SOAPActions><string>http://purenetworks.com/HNAP1/GetDeviceSettings</string></SOAPActions></GetDeviceSettingsResponse>"
    "</soap:Body></soap:Envelope>"
)
REFUSED = "<HTML><HEAD><TITLE>401 Unauthorized</TITLE></HEAD><BODY><H4>401 Unauthorized</H4>Authorization required.</BODY></HTML>"


class Fake(Router):
    FACTORY = ("admin", "admin")
    MOODS = frozenset(Mood) - {Mood.LOCKS, Mood.NONE}
    REALM = "Linksys E2500"
    HNAP = True
    """Whether it knows HNAP, which a WRT54G does not."""

    def page(self, asked: Asked) -> Said:
        if self.HNAP and asked.path.rstrip("/") == "/HNAP1":
            return Said(headers={**SERVER, "Content-Type": "text/xml"}, body=DEVICE)
        return Said(status=401, headers={**SERVER, "WWW-Authenticate": f'Basic realm="{self.REALM}"'}, body=REFUSED)

    def log_in(self, asked: Asked) -> Said | None:
        if asked.basic is None:
            return None
        return self.inside(asked) if self.check(*asked.basic) else self.page(asked)

    def inside(self, asked: Asked) -> Said | None:
        return Said(
            headers=SERVER,
            body='<html><head><title>Basic Setup</title></head><body><a href="Management.asp"></a></body></html>',
        )

    def everything(self) -> list[Said]:
        return [Said(body=DEVICE), Said(body="<html><head><title>Basic Setup</title></head></html>")]
