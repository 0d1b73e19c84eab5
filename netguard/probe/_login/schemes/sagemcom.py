"""Sagemcom's JSON requests (XMO): each carries an answer to a challenge, which only who knows the password can work out.

The answer is `H(H(account:nonce:H(password)):id:cnonce:JSON:path)` in hexadecimal letters: RFC 2617's digest with the
session's nonce (empty for the login itself), and with the id and the client's own number of the request. H is MD5 or SHA-512;
which of the two it is, and whether the password gets something added to it first, says the script of its own pages to
everybody, as janh/go-dsl and pgaskin/lua-sagemcom-openwrt read it there.
"""

import hashlib
import re
import secrets
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from netguard.model.login import Secret
from netguard.net import limits
from netguard.net.failures import NoAnswer
from netguard.probe._login._contract import Told, told
from netguard.probe._login.answers import read
from netguard.probe._login.talk import Talk
from netguard.rules.logins import Attempts, Request

SCRIPTS = ("/gui/js/gui-core.js", "/2.0/gui/js/gui-core.js", "/0.1/gui/js/gui-core.js")
"""Where the script lies: on Bell's Home Hubs, by iMicknl/ha-sagemcom-fast #98, and on Telia's 5370e. Speedport Pro has it
elsewhere, and is left out: each of those has a password of its own."""

MOST_SCRIPT = limits.READ_BYTES - 8192
"""Bytes of a script; its headers fit into what is left. A longer one is not seen to its end, and not believed."""

VALUE = "Device/DeviceInfo/ModelName"
"""What is read to see that one is in; a record's `opens` waits for it."""

SESSION = "reply.actions.0.callbacks.0.parameters"
"""Where the answer to a right login has the session's `id` and `nonce`."""

OPTIONS: Mapping[str, Any] = {
    "nss": [{"name": "gtw", "uri": "http://sagemcom.com/gateway-data"}],
    "language": "ident",
    "context-flags": {"get-content-name": True, "local-time": True},
    "capability-depth": 2,
    "capability-flags": {"name": True, "default-value": False, "restriction": True, "description": False},
    "time-format": "ISO_8601",
}
"""What a session is to be like, as all its clients ask for it."""

FOUND = 200
"""RFC 9110, 15.3.1."""

OWN_NUMBERS = 500_000
"""A client's own numbers are below this one (iMicknl/python-sagemcom-api)."""

DIGEST, SALT = "GUI_ACTIVATE_SHA512ENCODE_OPT", "GUI_PASSWORD_SALT"
NOTHING_ADDED = frozenset({'""', "''", "null", "undefined"})

_OPTION = re.compile(rf"[{{,]\s*[\"']?({DIGEST}|{SALT})[\"']?\s*:\s*([^,;}}]{{0,64}})")
"""Where an object has one of the two options, `{NAME: 1, ...}`."""

_CHANGE = re.compile(rf"(?:{DIGEST}|{SALT})[\"'\]\s+|&?]{{0,16}}=(?!=)")
"""Where one of them is given another value: `gui.opt.NAME = 1`, `+=`, `||=`."""

_ID = re.compile(r"[0-9A-Za-z]{1,32}")
_NONCE = re.compile(r"[ -~]{1,128}")

Hashed = Callable[[str], str]
"""A text's digest in hexadecimal letters."""


def log_in(talk: Talk, attempts: Attempts, account: str, password: Secret) -> Told:
    """Read which digest it wants, and send the login.

    `notelogin`, `noteread` (for the protected page) and `notequit` are the JSON of the requests to log in, to read `VALUE` and
    to log out. All are empty before, which asks for nothing, and counts for nothing.
    """
    if attempts.request is None or attempts.logout is None:
        raise NoAnswer("its record says no request to log in or out with")
    hashed = _digest(talk)
    known = hashed(password.reveal())
    proven = hashed(f"{account}::{known}")
    action: dict[str, Any] = {
        "method": "logIn",
        "parameters": {"user": account, "persistent": "true", "session-options": OPTIONS},
    }
    talk.notes["notelogin"] = _request(attempts.request, 0, action, "0", proven, hashed)
    reply = talk.log_in(attempts.request)
    said = told(attempts, reply, attempts.request.reads)
    if said is not Told.ACCEPTED:
        return said
    values = read(reply.heard, "json")
    session, nonce = values.get(f"{SESSION}.id", ""), values.get(f"{SESSION}.nonce", "")
    if not (_ID.fullmatch(session) and _NONCE.fullmatch(nonce)):
        return Told.UNCLEAR
    proven = hashed(f"{account}:{nonce}:{known}")
    reads = {"method": "getValue", "xpath": VALUE, "options": {}}
    talk.notes["noteread"] = _request(attempts.protected.request, 1, reads, session, proven, hashed)
    talk.notes["notequit"] = _request(attempts.logout, 2, {"method": "logOut"}, session, proven, hashed)
    return said


def _request(
    request: Request, number: int, action: Mapping[str, Any], session: str, proven: str, hashed: Hashed
) -> str:
    """The JSON of the session's request with this number, and the answer that goes with it."""
    own = secrets.randbelow(OWN_NUMBERS)
    asked = {
        "id": number,
        "session-id": int(session) if session.isdecimal() else session,
        "priority": number == 0,
        "actions": [{"id": 0, **action}],
        "cnonce": own,
        "auth-key": hashed(f"{proven}:{number}:{own}:JSON:{request.path}"),
    }
    return msgspec.json.encode({"request": asked}).decode()


def _digest(talk: Talk) -> Hashed:
    """The digest that the script of its pages names. Raises `NoAnswer` where no login could be right, or one too many wrong.

    One that names none may be of those that have a way of their own (python-sagemcom-api's MD5_NONCE). One that adds something
    to the password was locked by what a client tries at once, four logins (iMicknl/ha-sagemcom-fast #203): that may be three.
    """
    script = _script(talk)
    found = [(name, value.strip()) for name, value in _OPTION.findall(script)]
    options = dict(found)
    if DIGEST not in options or len(options) != len(found) or _CHANGE.search(script):
        raise NoAnswer("its pages do not say plainly by which digest it wants its password")
    # One that only asks for it may have it from elsewhere.
    if SALT in script and options.get(SALT) not in NOTHING_ADDED:
        raise NoAnswer(
            "it may be one of those that add something to the password, and lock after very few wrong logins"
        )
    if options[DIGEST] == "0":
        return lambda text: hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
    if options[DIGEST] == "1":
        return lambda text: hashlib.sha512(text.encode()).hexdigest()
    raise NoAnswer("it wants its password by a digest that netguard does not know")


def _script(talk: Talk) -> str:
    """The first of `SCRIPTS` that speaks of the two options, where it was read to its end; else nothing."""
    for path in SCRIPTS:
        try:
            heard = talk.ask(Request(path=path), most=MOST_SCRIPT).heard
        except NoAnswer:
            continue
        script = heard.body.decode("utf-8", "replace")
        if heard.status == FOUND and (DIGEST in script or SALT in script):
            return script if heard.whole else ""
    return ""
