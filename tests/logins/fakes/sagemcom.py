"""F@st 3896 and its like: json-req as python-sagemcom-api and go-dsl speak with it, and what it says to an empty question.

A request of a session whose answer is not right for its id, its number and the session's own one counts as one wrong login,
which is the worst that it can do; so does one whose id is not the next.
"""

import hashlib
import json

from netguard.model.observation import Fact
from tests.logins.server import Asked, Mood, Router, Said

EMPTY = (
    '<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title>400 - Bad Request</title>'
    "</head><body><h1>400 - Bad Request</h1><p>Request need a non empty 'req' part</p></body></html>"
)
PAGE = "<html><head><title>Home Box</title></head><body><div id='login'></div></body></html>"
MODEL = "Device/DeviceInfo/ModelName"
BUSY = "XMO_MAX_SESSION_COUNT_ERR"


class Fake(Router):
    FACTORY = ("admin", "admin")
    LOCKS_AFTER = 4
    MOODS = frozenset(Mood) - {Mood.LOCKS, Mood.NONE}
    FACTS = (Fact(kind="upnp.manufacturer", value="Sagemcom"),)
    DIGEST = "sha512"
    SALT: str | None = ""
    """What it adds to the password; older ones know nothing of that."""
    SCRIPT = "/2.0/gui/js/gui-core.js"
    TAKEN = False
    """Whether somebody else has its only session."""
    next_id = 0

    def page(self, asked: Asked) -> Said:
        if asked.path == "/cgi/json-req":
            if asked.form.get("req"):
                return self._reply("XMO_INVALID_SESSION_ERR")
            return Said(status=400, body=EMPTY)
        if asked.path == self.SCRIPT:
            return Said(headers={"Content-Type": "application/javascript"}, body=self._script())
        return Said(body=PAGE) if asked.path == "/" else Said(status=404, body="404 - Not Found")

    def _script(self) -> str:
        salt = "" if self.SALT is None else f'    GUI_PASSWORD_SALT: "{self.SALT}",\n'
        return (
            "jQuery.gui = {};\njQuery.gui.api = {};\njQuery.gui.opt = {\n"
            '    GUI_VERSION_OPT: "2.0",\n    GUI_DEFAULT_DATAMODEL_OPT: "gtw",\n    GUI_SAVE_LOGIN_OPT: true,\n'
            f"{salt}    GUI_ACTIVATE_SHA512ENCODE_OPT: {int(self.DIGEST == 'sha512')}\n}};\n"
            "jQuery.gui.start = function () { return {}; };\n"
        )

    def hashed(self, text: str) -> str:
        return hashlib.new(self.DIGEST, text.encode()).hexdigest()

    def _proves(self, request: dict, account: str, nonce: str, password: str) -> bool:
        known = self.hashed(f"{password}:{self.SALT}" if self.SALT else password)
        first = self.hashed(f"{account}:{nonce}:{known}")
        answer = self.hashed(f"{first}:{request['id']}:{request['cnonce']}:JSON:/cgi/json-req")
        return request["id"] == self.next_id and request["auth-key"] == answer

    def log_in(self, asked: Asked) -> Said | None:
        sent = asked.form.get("req") if asked.path == "/cgi/json-req" else None
        if not sent:
            return None
        request = json.loads(sent)["request"]
        action = request["actions"][0]
        if action["method"] != "logIn":
            return None
        assert (request["session-id"], action["parameters"]["session-options"]["language"]) == (0, "ident")
        self.next_id = 0
        if self.TAKEN:
            return self._acted(BUSY)
        account = action["parameters"]["user"]
        if not self.check_proof(account, lambda password: self._proves(request, account, "", password)):
            return self._acted("XMO_AUTHENTICATION_ERR")
        self.next_id = 1
        return self._acted("XMO_NO_ERR", xpath="Device", parameters={"id": 4711, "nonce": self.new_session()})

    def is_in(self, asked: Asked) -> bool:
        request = json.loads(asked.form.get("req") or '{"request": {"session-id": ""}}')["request"]
        if not self.sessions or str(request["session-id"]) != "4711":
            return False
        (nonce,) = self.sessions
        right = self.check_proof(self.account, lambda password: self._proves(request, self.account, nonce, password))
        self.next_id += 1
        return right

    def inside(self, asked: Asked) -> Said | None:
        if asked.path != "/cgi/json-req" or not asked.form.get("req"):
            return None
        action = json.loads(asked.form["req"])["request"]["actions"][0]
        if action["method"] == "logOut":
            self.sessions.clear()
            return self._acted("XMO_NO_ERR")
        if action["method"] == "getValue" and action["xpath"] == MODEL:
            return self._acted("XMO_NO_ERR", xpath=MODEL, parameters={"value": "FAST3896"})
        return self._acted("XMO_UNKNOWN_PATH_ERR")

    def lock_says(self) -> Said:
        return self._acted("XMO_LOGIN_RETRY_ERR")

    def _acted(self, error: str, xpath: str = "Device", parameters: dict | None = None) -> Said:
        said = {"description": error}
        action = {"uid": 1, "id": 0, "error": said}
        action["callbacks"] = [{"uid": 1, "result": said, "xpath": xpath, "parameters": parameters or {}}]
        return self._reply("XMO_REQUEST_NO_ERR" if error == "XMO_NO_ERR" else "XMO_REQUEST_ACTION_ERR", action)

    def _reply(self, error: str, *actions: object) -> Said:
        reply = {"uid": 0, "id": 0, "error": {"description": error}, "actions": actions, "events": []}
        return Said(body=json.dumps({"reply": reply}).replace("/", "\\/"))

    def everything(self) -> list[Said]:
        shown = self._acted("XMO_NO_ERR", xpath=MODEL, parameters={"value": "FAST3896", "id": 4711, "nonce": "ab12"})
        return [Said(body=EMPTY), Said(body=self._script()), shown]
