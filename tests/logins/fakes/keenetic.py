"""A Keenetic: `/auth` with both of its answers as rci-tools writes them down, `/rci/show/version` as keenetic-powershell got it.

It comes without a password, and gives everybody a session while it has none.
"""

import hashlib
import json

from netguard.model.observation import Fact
from netguard.model.vocabulary import Transport
from tests.logins.server import Asked, Mood, Router, Said

REALM, CHALLENGE = "Keenetic Hopper", "NZTNNJVJEGJSTRGZFKWSGCNINRIAVVRO"
COOKIE, GIVEN = "ICNYEPYFESWFL", "ZHIBHDARYLUXTWQF"
CHALLENGED = {
    "Server": "Web server",
    "X-Ndm-Product": "Hopper",
    "WWW-Authenticate": f'x-ndw2-interactive realm="{REALM}" challenge="{CHALLENGE}" session_cookie="{COOKIE}"',
    "X-NDM-Realm": REALM,
    "X-NDM-Challenge": CHALLENGE,
}
VERSION = json.dumps(
    {
        "release": "3.05.C.6.0-0",
        "title": "3.5.6",
        "manufacturer": "Keenetic Ltd.",
        "model": "Ultra (KN-1810)",
        "hw_id": "KN-1810",
    }
)


class Fake(Router):
    FACTORY = ("admin", "")
    MOODS = frozenset(Mood) - {Mood.LOCKS}
    FACTS = (Fact(kind="upnp.manufacturer", value="Keenetic Ltd.", transport=Transport.UDP, port=1900),)

    def page(self, asked: Asked) -> Said:
        if asked.path == "/auth":
            if not self.password:
                return Said(headers={"Server": "Web server"}, cookies=(self._cookie(GIVEN),), body="{}")
            return Said(status=401, headers=CHALLENGED, cookies=(self._cookie("QYGTYZSROQLOELYE"),))
        if asked.path.startswith("/rci/"):
            return Said(status=401, headers=CHALLENGED, cookies=(self._cookie("QYGTYZSROQLOELYE"),))
        if asked.path == "/":
            return Said(
                headers={"Server": "Web server"}, body="<html><head></head><body><ndw-root></ndw-root></body></html>"
            )
        return Said(status=404, headers={"Server": "Web server"}, body="Not Found")

    def _cookie(self, session: str) -> str:
        return f"{COOKIE}={session}; Path=/; SameSite=Lax; Max-Age=300"

    def log_in(self, asked: Asked) -> Said | None:
        if asked.path != "/auth" or asked.method != "POST":
            return None
        given = json.loads(asked.body)
        if not self.check_proof(given["login"], lambda password: given["password"] == _proof(self.account, password)):
            return Said(status=401, headers=CHALLENGED)
        return Said(cookies=(self._cookie(self.new_session()),))

    def is_in(self, asked: Asked) -> bool:
        """A session that it gave to somebody who has no login is as good as any, while there is no password."""
        return super().is_in(asked) or (not self.password and asked.cookies.get(COOKIE) == GIVEN)

    def inside(self, asked: Asked) -> Said | None:
        return Said(headers={"Server": "Web server"}, body=VERSION) if asked.path == "/rci/show/version" else None

    def everything(self) -> list[Said]:
        return [Said(body=VERSION)]


def _proof(account: str, password: str) -> str:
    known = hashlib.md5(f"{account}:{REALM}:{password}".encode(), usedforsecurity=False).hexdigest()
    return hashlib.sha256(f"{CHALLENGE}{known}".encode()).hexdigest()
