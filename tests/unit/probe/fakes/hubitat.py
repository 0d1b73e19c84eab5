"""A Hubitat hub with its login off, and one that sends strangers to the login."""

from tests.unit.probe.fakes.nuki import answer
from tests.unit.probe.moods import Mood, speaks

HUB = (
    b'{"hubId":"811e21ba","version":"2.5.0.143","model":"C-8","name":"Hall","safeMode":false,'
    b'"alerts":{"platformUpdateAvailable":true,"platformUpdateVersion":"2.5.0.153","databaseSize":15}}'
)

RIGHT = Mood(
    tcp=speaks(lambda said: answer(HUB) if said.startswith(b"GET /hub2/hubData HTTP") else None),
    learns={
        "api.name": "Hubitat web interface",
        "api.login": "none",
        "host.model": "C-8",
        "firmware.version": "2.5.0.143",
        "host.serial": "811e21ba",
    },
    service="http",
)
REFUSING = Mood(
    tcp=speaks(lambda _: answer(b"", status=b"302 Found", more=b"Location: http://192.0.2.9/login?next=%2F\r\n")),
    learns={"api.login": "required"},
    not_learns=("host.model",),
    service="http",
)
