"""VMG8825, NR7101 and their like: what clients of them ask for (nr7101, zyxel_lte5398_m904), with the login in clear JSON
as the first of them sends it."""

import base64
import json

from tests.logins.server import Asked, Mood, Router, Said

DEVICE = {
    "result": "ZCFG_SUCCESS",
    "ModelName": "VMG8825-T50",
    "SoftwareVersion": "V5.50(ABOM.8)C0",
    "CurrentLanguage": "en",
}
KEY = {"result": "ZCFG_SUCCESS", "RSAPublicKey": "-----BEGIN PUBLIC KEY-----\nMIIBIjAN\n-----END PUBLIC KEY-----\n"}


class Fake(Router):
    FACTORY = ("admin", "1234")
    MOODS = frozenset(Mood) - {Mood.LOCKS, Mood.NONE}
    PROFILE = "zyxel-router"

    def page(self, asked: Asked) -> Said:
        for path, what in (("/getBasicInformation", DEVICE), ("/getRSAPublickKey", KEY)):
            if asked.path == path:
                return Said(headers={"Content-Type": "application/json"}, body=json.dumps(what))
        if asked.path not in {"/", "/login"}:
            return Said(status=401, body=json.dumps({"result": "Unauthorized"}))
        return Said(
            body="<html><head><title>.::Welcome to the Web-Based Configurator::.</title></head><body></body></html>"
        )

    def log_in(self, asked: Asked) -> Said | None:
        if asked.path != "/UserLogin":
            return None
        sent = json.loads(asked.body)
        if not self.check(sent["Input_Account"], base64.b64decode(sent["Input_Passwd"]).decode()):
            return Said(status=401, body=json.dumps({"result": "Invalid Username or Password"}))
        cookie = f"Session={self.new_session()}; path=/"
        return Said(cookies=(cookie,), body=json.dumps({"result": "ZCFG_SUCCESS", "sessionkey": 173783345}))

    def inside(self, asked: Asked) -> Said | None:
        if asked.path != "/cgi-bin/DAL":
            return None
        return Said(body=json.dumps({"result": "ZCFG_SUCCESS", "Object": [{"DeviceInfo": {}}]}))

    def everything(self) -> list[Said]:
        return [Said(body=json.dumps(DEVICE)), Said(body=json.dumps(KEY))]
