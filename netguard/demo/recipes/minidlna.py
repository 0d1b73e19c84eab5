"""A media server: minidlna."""

from netguard.demo.recipes._contract import Daemon, Place, Recipe


def recipe(place: Place) -> Recipe:
    """A media server without media."""
    upnp = place.device.upnp
    config = f"""
network_interface={place.interface}
port={upnp.port if upnp else 8200}
media_dir=/run/lab/media
db_dir=/run/lab/db
log_dir=/run/lab/log
friendly_name={upnp.friendly_name if upnp else place.device.name}
uuid={upnp.udn if upnp else ""}
serial=00000000
inotify=no
notify_interval=300
"""
    return Recipe(
        argv=(place.executable, "-S", "-f", "/run/lab/minidlna.conf", "-P", "/run/lab/minidlna.pid"),
        files=(
            ("/run/lab/minidlna.conf", config), ("/run/lab/media/.keep", ""), ("/run/lab/db/.keep", ""),
            ("/run/lab/log/.keep", ""),
        ),
        ready=(("tcp", upnp.port if upnp else 8200), ("udp", 1900)),
    )  # fmt: skip


DAEMON = Daemon(packages=("minidlna",), executable="minidlnad", recipe=recipe)
