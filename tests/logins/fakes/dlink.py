"""DIR-300: the pages of its firmware 1.06 (login.php, auth/__login.php, comm/__header.php, tools_admin.php, logout.php).

Who is in is known by the address, not by a cookie, and a wrong login throws whoever was in out. With `PICTURE` it refuses
the right password, too, when the letters out of the picture are missing.
"""

from tests.logins.server import Asked, Mood, Router, Said

BASE = "D-LINK SYSTEMS, INC. | WIRELESS ROUTER | "
ADMIN = (
    f"<html><head><title>{BASE}MAINTENANCE</title></head><body><form name='frm' action='tools_admin.php'>"
    '<h2>ADMINISTRATOR (THE DEFAULT LOGIN NAME IS "Admin")</h2><input type="hidden" name="admin_name" value="admin">'
    '<input type="password" name="admin_password1"><input type="password" name="admin_password2">'
    '<input type="text" name="rt_ipaddr"><script>f.admin_password1.value="**********";</script></form></body></html>'
)


class Fake(Router):
    FACTORY = ("admin", "")
    MOODS = frozenset(Mood) - {Mood.LOCKS}
    PICTURE = False

    def page(self, asked: Asked) -> Said:
        if asked.path == "/logout.php":
            self.sessions.clear()
            return Said(body=f"<html><head><title>{BASE}LOGOUT</title></head></html>")
        if asked.path == "/login_fail.php":
            return Said(body='<script>function click_bt() { self.location.href="login.php"; }</script>Login fail')
        return Said(
            body=f"<html><head><title>{BASE}LOGIN</title></head><script>\nfunction init()\n{{\n\tvar f=get_obj('frm');\n"
            f"\tf.LOGIN_USER.focus();\n\tif({int(self.PICTURE)})\n\t{{\n\t\tget_obj('div_vercode_submit').style.display='';"
            "\n\t\tgenerate_img();\n\t}\n\telse\n\t\tget_obj('div_submit').style.display='';\n}\n</script>"
            '<form name="frm" method="post" action="login.php"><input type="hidden" name="ACTION_POST" value="LOGIN">'
            '<input type=text name="LOGIN_USER"><input type=password name="LOGIN_PASSWD" maxlength=20></form></html>'
        )

    def log_in(self, asked: Asked) -> Said | None:
        if asked.path != "/login.php" or asked.form.get("ACTION_POST") != "LOGIN":
            return None
        right = self.check(asked.form["LOGIN_USER"], asked.form["LOGIN_PASSWD"])
        self.sessions = {"the address"} if right and not self.PICTURE else set()
        return self._go("index.php" if self.sessions else "login_fail.php")

    def _go(self, where: str) -> Said:
        return Said(body=f"<html><head>\n<META HTTP-EQUIV=Refresh CONTENT='0; url={where}'>\n</head></html>\n")

    def is_in(self, asked: Asked) -> bool:
        return bool(self.sessions)

    def inside(self, asked: Asked) -> Said | None:
        if asked.path in {"/logout.php", "/login.php"}:
            return None
        if asked.path == "/tools_admin.php":
            return Said(body=ADMIN)
        return Said(body='<html><script>self.location.href="bsc_internet.php"</script><body></body></html>')

    def everything(self) -> list[Said]:
        return [Said(body=ADMIN), self._go("index.php")]
