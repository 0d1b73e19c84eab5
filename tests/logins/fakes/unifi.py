"""A UniFi console with its Network application: its status, the one answer that needs no login (the Ubiquiti wiki)."""

from tests.logins.server import Asked, Mood, Router, Said

STATUS = (
    '{"data":[],"meta":{"rc":"ok","server_version":"8.0.28","up":true,"uuid":"0e727580-0000-4000-8000-403dcd5a7bd4"}}'
)
LOGIN_REQUIRED = '{"data":[],"meta":{"msg":"api.err.LoginRequired","rc":"error"}}'
PAGE = '<html><head><title>UniFi Network</title></head><body><div id="root"></div></body></html>'


class Fake(Router):
    FACTORY = ("", "")
    MOODS = frozenset({Mood.CHANGED, Mood.ANSWERS_ALL, Mood.SHOWS_ALL})

    def page(self, asked: Asked) -> Said:
        if asked.path == "/status":
            return Said(headers={"Content-Type": "application/json"}, body=STATUS)
        if asked.path.startswith("/api/"):
            return Said(status=401, headers={"Content-Type": "application/json"}, body=LOGIN_REQUIRED)
        return Said(body=PAGE)

    def log_in(self, asked: Asked) -> Said | None:
        return None

    def inside(self, asked: Asked) -> Said | None:
        return None

    def everything(self) -> list[Said]:
        return [Said(body=STATUS)]
