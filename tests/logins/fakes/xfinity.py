"""RDK-B's web interface as rdkb-webui has it: index.jst leads to captiveportal.jst until it was set up; check.jst logs in."""

from tests.logins.server import Asked, Mood, Router, Said

PAGE = (
    '<html><head><title>XFINITY</title></head><body><h1 id="index_header">Gateway > Login</h1>'
    '<form action="check.jst" method="post" id="pageForm" onsubmit="return f();">'
    '<input type="text" id="username" name="username" /><input type="password" id="password" name="password" />'
    '<input type="hidden" name="locale" id="locale" value="false"></form></body></html>'
)
OUTSIDE = '<script>alert("Please Login First!"); location.href="home_loggedout.jst";</script>'


class Fake(Router):
    FACTORY = ("admin", "password")
    MOODS = frozenset(Mood) - {Mood.LOCKS, Mood.NONE}
    SERVER = "Xfinity Broadband Router Server"

    def page(self, asked: Asked) -> Said:
        if asked.path not in {"/", "/index.jst"}:
            return Said(headers={"Server": self.SERVER}, body=OUTSIDE)
        if self.mood is Mood.FACTORY:
            where = f"http://{asked.headers.get('host', '10.0.0.1')}/captiveportal.jst"
            return Said(status=302, headers={"Server": self.SERVER, "Location": where})
        return Said(headers={"Server": self.SERVER}, body=PAGE)

    def log_in(self, asked: Asked) -> Said | None:
        if asked.path != "/check.jst" or "username" not in asked.form:
            return None
        if not self.check(asked.form["username"], asked.form["password"]):
            return Said(body='<script>alert($.i18n("Incorrect password for admin!"));history.back(); </script>')
        cookie = f"DUKSID={self.new_session()}; path=/"
        return Said(status=302, headers={"Location": "at_a_glance.jst"}, cookies=(cookie,))

    def inside(self, asked: Asked) -> Said | None:
        return Said(body="<html>Gateway > At a Glance</html>") if asked.path == "/at_a_glance.jst" else None

    def everything(self) -> list[Said]:
        return [Said(body="<html>Gateway > At a Glance captiveportal.jst</html>")]
