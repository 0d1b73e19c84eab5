"""D-Link's older pages: a form that may ask for letters out of a picture, and a login that goes by the computer's address.

Who is in is known by the address, so somebody who is logged in on this very computer looks like a router that asks nobody.
"""

import re

from netguard.model.login import Secret
from netguard.net.failures import NoAnswer
from netguard.probe._login._contract import Told, told
from netguard.probe._login.answers import fits
from netguard.probe._login.talk import Talk
from netguard.rules.logins import Attempts

PAGE = "tools_admin.php"
"""The page of the administrator's password: nothing on it is secret, it shows stars in the password's place."""

_PICTURE = re.compile(rb"if\s*\(\s*(\d?)\s*\)\s*\{\s*get_obj\('div_vercode_submit'\)")
"""Where the login page shows its picture: `if(1)` with one, `if(0)` without."""


def log_in(talk: Talk, attempts: Attempts, account: str, password: Secret) -> Told:
    """See that nobody is in and that no picture is asked for, and send the login.

    `notepage` is the protected page; it is empty before, so that the page without a login is the login page also where
    somebody is in. A right password without the letters of the picture is refused like a wrong one, and means nothing.
    """
    if attempts.request is None:
        raise NoAnswer("its record says no request to log in with")
    talk.notes["notepage"] = PAGE
    protected = attempts.protected.request
    page = talk.ask(protected).heard
    if fits(attempts.protected.opens, page, protected.reads):
        return Told.BUSY
    picture = _PICTURE.search(page.body)
    if picture is None:
        raise NoAnswer("its login page does not say whether it asks for letters out of a picture")
    if picture[1] != b"0":
        raise NoAnswer("its login asks for letters out of a picture")
    return told(attempts, talk.log_in(attempts.request, {"account": account, "password": password.reveal()}))
