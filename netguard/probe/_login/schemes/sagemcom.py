"""Sagemcom's JSON requests (XMO): each carries an answer to a challenge, which only who knows the password can work out.

The answer is `H(H(account:nonce:H(password)):id:cnonce:JSON:path)` in hexadecimal letters: RFC 2617's digest with the
session's nonce (empty for the login itself), and with the id and the client's own number of the request. H is MD5 or SHA-512;
which of the two it is, and whether the password gets something added to it first, says the script of its own pages to
everybody, as janh/go-dsl and pgaskin/lua-sagemcom-openwrt read it there.
"""

import hashlib
import re
from collections.abc import Callable

import msgspec

from netguard.model.login import Secret
from netguard.net.failures import NoAnswer
from netguard.probe._login._contract import Told, told
from netguard.probe._login.answers import read
from netguard.probe._login.talk import Talk
from netguard.rules.logins import Attempts, Request

SCRIPTS = ("/gui/js/gui-core.js", "/2.0/gui/js/gui-core.js", "/0.1/gui/js/gui-core.js", "/js/gui-core.js")
"""Where the script lies: on Bell's Home Hubs, by iMicknl/ha-sagemcom-fast #98, on Telia's 5370e, and on Speedport Pro."""

SESSION = "reply.actions.0.callbacks.0.parameters"
"""Where the answer to a right login has the session's `id` and `nonce`."""

_OPTIONS = re.compile(r"\bgui\.opt\s*=\s*\{([^}]{0,4096})\}")
_SHA512 = re.compile(r"\bGUI_ACTIVATE_SHA512ENCODE_OPT[\"']?\s*:\s*(\w{0,16})")
_SALT = re.compile(r"\bGUI_PASSWORD_SALT[\"']?\s*:\s*(\"\"|''|null|undefined)?")
_ID = re.compile(r"[0-9A-Za-z]{1,32}")
_NONCE = re.compile(r"[ -~]{1,128}")

Hashed = Callable[[str], str]
"""A text's digest in hexadecimal letters."""


def log_in(talk: Talk, attempts: Attempts, account: str, password: Secret) -> Told:
    """Read which digest it wants, and send the login.

    The record's requests have their JSON in the field `req`. What goes with each of them stands in `notelogin`, `noteread`
    (the protected page) and `notequit`, the session in `notesession`; all are empty before.
    """
    if attempts.request is None or attempts.logout is None:
        raise NoAnswer("its record says no request to log in or out with")
    login = _challenge(attempts.request)
    later = {"noteread": _challenge(attempts.protected.request), "notequit": _challenge(attempts.logout)}
    hashed = _digest(_options(talk))
    known = hashed(password.reveal())
    talk.notes["notelogin"] = hashed(f"{hashed(f'{account}::{known}')}:{login}")
    reply = talk.log_in(attempts.request, {"account": account})
    said = told(attempts, reply, attempts.request.reads)
    if said is not Told.ACCEPTED:
        return said
    values = read(reply.heard, "json")
    session, nonce = values.get(f"{SESSION}.id", ""), values.get(f"{SESSION}.nonce", "")
    if not (_ID.fullmatch(session) and _NONCE.fullmatch(nonce)):
        return Told.UNCLEAR
    proven = hashed(f"{account}:{nonce}:{known}")
    talk.notes |= {"notesession": session, **{note: hashed(f"{proven}:{asked}") for note, asked in later.items()}}
    return said


def _options(talk: Talk) -> str:
    """The options of its pages, as their script has them. Raises `NoAnswer` where none of `SCRIPTS` has any."""
    for path in SCRIPTS:
        found = _OPTIONS.search(talk.ask(Request(path=path)).heard.body.decode("utf-8", "replace"))
        if found is not None:
            return found[1]
    raise NoAnswer("its pages do not say by which digest it wants its password")


def _digest(options: str) -> Hashed:
    """The digest that the options name, MD5 in those that know of one only. Raises `NoAnswer` for one that nobody knows.

    Also where something is added to the password: of these one is told to refuse everybody after three wrong logins, or four
    (iMicknl/ha-sagemcom-fast #203), which may leave too few to try.
    """
    salt, chosen = _SALT.search(options), _SHA512.search(options)
    if salt is not None and salt[1] is None:
        raise NoAnswer("it is one of those that add something to the password, and may lock after three wrong logins")
    if chosen is None or chosen[1] == "0":
        return lambda text: hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
    if chosen[1] == "1":
        return lambda text: hashlib.sha512(text.encode()).hexdigest()
    raise NoAnswer("it wants its password by a digest that netguard does not know")


def _challenge(request: Request) -> str:
    """What an answer to `request` is about: the id and the number that its JSON has. Raises `NoAnswer` where it has none."""
    try:
        sent = msgspec.json.decode(request.fields["req"])["request"]
        return f"{sent['id']}:{sent['cnonce']}:JSON:{request.path}"
    except (KeyError, TypeError, msgspec.MsgspecError):
        raise NoAnswer("its record has a request that cannot be answered for") from None
