"""TP-Link's older pages: the login is a cookie, and the answer has a folder of one's own, in which every page is from then on.

How things stand is the first number of `httpAutErrorArray` in the login page: 0 somebody else is logged in, 1 it refuses
everybody for two hours, 2 wrong, 3 nobody has tried. The second is 1 where it wants the MD5 of the password.
"""

import base64
import hashlib
import re
from collections.abc import Mapping
from urllib.parse import quote

from netguard.model.login import Secret
from netguard.net.failures import NoAnswer
from netguard.probe._login._contract import TOO_MANY, Told
from netguard.probe._login.talk import Reply, Talk
from netguard.rules.logins import Attempts, Request

PAGE = Request(path="/")

COOKIE = "Authorization"

FRESH, HASHED = b"3", b"1"
"""What the login page says before anybody has tried, and where the password goes as its MD5."""

SAID: Mapping[bytes, Told] = {b"0": Told.BUSY, b"1": Told.LOCKED, b"2": Told.REFUSED}

KEPT_BY_ESCAPE = "@*+/"
"""What JavaScript's `escape`, by which the page writes its cookie, leaves as it is, besides letters, digits and `-._`."""

_STATE = re.compile(rb"httpAutErrorArray\s*=\s*new\s+Array\(\s*(\d{1,2})\s*,\s*(\d{1,2})")
_FOLDER = re.compile(rb"/([A-Z0-9]{16})/userRpm/Index\.htm")


def log_in(talk: Talk, attempts: Attempts, account: str, password: Secret) -> Told:
    """Read how things stand, and send the login only where nothing speaks against it.

    `notekey` is the folder, `notepath` the page of it that shows whether one is in; both are empty before. A cookie that was
    refused is not kept, since every request with it would count as one more wrong login.
    """
    if attempts.request is None:
        raise NoAnswer("its record says no request to log in with")
    page = talk.ask(PAGE)
    state = _STATE.search(page.heard.body)
    if state is None:
        raise NoAnswer("its login page does not say how things stand")
    if state[1] != FRESH:
        if SAID.get(state[1]) in {Told.BUSY, Told.LOCKED}:
            return SAID[state[1]]
        raise NoAnswer("its login page speaks of a login before any was tried")
    known = password.reveal()
    if state[2] == HASHED:
        known = hashlib.md5(known.encode(), usedforsecurity=False).hexdigest()
    packed = base64.b64encode(f"{account}:{known}".encode()).decode()
    talk.cookies[COOKIE] = quote(f"Basic {packed}", safe=KEPT_BY_ESCAPE)
    said = _said(talk.log_in(attempts.request), talk)
    if said is not Told.ACCEPTED:
        talk.cookies.pop(COOKIE, None)
    return said


def _said(reply: Reply, talk: Talk) -> Told:
    if reply.heard.status in TOO_MANY:
        return Told.LOCKED
    state, folder = _STATE.search(reply.heard.body), _FOLDER.search(reply.heard.body)
    if state is not None:
        return SAID.get(state[1], Told.UNCLEAR)
    if folder is None:
        return Told.UNCLEAR
    talk.notes["notekey"] = f"{folder[1].decode()}/"
    talk.notes["notepath"] = f"{folder[1].decode()}/userRpm/StatusRpm.htm"
    return Told.ACCEPTED
