"""FreshTomato: its httpd.c, which asks for a login whatever is asked for, and about.asp."""

from tests.logins.server import Asked, Mood, Router, Said

HEADERS = {"Server": "httpd", "X-Frame-Options": "SAMEORIGIN", "Content-Type": "text/html; charset=utf-8"}
REFUSED = "<html><head><title>Error</title></head><body><h2>401 Unauthorized</h2> Unauthorized</body></html>"
ABOUT = (
    "<html><head><title>[FreshTomato] About</title><link rel='stylesheet' type='text/css' href='tomato.css'>"
    "<script src='tomato.js'></script></head><body><table><tr><td id='navi'><script>navi()</script></td></tr></table>"
    "</body></html>"
)


class Fake(Router):
    FACTORY = ("root", "admin")
    MOODS = frozenset(Mood) - {Mood.LOCKS, Mood.NONE}

    def page(self, asked: Asked) -> Said:
        return Said(status=401, headers={**HEADERS, "WWW-Authenticate": 'Basic realm="FreshTomato"'}, body=REFUSED)

    def log_in(self, asked: Asked) -> Said | None:
        if asked.basic is None:
            return None
        return self.inside(asked) if self.check(*asked.basic) else self.page(asked)

    def inside(self, asked: Asked) -> Said | None:
        if asked.path != "/about.asp":
            return Said(status=404, headers=HEADERS, body=REFUSED.replace("401 Unauthorized", "404 Not Found"))
        return Said(headers=HEADERS, body=ABOUT)

    def everything(self) -> list[Said]:
        return [Said(body=ABOUT)]
