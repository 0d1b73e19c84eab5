"""The known mistakes, made in the rules that stand beside another firewall: packets notice those that these rules can have.

Only what has to notice a mistake is asked: that everything else goes on is in `test_rules.py`.
"""

from collections.abc import Iterator

import pytest

from netguard.prove.asking import ANSWER_SECONDS
from tests.lab.flows.houses import REBOUND, house
from tests.lab.flows.lab import Lab, opened, rendered
from tests.lab.flows.mistakes import NOT_OVERLAY, OVERLAY, Mistake
from tests.lab.test_rules_mistakes import QUIET, notices, reflecting

INSIDE = QUIET[:4]
"""Those for the hub. What the internet asks of the router and of trusted networks is the other firewall's to answer."""


@pytest.fixture(scope="module")
def files() -> dict[str, str]:
    """What a person gets."""
    return rendered("nftables-overlay", house().plan)


@pytest.fixture(scope="module")
def lab(files: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """The house with a router that filters nothing, its resolver filling the sets; one for all mistakes."""
    with opened(tmp_path_factory.mktemp("beside"), beside=True) as home:
        home.reset()
        home.resolver(config=files["dnsmasq.conf"] + files["dnsmasq-reservations.conf"])
        home.also(name="modem", source="hub", target="modem", address=REBOUND, port=443)
        home.also(name="laptop", source="hub", target="laptop", address=str(home.house.address("laptop", 4)), port=443)
        yield home


@pytest.mark.parametrize("trial", sorted({m.trial for m in OVERLAY} - {"lease6"}))
def test_the_rules_as_they_are_pass(lab: Lab, files: dict[str, str], trial: str) -> None:
    reflecting(lab, files, trial)
    assert notices(lab, trial, files["netguard.nft"], ANSWER_SECONDS, quiet=INSIDE) == set()


@pytest.mark.parametrize("mistake", OVERLAY, ids=lambda m: f"{m.number}: {m.what}")
def test_a_mistake_is_noticed(lab: Lab, files: dict[str, str], mistake: Mistake) -> None:
    text = mistake.change(files["netguard.nft"])
    assert text != files["netguard.nft"], "the mistake could not be made"
    reflecting(lab, files, mistake.trial)
    noticed = notices(lab, mistake.trial, text, only=mistake.noticed, quiet=INSIDE)
    assert noticed >= (mistake.noticed or {mistake.trial} - {"refused", "quiet"})
    assert noticed


def test_every_known_mistake_is_made_here_or_said_to_be_none_of_these_rules() -> None:
    assert {m.number for m in OVERLAY} | set(NOT_OVERLAY) == set(range(1, 18))
    assert not {m.number for m in OVERLAY} & set(NOT_OVERLAY)
