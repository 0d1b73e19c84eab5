"""DD-WRT: its httpd.c with changepass.asp and menu.c, and the block list that its services share."""

from tests.logins.server import Asked, Mood, Router, Said

SERVER = {"Server": "httpd"}
CHANGE = (
    "<html><head><title>DD-WRT (build 55000) - Router Password</title></head>"
    '<body class="gui"><ul id="menuMainList"><li><span>Setup</span></li><li><span>Administration</span></li></ul>'
    '<form name="changepassword" action="apply.cgi" method="post"><h2>Router Management</h2>'
    '<input type="password" name="http_username" /><input type="password" name="http_passwd" />'
    '<input type="password" name="http_passwdConfirm" /></form></body></html>'
)
STATUS = (
    "<html><head><title>DD-WRT (build 55000) - Router Status</title></head>"
    '<body class="gui"><ul id="menuMainList"><li><a href="index.asp"><strong>Setup</strong></a></li>'
    '<li><a href="Management.asp"><strong>Administration</strong></a></li></ul><h2>Router Information</h2></body></html>'
)
INFO = "<html><head><title>DD-WRT (build 55000) - Info</title></head><body><h2>System Information</h2></body></html>"
REFUSED = (
    '<html><head><title>401 UNAUTHORIZED</title></head><body class="error_page"><h4>401 UNAUTHORIZED</h4>\n'
    " Authorization required. Wrong username and/or password!\n</body></html>"
)


class Fake(Router):
    FACTORY = ("root", "admin")
    LOCKS_AFTER = 5
    MOODS = frozenset(Mood) - {Mood.LOCKS, Mood.NONE}

    def page(self, asked: Asked) -> Said:
        if self.mood is Mood.FACTORY:
            known = asked.path.endswith((".asp", ".htm", ".html", "/"))
            return Said(headers=SERVER, body=CHANGE) if known else Said(status=404, headers=SERVER, body="Not Found")
        if asked.path in {"/", "/Info.htm"}:
            return Said(headers=SERVER, body=INFO)
        return Said(status=401, headers={**SERVER, "WWW-Authenticate": 'Basic realm="DD-WRT"'}, body=REFUSED)

    def log_in(self, asked: Asked) -> Said | None:
        if asked.basic is None:
            return None
        return self.inside(asked) if self.check(*asked.basic) else self.page(asked)

    def inside(self, asked: Asked) -> Said | None:
        return Said(headers=SERVER, body=STATUS)

    def everything(self) -> list[Said]:
        return [Said(body=STATUS), Said(body=INFO)]
