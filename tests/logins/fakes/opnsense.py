"""OPNsense: its authgui.inc, csrf.inc and fbegin.inc."""

import hashlib

from tests.logins.server import Asked, Mood, Router, Said

SERVER = {"Server": "OPNsense"}
FORM = (
    '<!doctype html><html lang="en-US"><head><title>Login | OPNsense</title><script>$.ajaxSetup({{beforeSend: '
    'function(xhr) {{ xhr.setRequestHeader("X-CSRFToken", "{token}" ); }} }});</script></head><body class="page-login">'
    '<div id="inputerrors" class="text-danger">{error}</div><br /><form id="iform" method="post">'
    '<input type="hidden" name="{key}" value="{token}" /><input type="text" name="usernamefld" />'
    '<input type="password" name="passwordfld" /><button type="submit" name="login" value="1">Login</button></form>'
    "</body></html>"
)
INSIDE = (
    '<html><head><title>Password | Lobby | OPNsense</title></head><body><header class="page-head"><ul>'
    '<li id="menu_messages"><span>root@OPNsense.internal</span></li><li><input id="menu_search_box" type="text" /></li></ul>'
    "</header><main>User Password</main></body></html>"
)
PROTECTED = "/system_usermanager_passwordmg.php"


class Fake(Router):
    FACTORY = ("root", "opnsense")
    LOCKS_AFTER = 5
    FORGETS = True
    MOODS = frozenset(Mood) - {Mood.LOCKS, Mood.NONE}

    def __init__(self, mood: Mood, *, listens: bool = True) -> None:
        super().__init__(mood, listens=listens)
        self.visitors: set[str] = set()

    def page(self, asked: Asked) -> Said:
        if asked.path not in {"/", "/index.php", PROTECTED}:
            return Said(status=404, headers=SERVER, body="404 - Not Found")
        return self._form(asked, "&nbsp;")

    def _form(self, asked: Asked, error: str) -> Said:
        visitor = asked.cookies.get("PHPSESSID", "")
        if visitor not in self.visitors:
            visitor = _hashed(f"visitor {len(self.visitors)}")
            self.visitors.add(visitor)
        body = FORM.format(token=_hashed(visitor), key=_hashed(f"key {visitor}"), error=error)
        return Said(headers=SERVER, cookies=(f"PHPSESSID={visitor}; path=/; secure; HttpOnly",), body=body)

    def log_in(self, asked: Asked) -> Said | None:
        if asked.method != "POST":
            return None
        visitor = asked.cookies.get("PHPSESSID", "")
        if visitor not in self.visitors or asked.headers.get("x-csrftoken") != _hashed(visitor):
            return Said(status=403, headers=SERVER, body="<html><body><p>CSRF check failed</p></body></html>")
        if not (asked.form.get("login") and asked.form.get("usernamefld") and asked.form.get("passwordfld")):
            return self._form(asked, "&nbsp;")
        if not self.check(asked.form["usernamefld"], asked.form["passwordfld"]):
            return self._form(asked, "Wrong username or password.")
        cookie = f"PHPSESSID={self.new_session()}; path=/; secure; HttpOnly"
        return Said(status=302, headers={**SERVER, "Location": "/ui/core/dashboard"}, cookies=(cookie,))

    def inside(self, asked: Asked) -> Said | None:
        if "logout" in asked.query:
            self.sessions -= set(asked.cookies.values())
            return Said(status=302, headers={**SERVER, "Location": "/"})
        return Said(headers=SERVER, body=INSIDE) if asked.path == PROTECTED else None

    def everything(self) -> list[Said]:
        return [Said(body=INSIDE)]


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:22]
