"""Google Wifi: its status, as Home Assistant reads it and as people have written it down."""

import json

from tests.logins.server import Asked, Mood, Router, Said

STATUS = json.dumps({
    "dns": {"mode": "automatic", "servers": []},
    "setupState": "GWIFI_OOBE_COMPLETE",
    "software": {"softwareVersion": "14150.376.32", "updateNewVersion": "0.0.0.0", "updateStatus": "idle"},
    "system": {"countryCode": "us", "groupRole": "root", "modelId": "ACc3d", "uptime": 86400},
    "wan": {"ethernetLink": True, "localIpAddress": "192.0.2.10", "online": True},
})  # fmt: skip


class Fake(Router):
    FACTORY = ("", "")
    PROFILE = "google-wifi"
    MOODS = frozenset({Mood.CHANGED, Mood.ANSWERS_ALL, Mood.SHOWS_ALL})

    def page(self, asked: Asked) -> Said:
        if asked.path == "/api/v1/status":
            return Said(headers={"Content-Type": "application/json"}, body=STATUS)
        return Said(status=404, body="404 Not Found")

    def log_in(self, asked: Asked) -> Said | None:
        return None

    def inside(self, asked: Asked) -> Said | None:
        return None

    def everything(self) -> list[Said]:
        return [Said(body=STATUS)]
