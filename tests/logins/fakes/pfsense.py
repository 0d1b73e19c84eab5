"""pfSense: its authgui.inc and auth.inc."""

from tests.logins.server import Asked, Mood, Router, Said

FORM = (
    "<html><head><title>pfSense - Login</title></head><body id='login'>{error}<form method='post' class='login'>"
    "<input type='hidden' name='__csrf_magic' value='sid:1,2' /><p class='form-title'>Sign In</p>"
    '<input name="usernamefld" type="text" /><input name="passwordfld" type="password" />'
    '<input type="submit" name="login" value="Sign In" /></form><script src="/js/pfSense.js?v=1"></script></body></html>'
)


class Fake(Router):
    FACTORY = ("admin", "pfsense")
    MOODS = frozenset(Mood) - {Mood.LOCKS, Mood.NONE}

    def page(self, asked: Asked) -> Said:
        return Said(headers={"Server": "nginx"}, body=FORM.format(error=""))

    def log_in(self, asked: Asked) -> Said | None:
        if asked.method != "POST" or "usernamefld" not in asked.form:
            return None
        if not self.check(asked.form["usernamefld"], asked.form.get("passwordfld", "")):
            return Said(body=FORM.format(error="<h4>Username or Password incorrect</h4>"))
        return Said(status=302, headers={"Location": "/"}, cookies=(f"PHPSESSID={self.new_session()}; HttpOnly",))

    def inside(self, asked: Asked) -> Said | None:
        return Said(body='<html><body><a href="/index.php?logout">Logout</a>Status / Dashboard</body></html>')

    def everything(self) -> list[Said]:
        asked = Asked(method="GET", path="/", query={}, headers={}, body=b"")
        return [said for said in (self.inside(asked),) if said is not None]
