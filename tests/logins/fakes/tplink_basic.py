"""TL-WDR and older TL-WR: Basic for every page, as tplinkrouterc6u asks (wdr.py); realm and server as recog has them."""

from tests.logins.server import Asked, Mood, Router, Said


class Fake(Router):
    FACTORY = ("admin", "admin")
    MOODS = frozenset(Mood) - {Mood.LOCKS, Mood.NONE}

    def page(self, asked: Asked) -> Said:
        return Said(
            status=401,
            headers={
                "Server": "Router Webserver",
                "WWW-Authenticate": 'Basic realm="TP-LINK Wireless Dual Band Gigabit Router WDR4300"',
            },
            body="<html><head><title>401 Unauthorized</title></head><body>No authorization</body></html>",
        )

    def log_in(self, asked: Asked) -> Said | None:
        if asked.basic is None or self.check(*asked.basic):
            return None
        return self.page(asked)

    def is_in(self, asked: Asked) -> bool:
        return asked.basic == (self.account, self.password)

    def inside(self, asked: Asked) -> Said | None:
        return Said(body='<html><frame src="/userRpm/MenuRpm.htm"></html>')

    def everything(self) -> list[Said]:
        return [Said(body='<html><frame src="/userRpm/MenuRpm.htm"></html>')]
