"""Basic: account and password with every request (RFC 7617)."""

import base64

from netguard.model.login import Secret
from netguard.probe._login._contract import Told, told
from netguard.probe._login.talk import Talk
from netguard.rules.logins import Attempts

UNAUTHORIZED = 401


def log_in(talk: Talk, attempts: Attempts, account: str, password: Secret) -> Told:
    """Ask for the protected page with the login."""
    packed = base64.b64encode(f"{account}:{password.reveal()}".encode()).decode()
    talk.credentials = lambda method, path: f"Basic {packed}"  # noqa: ARG005 - the same for every path
    reply = talk.log_in(attempts.protected.request)
    said = told(attempts, reply, attempts.protected.request.reads)
    if said is not Told.UNCLEAR:
        return said
    if reply.heard.status != UNAUTHORIZED:
        return Told.ACCEPTED
    # A record that says how it refuses is believed: another 401 may be that of one that refuses everybody.
    return Told.REFUSED if attempts.refused is None else Told.UNCLEAR
