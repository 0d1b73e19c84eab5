"""LuCI: luci-base's sysauth.ut, dispatcher.uc, and the bootstrap theme's header.ut."""

from tests.logins.server import Asked, Router, Said

BASE = "/cgi-bin/luci"
NO_PASSWORD = (
    '<div class="alert-message warning"><h4>No password set!</h4><p>There is no password set on this router. '
    "Please configure a root password to protect the web interface.</p></div>"
)


class Fake(Router):
    FACTORY = ("root", "")
    LOCKS_AFTER = 4
    """OpenWrt never locks; a maker that builds on its pages may, and so early a one must not be locked either."""

    def page(self, asked: Asked) -> Said:
        if asked.path == "/":
            return Said(body='<html><head><meta http-equiv="refresh" content="0; URL=cgi-bin/luci/" /></head>'
                             '<body style="background-color: white"><a href="cgi-bin/luci/">LuCI - Lua Configuration '
                             "Interface</a></body></html>".replace("<head>", "<head><title>OpenWrt</title>"))  # fmt: skip
        if not asked.path.startswith(BASE):
            return Said(status=404, body="Not Found")
        return self._login(403)

    def _login(self, status: int, notice: str = "") -> Said:
        return Said(
            status=status,
            headers={"X-LuCI-Login-Required": "yes"},
            body='<html><head><title>OpenWrt - LuCI</title><link href="/luci-static/bootstrap/cascade.css"></head><body>'
            + ("" if self.password else NO_PASSWORD)
            + f'{notice}<form method="post"><input name="luci_username" value="root" />'
            '<input type="password" name="luci_password" /></form></body></html>',
        )

    def log_in(self, asked: Asked) -> Said | None:
        if asked.method != "POST" or "luci_username" not in asked.form:
            return None
        if not self.check(asked.form["luci_username"], asked.form["luci_password"]):
            return self._login(403, "<p>Invalid username and/or password! Please try again.</p>")
        cookie = f"sysauth_http={self.new_session()}; path=/cgi-bin/luci/; SameSite=strict; HttpOnly"
        return Said(status=302, headers={"Location": f"{BASE}/"}, cookies=(cookie,))

    def inside(self, asked: Asked) -> Said | None:
        if asked.path == f"{BASE}/admin/logout":
            self.sessions -= set(asked.cookies.values())
            return Said(status=302, headers={"Location": f"{BASE}/"})
        if not asked.path.startswith(BASE):
            return None
        return Said(body=f'<html><body><a href="{BASE}/admin/logout">Log out</a>Status</body></html>')

    def everything(self) -> list[Said]:
        shown = self.inside(Asked(method="GET", path=f"{BASE}/", query={}, headers={}, body=b""))
        return [self._login(200), *([shown] if shown else []), Said(body=NO_PASSWORD)]
