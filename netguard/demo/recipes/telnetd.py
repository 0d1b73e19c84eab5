"""Telnet: GNU's telnetd, started for each connection by GNU's inetd."""

from pathlib import Path

from netguard.demo.recipes._contract import Daemon, Place, Recipe


def recipe(place: Place) -> Recipe:
    """A login prompt; with the option `login` = `none` a shell."""
    port = place.port(23)
    shell = " -E /bin/sh" if place.option("login") == "none" else ""
    config = f"{place.address}:{port} stream tcp nowait root {place.executable} telnetd -h{shell}\n"
    return Recipe(
        argv=(
            str(Path(place.executable).with_name("inetutils-inetd")),
            "-d",
            "-p",
            "/run/lab/pid",
            "/run/lab/inetd.conf",
        ),
        # It looks up who connects, and there is nobody to ask.
        files=(("/run/lab/inetd.conf", config), ("/etc/nsswitch.conf", "passwd: files\nhosts: files\n")),
        private_etc=True,
        ready=(("tcp", port),),
    )


DAEMON = Daemon(
    packages=("inetutils-telnetd", "inetutils-inetd"),
    executable="telnetd",
    parts=("usr/sbin/inetutils-inetd",),
    recipe=recipe,
)
