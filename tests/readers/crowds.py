"""Plans of as many members as one likes, for measures: `crowd(250, 4)`."""

from netaddr import EUI, IPAddress, IPNetwork, mac_unix_expanded

from netguard.model.plan import Domain, InterfaceName, Listen, Member, Name, Plan, Segment, SegmentRole, Talk
from netguard.model.vocabulary import Transport

MAKERS = 12
"""How many makers' clouds a home's devices go to."""


def crowd(members: int, ports: int, *, alike: bool = True) -> Plan:
    """A home with so many devices of a dozen makers, each with so many ports for the trusted segment and its maker's cloud.

    Those that are `alike` have the same ports where their maker is the same; else no two have, and each has a cloud of its own.
    """
    segments = tuple(
        Segment(
            name=Name.of(role.value),
            role=role,
            interface=InterfaceName.of(f"br-{role.value}"),
            prefix=IPNetwork(f"10.77.{number}.0/24") if role is not SegmentRole.IOT else IPNetwork("10.78.0.0/16"),
            prefix6=IPNetwork(f"2001:db8:{number}::/64"),
        )
        for number, role in enumerate(SegmentRole)
    )
    return Plan(
        wan=InterfaceName.of("wan0"),
        segments=segments,
        members=tuple(_member(n, ports, n % MAKERS if alike else n) for n in range(members)),
    )


def _member(number: int, ports: int, kind: int) -> Member:
    own = tuple(range(2000 + kind * 64, 2000 + kind * 64 + ports))
    return Member(
        name=Name.of(f"device-{number}"),
        mac=EUI(0x027700000000 + number, version=48, dialect=mac_unix_expanded),
        segment=Name.of("iot"),
        addresses=(IPAddress(int(IPAddress("10.78.0.10")) + number), IPAddress(0x1000 + number, 6)),
        listens=(Listen(transport=Transport.TCP, ports=own, source=Name.of("trusted")),),
        talks=(
            Talk(transport=Transport.TCP, ports=own, names=(Domain.of(f"cloud-{kind}.example"),)),
            Talk(transport=Transport.UDP, ports=(123,), service="ntp"),
        ),
    )
