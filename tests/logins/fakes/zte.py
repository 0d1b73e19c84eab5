"""F6640, H288A and their like: `login_entry` and `login_token` as zte_tracker asks for them. `Older` is an H168N, whose login
page has the seconds for which it refuses everybody in a variable."""

import hashlib
import json

from tests.logins.server import Asked, Mood, Router, Said

TOKEN, SESSION = "68877896", "oCh5FugQaTDj5rSvKUHHKZ15"
SERVER = "Mini web server 1.0 ZTE corp 2005."
PAGE = (
    '<html><head><title>F6640</title></head><body><form id="fLogin"><input id="Frm_Username"><input type="password" '
    'id="Frm_Password"><input type="hidden" id="_sessionTOKEN"></form></body></html>'
)


class Fake(Router):
    FACTORY = ("admin", "admin")
    LOCKS_AFTER = 3
    MOODS = frozenset(Mood) - {Mood.LOCKS, Mood.NONE}
    SECONDS = 0
    """For how long it refuses everybody; -1 where what was sent belongs to a page that has grown old."""

    def page(self, asked: Asked) -> Said:
        tag = asked.query.get("_tag")
        if tag == "login_entry":
            return Said(headers={"Server": SERVER}, body=json.dumps(self._entry()))
        if tag == "login_token":
            return Said(headers={"Server": SERVER}, body=f"<ajax_response_xml_root>{TOKEN}</ajax_response_xml_root>")
        return Said(headers={"Server": SERVER}, body=PAGE)

    def _entry(self, error: str = "", **more: object) -> dict[str, object]:
        return {"lockingTime": self.SECONDS, "loginErrMsg": error, "promptMsg": "", "sess_token": SESSION, **more}

    def log_in(self, asked: Asked) -> Said | None:
        if asked.method != "POST" or asked.form.get("action") != "login":
            return None
        sent = asked.form["Password"]
        right = self.check_proof(
            asked.form["Username"], lambda password: hashlib.sha256((password + TOKEN).encode()).hexdigest() == sent
        )
        if not right:
            return Said(body=json.dumps(self._entry("User information is error, please input again")))
        return Said(cookies=(f"SID={self.new_session()}; path=/",), body=json.dumps(self._entry(login_need_refresh=1)))

    def inside(self, asked: Asked) -> Said | None:
        if asked.query.get("_type") != "menuData":
            return None
        return Said(body="<ajax_response_xml_root><IF_ERRORSTR>SUCC</IF_ERRORSTR></ajax_response_xml_root>")

    def everything(self) -> list[Said]:
        return [Said(body=PAGE), Said(body=json.dumps(self._entry()))]


class Older(Fake):
    def page(self, asked: Asked) -> Said:
        if asked.path == "/function_module/login_module/login_page/logintoken_lua.lua":
            return Said(headers={"Server": SERVER}, body=f"<ajax_response_xml_root>{TOKEN}</ajax_response_xml_root>")
        return Said(
            headers={"Server": "ZTE web server 1.0 ZTE corp 2015."},
            body=f'<html><head><title>ZXHN H168N</title></head><script>var DiaplayLockTime = "{self.SECONDS}";'
            'var login_err_msg = "";addParameter("_sessionTOKEN", "531441325598595136689089");</script>'
            '<input id="Frm_Username"><input type="password" id="Frm_Password"></html>',
        )
