"""Multicast DNS: avahi."""

from xml.sax.saxutils import escape

from netguard.demo.homes import card_name
from netguard.demo.recipes._contract import Daemon, Place, Recipe


def recipe(place: Place) -> Recipe:
    """A multicast DNS responder with the device's announcements, a service group for each instance name."""
    device = place.device
    cards = ",".join((place.interface, *(card_name(number) for number in range(1, 1 + len(device.cards)))))
    config = f"""[server]
host-name={(device.hostname or device.name).partition(".")[0]}
use-ipv4={"no" if place.home.prefix is None else "yes"}
use-ipv6={"no" if place.home.address6(device) is None else "yes"}
allow-interfaces={cards}
enable-dbus=no
[publish]
publish-workstation=no
publish-hinfo=no
[reflector]
[rlimits]
"""
    groups: dict[str, str] = {}
    for one in device.announces:
        entries = "".join(map(_txt_record, one.txt))
        service = f"<service><type>{escape(one.type)}</type><port>{one.port}</port>{entries}</service>"
        groups[one.instance] = groups.get(one.instance, "") + service
    head = '<?xml version="1.0" standalone="no"?><!DOCTYPE service-group SYSTEM "avahi-service.dtd"><service-group>'
    files = tuple(
        (f"/etc/avahi/services/lab{number}.service", f"{head}<name>{escape(name)}</name>{services}</service-group>")
        for number, (name, services) in enumerate(groups.items())
    )
    return Recipe(
        argv=(place.executable, "--no-drop-root", "--no-chroot", "--no-rlimits", "-f", "/etc/avahi/avahi-daemon.conf"),
        files=(
            ("/etc/avahi/avahi-daemon.conf", config),
            *files,
            ("/etc/avahi/hosts", ""),
            # It wants a user of its own to own its folder, and a user namespace has only one to give.
            ("/etc/passwd", "root:x:0:0::/:/bin/false\navahi:x:0:0::/:/bin/false\n"),
            ("/etc/group", "root:x:0:\navahi:x:0:\n"),
        ),
        private_etc=True, ready=(("udp", 5353),),
        ready_log="successfully established" if groups else "startup complete",
    )  # fmt: skip


def _txt_record(entry: str) -> str:
    """A TXT entry as avahi reads it; what XML cannot hold goes as hexadecimal (avahi.service(5), value-format)."""
    key, equals, value = entry.partition("=")
    if equals and not value.isprintable():
        return f'<txt-record value-format="binary-hex">{escape(key)}={value.encode().hex()}</txt-record>'
    return f"<txt-record>{escape(entry)}</txt-record>"


DAEMON = Daemon(packages=("avahi-daemon",), executable="avahi-daemon", recipe=recipe, speaks_ipv6=True)
