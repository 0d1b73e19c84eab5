"""A form, or JSON or XML in its stead: the request of the record with the login in its places, and a token if there is one."""

from netguard.model.login import Secret
from netguard.net.failures import NoAnswer
from netguard.probe._login._contract import Told, told
from netguard.probe._login.talk import Reply, Talk
from netguard.rules.logins import Attempts, Token

MAX_TOKEN = 512
"""Characters of a token; honest ones have up to about a hundred."""


def log_in(talk: Talk, attempts: Attempts, account: str, password: Secret) -> Told:
    """Read the token where the record says so, send the form, and say what the answer was like."""
    if attempts.request is None:
        raise NoAnswer("its record says no request to log in with")
    things = {"account": account, "password": password.reveal()}
    if attempts.token is not None:
        things["token"] = taken(attempts.token, talk.ask(attempts.token.request))
    return told(attempts, talk.log_in(attempts.request, things), attempts.request.reads)


def taken(token: Token, reply: Reply) -> str:
    """What stands between the two texts in the page. Raises `NoAnswer` where there is no such thing."""
    page = reply.heard.body.decode("utf-8", "replace")
    _, found, rest = page.partition(token.after)
    value, ended, _ = rest.partition(token.before)
    if not (found and ended and value) or len(value) > MAX_TOKEN or not (value.isprintable() and value.isascii()):
        raise NoAnswer("its login page has not the token that goes with a login")
    return value
