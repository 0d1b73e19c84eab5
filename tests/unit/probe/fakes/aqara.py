"""A gateway with the older LAN protocol on, and something that answers in its own way."""

from netguard.model.vocabulary import Transport
from tests.unit.probe.moods import Mood

TRANSPORT = Transport.UDP

LISTED = (
    b'{"cmd":"get_id_list_ack","sid":"34ce00fb7438","token":"dcw5vsmC3GK5KEoH",'
    b'"data":"[\\"158d00017118ac\\",\\"158d0001a2eb66\\"]"}'
)

RIGHT = Mood(
    udp=lambda said: [LISTED] if said == b'{"cmd":"get_id_list"}' else [],
    learns={"api.name": "Aqara LAN protocol", "api.encrypted": False, "host.serial": "34ce00fb7438"},
    not_learns=("api.login",),
    service="aqara-lan",
)
REFUSING = Mood(
    udp=lambda _: [b'{"cmd":"server_ack","data":"{\\"error\\":\\"unknown command\\"}"}'],
    not_learns=("api.name", "host.serial"),
    reason="something else than a gateway",
)
