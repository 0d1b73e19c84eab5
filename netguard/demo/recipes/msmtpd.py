"""SMTP: msmtp's small server, which greets and hands what it gets to a command; here, to nobody."""

from netguard.demo.recipes._contract import Daemon, Place, Recipe


def recipe(place: Place) -> Recipe:
    """A mail server that sends nothing anywhere."""
    port = place.port(25)
    return Recipe(
        argv=(place.executable, f"--interface={place.address}", f"--port={port}", "--command=/bin/false"),
        # It looks up who connects, and there is nobody to ask.
        files=(("/etc/nsswitch.conf", "hosts: files\n"),),
        private_etc=True,
        ready=(("tcp", port),),
    )


DAEMON = Daemon(packages=("msmtp-mta",), executable="msmtpd", recipe=recipe)
