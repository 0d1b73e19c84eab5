"""NTP: chrony, which here serves the time it has and sets no clock."""

from netguard.demo.recipes._contract import Daemon, Place, Recipe


def recipe(place: Place) -> Recipe:
    """A time server that trusts its own clock (stratum 10), and asks nobody; `-x` leaves the clock alone."""
    port = place.port(123)
    config = (
        f"local stratum 10\nallow\nport {port}\nbindaddress {place.address}\ncmdport 0\n"
        "bindcmdaddress /run/lab/chronyd.sock\npidfile /run/lab/chronyd.pid\n"
    )
    return Recipe(
        argv=(place.executable, "-d", "-x", "-u", "root", "-f", "/run/lab/chrony.conf"),
        files=(("/run/lab/chrony.conf", config),),
        ready=(("udp", port),),
    )


DAEMON = Daemon(packages=("chrony",), executable="chronyd", recipe=recipe)
