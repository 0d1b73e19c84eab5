"""MQTT: mosquitto."""

from netguard.demo.recipes._contract import Daemon, Place, Recipe


def recipe(place: Place) -> Recipe:
    """A broker that lets anybody in; with the option `login` = `required`, nobody without a name and a password."""
    anybody = "false" if place.option("login") == "required" else "true"
    port = place.port(1883)
    config = (
        f"listener {port} {place.address}\nallow_anonymous {anybody}\nuser root\npersistence false\nlog_dest stderr\n"
    )
    return Recipe(
        argv=(place.executable, "-c", "/run/lab/mosquitto.conf"),
        files=(("/run/lab/mosquitto.conf", config),),
        ready=(("tcp", port),),
    )


DAEMON = Daemon(packages=("mosquitto",), executable="mosquitto", recipe=recipe)
