"""Synology Router Manager: its page's title (recog) and its list of interfaces (aerialls' synology-srm)."""

from tests.logins.server import Asked, Mood, Router, Said

INTERFACES = '{"data":{"SYNO.Mesh.System.Info":{"maxVersion":1,"minVersion":1,"path":"entry.cgi"}},"success":true}'
PAGE = (
    "<html><head><title>Synology Router - SynologyRouter</title></head><body><div id='sds-login'></div></body></html>"
)


class Fake(Router):
    FACTORY = ("", "")
    MOODS = frozenset({Mood.CHANGED, Mood.ANSWERS_ALL, Mood.SHOWS_ALL})

    def page(self, asked: Asked) -> Said:
        if asked.path == "/webapi/query.cgi":
            known = "SYNO.Mesh.System.Info" in asked.query.get("query", "")
            return Said(headers={"Content-Type": "application/json"}, body=INTERFACES if known else '{"success":true}')
        return Said(body=PAGE) if asked.path == "/" else Said(status=404, body="Not Found")

    def log_in(self, asked: Asked) -> Said | None:
        return None

    def inside(self, asked: Asked) -> Said | None:
        return None

    def everything(self) -> list[Said]:
        return [Said(body=INTERFACES)]
