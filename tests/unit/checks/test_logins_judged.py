"""Families' fakes, looked at and tried as a scan does it: the checks say what was seen, and nothing more."""

from dataclasses import replace

import pytest

from netguard.checks import admin_from_iot, default_login, login_cleartext, no_login
from netguard.model.vocabulary import Role, Status
from netguard.probe._login import trying
from tests import builders
from tests.logins import trial
from tests.logins.server import Mood
from tests.logins.trial import Verdict
from tests.servers import network
from tests.unit.checks.guarding import router
from tests.unit.checks.judging import RULES, judged

__all__ = ["network"]

STATES = (Mood.FACTORY, Mood.CHANGED, Mood.NONE)
ALL = [(family, mood) for family in trial.families() for mood in trial.moods(family) if mood in STATES]
WRONG = {
    Verdict.FACTORY: (Status.FAIL, {Status.PASS, Status.NOT_APPLICABLE}),
    Verdict.NONE: (Status.NOT_APPLICABLE, {Status.FAIL}),
    Verdict.FINE: (Status.PASS, {Status.PASS}),
}
"""By what was seen: what default-login has to say, and what no-login may."""


@pytest.mark.parametrize(("family", "mood"), ALL, ids=str)
def test_what_was_seen_is_what_is_said(network, monkeypatch, family, mood):
    monkeypatch.setattr(trying, "PAUSE", 0.0)
    with trial.fake(family)(mood) as fake:
        seen = trial.run(family, fake, network.net("test"), RULES)
        port = fake.port
    device = router(builders.service(port, at="192.0.2.1", name="http"))
    facts = [
        replace(builders.observation(n, f.kind, f.value, of=device, port=f.port)) for n, f in enumerate(seen.facts, 1)
    ]

    def said(check, *more):
        (finding,) = [f for f in judged(check.judge, device, *more, observations=facts) if f.target == device.key]
        return finding

    default, none = said(default_login), said(no_login)
    if seen.verdict is Verdict.NOTHING:
        assert {default.status, none.status} <= {Status.UNKNOWN, Status.NOT_APPLICABLE}
    elif seen.verdict is Verdict.ASKS:
        assert default.status is (Status.UNKNOWN if RULES.logins[family].derived else Status.NOT_APPLICABLE), (
            default.title
        )
        assert none.status is Status.PASS
    else:
        right, allowed = WRONG[seen.verdict]
        assert default.status is right, default.title
        assert none.status in allowed, none.title
    if seen.value("login.family") == family:
        assert said(login_cleartext).status is Status.FAIL
        assert said(admin_from_iot, builders.device(20, Role.LOCK)).status is Status.FAIL
