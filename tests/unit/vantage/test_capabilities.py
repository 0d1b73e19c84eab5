"""What `netguard doctor` says of each ability."""

import pytest

from netguard.vantage._capabilities import CAPABILITIES, WIFI_SCAN, WORDS


@pytest.mark.parametrize("system", ["linux", "macos", "windows"])
@pytest.mark.parametrize("capability", CAPABILITIES, ids=lambda c: c.word)
def test_every_ability_has_advice_on_every_system(capability, system):
    advice = capability.advice(system)
    assert advice[0].isupper()
    assert capability.what_for
    assert capability.without


@pytest.mark.parametrize(
    ("system", "permission"),
    [
        ("linux", ("NetworkManager", "group netdev", "without sudo")),
        ("macos", ("Location Services", "signature", "python.org")),
        ("windows", ("24H2", "location permission", "Let desktop apps access your location")),
    ],
)
def test_the_permission_that_wifi_needs_is_named(system, permission):
    advice = WORDS[WIFI_SCAN].advice(system)
    assert all(words in advice for words in permission)
