"""A FRITZ!Box: `login_sid.lua` by its maker's sample program and answers that people got, and jason_boxinfo.xml.

Its password is on its label; `Mood.NONE` is one before FRITZ!OS 7.25, on which its owner wants none.
"""

import hashlib

from tests.logins.server import Asked, Mood, Router, Said

NOBODY = "0" * 16
SALTS = "1234567890abcdef1234567890abcdef", "fedcba0987654321fedcba0987654321"
BOX = (
    '<j:BoxInfo xmlns:j="http://jason.avm.de/updatecheck/"><j:Name>FRITZ!Box 7590</j:Name><j:HW>226</j:HW>'
    "<j:Version>154.07.57</j:Version><j:Revision>107695</j:Revision><j:Lang>de</j:Lang></j:BoxInfo>"
)
RIGHTS = "".join(
    f"<Name>{name}</Name><Access>2</Access>" for name in ("Dial", "App", "HomeAuto", "BoxAdmin", "Phone", "NAS")
)
PAGE = '<!DOCTYPE html><html lang="de"><head><title>FRITZ!Box</title></head><body><main id="main"></main></body></html>'


class Fake(Router):
    FACTORY = ("fritz1234", "on-the-label-3")
    MOODS = frozenset(Mood) - {Mood.LOCKS}
    SECONDS = 0
    """For how long it refuses everybody."""

    def page(self, asked: Asked) -> Said:
        if asked.path == "/login_sid.lua":
            return self._session("5ab9cd2f13e47708" if not self.password else NOBODY)
        if asked.path == "/jason_boxinfo.xml":
            return Said(headers={"Content-Type": "text/xml"}, body=BOX)
        return Said(body=PAGE) if asked.path == "/" else Said(status=404, body="Not Found")

    def _session(self, session: str) -> Said:
        challenge = f"2$60000${SALTS[0]}$6000${SALTS[1]}"
        body = (
            f'<?xml version="1.0" encoding="utf-8"?><SessionInfo><SID>{session}</SID><Challenge>{challenge}</Challenge>'
            f"<BlockTime>{self.SECONDS}</BlockTime><Rights>{'' if session == NOBODY else RIGHTS}</Rights>"
            '<Users><User last="1">fritz1234</User></Users></SessionInfo>'
        )
        return Said(headers={"Content-Type": "text/xml"}, body=body)

    def log_in(self, asked: Asked) -> Said | None:
        if asked.path != "/login_sid.lua" or "response" not in asked.form:
            return None
        right = self.check_proof(asked.form["username"], lambda password: asked.form["response"] == _response(password))
        return self._session(self.new_session()[:16] if right else NOBODY)

    def inside(self, asked: Asked) -> Said | None:
        return None

    def everything(self) -> list[Said]:
        return [self._session("5ab9cd2f13e47708"), Said(body=BOX)]


def _response(password: str) -> str:
    first = hashlib.pbkdf2_hmac("sha256", password.encode(), bytes.fromhex(SALTS[0]), 60000)
    return f"{SALTS[1]}${hashlib.pbkdf2_hmac('sha256', first, bytes.fromhex(SALTS[1]), 6000).hex()}"
