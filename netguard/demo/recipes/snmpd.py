"""SNMP: net-snmp's snmpd."""

from netguard.demo.recipes._contract import Daemon, Place, Recipe


def recipe(place: Place) -> Recipe:
    """An agent that describes itself with the option `sysdescr`, read only, to the community `public` or the option `community`."""
    config = (
        f"agentaddress udp:{place.address}:{place.port(161)}\nrocommunity {place.option('community', 'public')}\n"
        f"sysdescr {place.option('sysdescr', place.device.what)}\nsyslocation -\nsyscontact -\n"
    )
    return Recipe(
        argv=(
            place.executable,
            "-f",
            "-Lo",
            "-I",
            "-smux",
            "-C",
            "-c",
            "/run/lab/snmpd.conf",
            "-p",
            "/run/lab/snmpd.pid",
        ),
        files=(("/run/lab/snmpd.conf", config), ("/run/lab/var/.keep", "")),
        environment=(("MIBS", ""), ("SNMP_PERSISTENT_DIR", "/run/lab/var"), ("SNMPCONFPATH", "/run/lab")),
        ready=(("udp", place.port(161)),),
    )


DAEMON = Daemon(packages=("snmpd",), executable="snmpd", recipe=recipe)
