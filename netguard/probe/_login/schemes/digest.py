"""Digest: a number that only who knows the password can give back changed (RFC 7616; RFC 2617 where it names no quality)."""

import hashlib
import re
import secrets
from collections.abc import Callable, Mapping

from netguard.model.login import Secret
from netguard.net.failures import NoAnswer
from netguard.probe._login._contract import Told, told
from netguard.probe._login.talk import Talk
from netguard.rules.logins import Attempts

UNAUTHORIZED = 401

_PART = re.compile(r'([a-z]+)\s*=\s*(?:"((?:[^"\\]|\\.){0,512})"|([^\s,"]{1,512}))', re.IGNORECASE)
"""A quoted value keeps its backslashes: as it stands it is hashed and given back (RFC 7616, 3.4.1, `unq`)."""

_HASHES: Mapping[str, Callable[[bytes], str]] = {
    "MD5": lambda data: hashlib.md5(data, usedforsecurity=False).hexdigest(),
    "SHA-256": lambda data: hashlib.sha256(data).hexdigest(),
}


def log_in(talk: Talk, attempts: Attempts, account: str, password: Secret) -> Told:
    """Ask for the protected page, answer its challenge, and do so for every page after it."""
    request = attempts.protected.request
    asked = talk.ask(request).heard
    challenge = parts(asked.headers.get("www-authenticate", ""))
    if asked.status != UNAUTHORIZED or "nonce" not in challenge:
        raise NoAnswer("it asks for no digest login")
    talk.credentials = _answers(challenge, account, password)
    reply = talk.log_in(request)
    said = told(attempts, reply, request.reads)
    if said is not Told.UNCLEAR:
        return said
    if reply.heard.status != UNAUTHORIZED:
        return Told.ACCEPTED
    # RFC 7616, 3.3: its number was too old, and whether the password was right it has not said.
    stale = parts(reply.heard.headers.get("www-authenticate", "")).get("stale", "")
    return Told.UNCLEAR if stale.lower() == "true" else Told.REFUSED


def parts(header: str) -> dict[str, str]:
    """The parts of a challenge by their names in small letters; none where it is no Digest challenge."""
    scheme, _, rest = header.strip().partition(" ")
    if scheme.lower() != "digest":
        return {}
    return {name.lower(): quoted or plain for name, quoted, plain in _PART.findall(rest[:4096])}


def _answers(challenge: Mapping[str, str], account: str, password: Secret) -> Callable[[str, str], str | None]:
    algorithm = challenge.get("algorithm", "MD5").upper()
    hashed = _HASHES.get(algorithm)
    if hashed is None:
        raise NoAnswer("its digest login uses an algorithm that netguard does not know")
    realm, nonce = challenge.get("realm", ""), challenge["nonce"]
    quality = "auth" if "auth" in re.split(r"[\s,]+", challenge.get("qop", "").lower()) else None
    if quality is None and challenge.get("qop"):
        # To answer without one would be a wrong login, whatever the password is.
        raise NoAnswer("its digest login asks for a quality that netguard does not know")
    count = 0

    def answer(method: str, path: str) -> str:
        nonlocal count
        count += 1
        own = secrets.token_hex(8)
        first = hashed(f"{account}:{realm}:{password.reveal()}".encode())
        second = hashed(f"{method}:{path}".encode())
        middle = f"{nonce}:{count:08x}:{own}:{quality}" if quality else nonce
        said = [
            f'username="{account}"',
            f'realm="{realm}"',
            f'nonce="{nonce}"',
            f'uri="{path}"',
            f'response="{hashed(f"{first}:{middle}:{second}".encode())}"',
        ]
        if "algorithm" in challenge:
            said.append(f"algorithm={algorithm}")
        if quality:
            said += [f"qop={quality}", f"nc={count:08x}", f'cnonce="{own}"']
        if "opaque" in challenge:
            said.append(f'opaque="{challenge["opaque"]}"')
        return "Digest " + ", ".join(said)

    return answer
