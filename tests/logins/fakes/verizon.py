"""A Verizon router of the G3100 kind: loginStatus.cgi and login.cgi as ha-verizon-5g and quantum_gateway ask them."""

import hashlib
import json

from tests.logins.server import Asked, Mood, Router, Said

PAGE = '<!DOCTYPE html><html ng-app="vzui"><head><title>Verizon Router</title></head><body></body></html>'
TOKEN = "c" * 32


class Fake(Router):
    FACTORY = ("admin", "on-the-label-2")
    MOODS = frozenset(Mood) - {Mood.LOCKS, Mood.NONE}

    def page(self, asked: Asked) -> Said:
        if asked.path == "/loginStatus.cgi":
            return _said({"islogin": "0", "loginToken": TOKEN, "token": ""})
        if asked.path == "/":
            return Said(body=PAGE)
        return Said(status=404, body="Not Found")

    def log_in(self, asked: Asked) -> Said | None:
        if asked.path != "/login.cgi":
            return None
        given = asked.form
        account = self.account if given.get("luci_username") == _arc(self.account) else "somebody else"
        if not self.check_proof(
            account, lambda password: given.get("luci_password") == _sha512(TOKEN + _arc(password))
        ):
            return Said(status=403, body=json.dumps({"flag": 1, "timeout": 0}))
        return Said(status=302, headers={"Location": "/"}, cookies=(f"sysauth={self.new_session()}; path=/",))

    def inside(self, asked: Asked) -> Said | None:
        if asked.path == "/loginStatus.cgi":
            return _said({"islogin": "1", "loginToken": TOKEN, "token": "t" * 32})
        return None

    def everything(self) -> list[Said]:
        return [_said({"islogin": "1", "loginToken": TOKEN, "token": "t" * 32})]


def _sha512(text: str) -> str:
    return hashlib.sha512(text.encode()).hexdigest()


def _arc(text: str) -> str:
    return _sha512(hashlib.md5(text.encode(), usedforsecurity=False).hexdigest())


def _said(what: object) -> Said:
    return Said(headers={"Content-Type": "application/json"}, body=json.dumps(what))
