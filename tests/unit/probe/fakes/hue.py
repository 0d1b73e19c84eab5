"""Something that plays a Hue Bridge and shows its users to everybody, and a bridge that waits for its button."""

from tests.unit.probe.fakes.nuki import answer
from tests.unit.probe.moods import Mood, speaks

CONFIG = (
    b'{"name":"Hue Bridge","datastoreversion":"172","swversion":"1968096020","apiversion":"1.68.0",'
    b'"mac":"00:17:88:2d:30:81","bridgeid":"001788FFFE2D3081","factorynew":false,"replacesbridgeid":null,'
    b'"modelid":"BSB002","starterkitid":""}'
)
FULL = CONFIG[:-1] + b',"whitelist":{"83b7780291a6ceffbe0bd049104df":{"name":"app#phone"}}}'
KNOWN = {"api.name": "Hue API", "host.model": "BSB002", "firmware.version": "1968096020", "host.serial": ...}

RIGHT = Mood(
    tcp=speaks(lambda said: answer(FULL) if said.startswith(b"GET /api/config HTTP") else None),
    learns=KNOWN | {"api.login": "none"},
    service="http",
)
REFUSING = Mood(tcp=speaks(lambda _: answer(CONFIG)), learns=KNOWN | {"api.login": "button", "api.encrypted": False})
