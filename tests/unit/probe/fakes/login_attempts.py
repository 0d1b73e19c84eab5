"""An OpenWrt router that takes root without a password, and one whose owner has given it one."""

from contextlib import contextmanager

from netguard.probe._contract import Target
from netguard.probe._login import trying
from netguard.probe.login_attempts import Login
from tests.logins import server, trial
from tests.logins.fakes.openwrt import Fake
from tests.servers import LOOPBACK
from tests.unit.probe.conftest import rules
from tests.unit.probe.moods import Mood

PAUSE = trying.PAUSE


def target(port: int) -> Target:
    return Login(
        address=LOOPBACK, port=port, family=rules().logins["openwrt"], macs=(trial.MAC,), ledger=trial.Counted(),
    )  # fmt: skip


@contextmanager
def around(net):
    """Without the seconds between two logins, which are for the router's sake."""
    trying.PAUSE = 0.0
    try:
        yield
    finally:
        trying.PAUSE = PAUSE


RIGHT = Mood(
    tcp=Fake(server.Mood.FACTORY, listens=False).serve,
    learns={"login.tried": "accepted", "login.account": "root", "login.empty": True},
)
REFUSING = Mood(
    tcp=Fake(server.Mood.CHANGED, listens=False).serve,
    learns={"login.tried": "refused"},
    not_learns=("login.account", "login.empty"),
)
