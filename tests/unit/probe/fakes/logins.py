"""An OpenWrt router without a password, which its login page says, and one that has one."""

from netguard.model.device import Device, Service
from netguard.model.vocabulary import PortState, Role, Transport
from netguard.probe._contract import Target
from netguard.probe.logins import Page
from tests.logins import server
from tests.logins.fakes.openwrt import Fake
from tests.servers import LOOPBACK
from tests.unit.probe.conftest import rules
from tests.unit.probe.moods import Mood


def target(port: int) -> Target:
    service = Service(address=LOOPBACK, port=port, transport=Transport.TCP, state=PortState.OPEN)
    device = Device(key="mac:00:00:5e:00:53:01", role=Role.ROUTER, addresses=(LOOPBACK,), services=(service,))
    families = (rules().logins["openwrt"],)
    return Page(address=LOOPBACK, port=port, families=families, device=device, service=service, facts=())


RIGHT = Mood(
    tcp=Fake(server.Mood.NONE, listens=False).serve,
    learns={"login.family": "openwrt", "login.encrypted": False, "login.says": "none"},
)
REFUSING = Mood(
    tcp=Fake(server.Mood.CHANGED, listens=False).serve,
    learns={"login.family": "openwrt", "login.encrypted": False},
    not_learns=("login.says",),
)
