"""EdgeOS: what is known of its login form and of its heartbeat (Matthew1471's EdgeOS-API)."""

from tests.logins.server import Asked, Mood, Router, Said

FORM = (
    "<html><head><title>EdgeOS</title></head><body>{error}<form method='post'><input name='username'>"
    "<input type='password' name='password'><input type='submit' value='Login'></form></body></html>"
)


class Fake(Router):
    FACTORY = ("ubnt", "ubnt")
    MOODS = frozenset(Mood) - {Mood.LOCKS, Mood.NONE}

    def page(self, asked: Asked) -> Said:
        if asked.path == "/api/edge/heartbeat.json":
            return Said(headers={"Content-Type": "application/json"}, body='{"SESSION": false, "PING": false}')
        return Said(body=FORM.format(error="")) if asked.path == "/" else Said(status=404, body="Not Found")

    def log_in(self, asked: Asked) -> Said | None:
        if asked.method != "POST" or "username" not in asked.form:
            return None
        if not self.check(asked.form["username"], asked.form.get("password", "")):
            return Said(body=FORM.format(error="The username or password you entered is incorrect"))
        return Said(status=303, headers={"Location": "/"}, cookies=(f"PHPSESSID={self.new_session()}; secure",))

    def inside(self, asked: Asked) -> Said | None:
        return Said(body="<html><head><title>EdgeOS</title></head><body>Dashboard</body></html>")

    def everything(self) -> list[Said]:
        return [Said(body='{"SESSION": true, "PING": true}')]
