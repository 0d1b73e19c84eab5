"""Telnet: busybox's telnetd, which most small devices have."""

from netguard.demo.recipes._contract import Daemon, Place, Recipe


def recipe(place: Place) -> Recipe:
    """A login prompt; with the option `login` = `none` a shell."""
    port = place.port(23)
    program = "/bin/sh" if place.option("login") == "none" else "/bin/login"
    return Recipe(
        # In the foreground (`-F`), where whoever started it can end it.
        argv=(place.executable, "telnetd", "-F", "-b", place.address, "-p", str(port), "-l", program),
        ready=(("tcp", port),),
    )


# Debian's other build of busybox has no telnetd.
DAEMON = Daemon(packages=("busybox-static",), executable="busybox", recipe=recipe)
