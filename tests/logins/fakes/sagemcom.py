"""F@st 3896 and its like: json-req as python-sagemcom-api speaks with it, and what it says to a question without content."""

import hashlib
import json

from netguard.model.observation import Fact
from tests.logins.server import Asked, Mood, Router, Said

EMPTY = (
    '<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title>400 - Bad Request</title>'
    "</head><body><h1>400 - Bad Request</h1><p>Request need a non empty 'req' part</p></body></html>"
)
PAGE = "<html><head><title>Home Box</title></head><body><div id='login'></div></body></html>"


def digest(text: str) -> str:
    return hashlib.sha512(text.encode()).hexdigest()


class Fake(Router):
    FACTORY = ("admin", "admin")
    LOCKS_AFTER = 5
    MOODS = frozenset(Mood) - {Mood.LOCKS, Mood.NONE}
    FACTS = (Fact(kind="upnp.manufacturer", value="Sagemcom"),)

    def page(self, asked: Asked) -> Said:
        if asked.path == "/cgi/json-req":
            return Said(status=400, body=EMPTY)
        return Said(body=PAGE) if asked.path == "/" else Said(status=404, body="404 - Not Found")

    def log_in(self, asked: Asked) -> Said | None:
        sent = asked.form.get("req") if asked.path == "/cgi/json-req" else None
        if not sent:
            return None
        request = json.loads(sent)["request"]
        action = request["actions"][0]
        if action["method"] != "logIn":
            return self._reply("XMO_INVALID_SESSION_ERR")

        def proves(password: str) -> bool:
            credential = digest(f"{action['parameters']['user']}::{digest(password)}")
            return request["auth-key"] == digest(f"{credential}:{request['id']}:{request['cnonce']}:JSON:/cgi/json-req")

        right = self.check_proof(action["parameters"]["user"], proves)
        if right:
            self.new_session()
        return self._reply("XMO_REQUEST_NO_ERR" if right else "XMO_REQUEST_ACTION_ERR")

    def lock_says(self) -> Said:
        return self._reply("XMO_LOGIN_RETRY_ERR")

    def _reply(self, error: str) -> Said:
        return Said(body=json.dumps({"reply": {"uid": 0, "id": 0, "error": {"description": error}, "actions": []}}))

    def inside(self, asked: Asked) -> Said | None:
        return None

    def everything(self) -> list[Said]:
        return [Said(body=EMPTY), self._reply("XMO_REQUEST_NO_ERR")]
