"""CoAP: the example server of libcoap."""

from netguard.demo.recipes._contract import Daemon, Place, Recipe


def recipe(place: Place) -> Recipe:
    """A server that lists its resources at `/.well-known/core`."""
    port = place.port(5683)
    return Recipe(
        argv=(place.executable, "-A", place.address, "-p", str(port)),
        ready=(("udp", port),),
    )


DAEMON = Daemon(packages=("libcoap3-bin",), executable="coap-server-notls", recipe=recipe)
