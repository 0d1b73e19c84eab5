"""SMTP: msmtp's small server, which greets and hands what it gets to a command; here, to nobody."""

from netguard.demo.recipes._contract import Daemon, Place, Recipe


def recipe(place: Place) -> Recipe:
    """A mail server that sends nothing anywhere."""
    port = place.port(25)
    return Recipe(
        argv=(place.executable, f"--interface={place.address}", f"--port={port}", "--command=/bin/false"),
        ready=(("tcp", port),),
    )


DAEMON = Daemon(packages=("msmtp-mta",), executable="msmtpd", recipe=recipe)
