"""Home Assistant: has it an owner, and does it let in without a password? At most two requests, both only reading.

`GET /api/onboarding` tells which steps of the set-up are done, to anybody, until all are (homeassistant/components/
onboarding/views.py, `OnboardingStatusView`); 404 from then on. While the step `user` is open, whoever comes first
becomes the owner. `GET /auth/providers` lists the ways to log in that are offered to the address that asks
(homeassistant/components/auth/login_flow.py, `AuthProvidersView`): `trusted_networks` is among them only where this
address is trusted, and lets in whoever picks a name from a list. No login is begun, and `/api/` is not asked: its 401
counts as a wrong login there, shows its owner a warning, and may shut this computer out (components/http/ban.py).
"""

from collections.abc import Iterable, Iterator

from netguard.model.device import Device
from netguard.net.access import Net
from netguard.net.failures import NoAnswer
from netguard.probe import _api, _http
from netguard.probe._contract import Ask, Learnt, Target

NEEDS = frozenset({"ports", "banners", "tls", "http"})
PROVIDES = frozenset({"home-assistant"})

NAME = "Home Assistant"
PROFILE = "home-assistant"
USUAL_PORT = 8123
ONBOARDING, PROVIDERS = "/api/onboarding", "/auth/providers"
NO_OWNER = "onboarding_required"
TRUSTED = "trusted_networks"


def wants(device: Device, ask: Ask) -> Iterable[Target]:
    """Where its page has its title, where it announces itself, and its usual port of what its record knows as it."""
    for service in _api.open_ports(device, ask):
        usual = device.profile == PROFILE and service.port == USUAL_PORT
        announced = _api.announces(ask, service, "_home-assistant._tcp")
        if usual or announced or _api.says(ask, service, "http.title", "Home Assistant"):
            yield _api.at(ask, service)


def probe(target: Target, net: Net) -> Iterator[Learnt]:
    """What it asks for. Raises `NoAnswer` where it answers none of the questions as Home Assistant does."""
    login = owned(_http.ask(target, net, ONBOARDING))
    if login is None:
        login = ways_in(_http.ask(target, net, PROVIDERS))
    if login is None:
        raise NoAnswer("it answered something else than Home Assistant does")
    yield from _api.told(target, NAME, login=login)


def owned(answer: _http.Answer) -> str | None:
    """`setup` where nobody is its owner yet; None where somebody is, or the answer does not say."""
    steps = _listed(answer)
    user = next((s for s in steps if isinstance(s, dict) and s.get("step") == "user"), None)
    return "setup" if user is not None and user.get("done") is False else None


def ways_in(answer: _http.Answer) -> str | None:
    """`required`, `none`, or `setup`, from the ways to log in that are offered here; None where the answer does not say."""
    if answer.status == 400 and NO_OWNER.encode() in answer.body:
        return "setup"
    types = {each.get("type") for each in _listed(answer, "providers") if isinstance(each, dict)}
    if TRUSTED in types:
        return "none"
    return "required" if any(isinstance(each, str) for each in types) else None


def _listed(answer: _http.Answer, within: str | None = None) -> list[object]:
    """The list that an answer is, or holds under `within`; empty for anything else."""
    if answer.status != 200:
        return []
    try:
        said = _api.decoded(answer.body)
    except NoAnswer:
        return []
    if within is not None and isinstance(said, dict):
        said = said.get(within)
    return said if isinstance(said, list) else []
