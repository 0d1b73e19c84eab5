"""A Home Assistant that nobody owns yet, and one that wants a login and has forgotten its set-up."""

from tests.unit.probe.fakes.nuki import answer
from tests.unit.probe.moods import Mood, speaks

NEW = b'[{"step":"user","done":false},{"step":"core_config","done":false},{"step":"integration","done":false}]'
PROVIDERS = (
    b'{"providers":[{"name":"Home Assistant Local","id":null,"type":"homeassistant"}],"preselect_remember_me":true}'
)
NOT_FOUND = answer(b"404: Not Found", status=b"404 Not Found", kind=b"text/plain")


def finished(said: bytes) -> bytes | None:
    """Once all steps are done, the view of the set-up is gone."""
    return answer(PROVIDERS) if said.startswith(b"GET /auth/providers HTTP") else NOT_FOUND


RIGHT = Mood(
    tcp=speaks(lambda said: answer(NEW) if said.startswith(b"GET /api/onboarding HTTP") else None),
    learns={"api.name": "Home Assistant", "api.login": "setup", "api.encrypted": False},
    service="http",
)
REFUSING = Mood(tcp=speaks(finished), learns={"api.name": "Home Assistant", "api.login": "required"}, service="http")
