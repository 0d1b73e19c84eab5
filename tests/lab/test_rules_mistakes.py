"""Every known mistake, made in netguard's own rules, is noticed by packets; and the rules as they are pass all trials."""

import sys
from collections.abc import Collection, Iterator

import pytest

from netguard.prove.asking import ANSWER_SECONDS
from tests.lab.flows.houses import REBOUND, house
from tests.lab.flows.lab import Lab, need, opened, rendered
from tests.lab.flows.mistakes import ELSEWHERE, MISTAKES, Mistake

SHORT = 0.4
"""Seconds to wait for what never comes. A slow answer of what should come is asked for again."""


@pytest.fixture(scope="module")
def files() -> dict[str, str]:
    """What a person gets."""
    return rendered("nftables", house().plan)


@pytest.fixture(scope="module")
def lab(files: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """The house, its router's resolver filling the sets; one for all mistakes."""
    with opened(tmp_path_factory.mktemp("mistakes")) as home:
        home.reset()
        home.resolver(config=files["dnsmasq.conf"] + files["dnsmasq-reservations.conf"])
        home.also(name="modem", source="hub", target="modem", address=REBOUND, port=443)
        home.also(name="laptop", source="hub", target="laptop", address=str(home.house.address("laptop", 4)), port=443)
        yield home


QUIET = tuple(f"F{number}" for number in range(20, 26))
"""What the internet asks, and has to hear nothing of."""


def notices(
    lab: Lab,
    trial: str,
    text: str,
    patience: float = SHORT,
    *,
    only: Collection[str] = (),
    quiet: Collection[str] = QUIET,
) -> set[str]:
    """What of a trial does not come out as it should; of the flows, `only` some."""
    lab.reset()
    assert lab.nft(text=text) == ""
    if trial in {"modem", "laptop"}:
        address = str(lab.house.address(trial, 4))
        lab.lie(address=address)
        try:
            lab.resolve()
            assert f"elements = {{ {address} }}" in lab.listing(), "the resolver did not learn the lie"
            return {trial for heard in lab.ask(flows=[trial], patience=SHORT).values() if heard == "open"}
        finally:
            lab.lie(address="")
    if trial == "flows":
        lab.resolve()
        return lab.wrong(lab.matrix(only or lab.the_46, patience))
    if trial == "twice":
        once = lab.listing()
        lab.nft(text=text)
        return {trial} if lab.listing() != once else set()
    if trial == "refused":
        # By UDP: a refusal of TCP is lost where it comes before the question was sent.
        return {
            name for name, heard in lab.ask(flows=["F05", "F12", "F36"], patience=SHORT).items() if heard != "refused"
        }
    if trial == "quiet":
        heard = lab.ask(flows=sorted(quiet), patience=1.5)
        return {name for name, what in heard.items() if what != "silent"}
    if trial == "router":
        asking = f"import socket; socket.create_connection(({str(lab.house.address('hub', 4))!r}, {lab.house.app}), {patience})"
        code, _ = lab.run(argv=[sys.executable, "-c", asking])
        return {trial} if code else set()
    if trial == "found":
        return set() if lab.found() else {trial}
    wanted = [str(a) for a in lab.house.host("hub").addresses]
    lease = lab.lease()
    return {name for name, got, want in zip(("lease4", "lease6"), lease, wanted, strict=True) if got != want}


def reflecting(lab: Lab, files: dict[str, str], trial: str) -> None:
    """Has the reflector run where the trial needs it."""
    if trial == "found" and not lab.runs(name="reflector"):
        need("avahi-daemon")
        lab.reflector(config=files["avahi-daemon.conf"])


@pytest.mark.parametrize(
    "trial", ["flows", "twice", "refused", "quiet", "found", "lease4", "modem", "laptop"]
)  # fmt: skip
def test_the_rules_as_they_are_pass(lab: Lab, files: dict[str, str], trial: str) -> None:
    reflecting(lab, files, trial)
    assert notices(lab, trial, files["netguard.nft"], ANSWER_SECONDS) == set()


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda m: f"{m.number}: {m.what}")
def test_a_mistake_is_noticed(lab: Lab, files: dict[str, str], mistake: Mistake) -> None:
    text = mistake.change(files["netguard.nft"])
    assert text != files["netguard.nft"], "the mistake could not be made"
    reflecting(lab, files, mistake.trial)
    noticed = notices(lab, mistake.trial, text)
    assert noticed >= (mistake.noticed or {mistake.trial} - {"refused", "quiet"})
    assert noticed


def test_every_known_mistake_is_made_here_or_said_to_be_tried_elsewhere() -> None:
    assert {m.number for m in MISTAKES} | set(ELSEWHERE) == set(range(1, 18))
    assert not {m.number for m in MISTAKES} & set(ELSEWHERE)
