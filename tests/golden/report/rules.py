"""Rules for the sample home's router: a plan, a small platform of its own, and a proof, as `netguard firewall` would hand them on."""

from netaddr import IPAddress

from netguard.advise import planfile
from netguard.advise.closing import Door
from netguard.advise.snippet import ByHand, File, Fingerprint, Snippet
from netguard.model.proof import Proof, ProofRow
from netguard.model.vocabulary import Transport
from netguard.report.change import Change
from netguard.rules.platforms import FileTemplate, Platform
from netguard.rules.schema import Source, Verified
from tests.golden.report.facts import PREFIX
from tests.golden.report.judgements import FINDINGS
from tests.golden.report.residents import mac_of

PLAN = planfile.read(
    f"""\
schema: netguard.plan/1
wan: {{interface: wan0}}
segments:
  - {{name: trusted, role: trusted, interface: br-lan, vlan: 1, prefix: {PREFIX}, router: [192.168.20.1]}}
  - {{name: iot, role: iot, interface: br-iot, vlan: 30, prefix: 192.168.30.0/24, prefix6: "2001:db8:30::/64"}}
  - {{name: guest, role: guest, interface: br-guest, prefix: 192.168.40.0/24}}
members:
  - name: lock-hub-1
    mac: "{mac_of(21)}"
    segment: iot
    addresses: [192.168.30.21, "::21"]
    listens: [{{transport: tcp, ports: [8080], from: trusted}}]
    talks: [{{names: [lock-cloud.example], transport: tcp, ports: [443, 8883]}}, {{service: ntp}}]
  - {{name: camera-1, mac: "{mac_of(30)}", segment: iot, addresses: [192.168.30.30], talks: []}}
  - name: tv-1
    mac: "{mac_of(42)}"
    segment: iot
    talks: any
  - name: printer-1
    mac: "{mac_of(41)}"
    segment: iot
    addresses: [192.168.30.41]
    listens: [{{transport: tcp, ports: [631], from: trusted}}, {{transport: tcp, ports: [9100], from: trusted}}]
    talks: [{{names: [a.example, b.example, c.example, d.example, e.example], transport: tcp, ports: [443]}}]
  - {{name: nas-1, mac: "{mac_of(40)}", segment: trusted, addresses: [192.168.20.40]}}
  - {{name: lock-1, mac: "02:00:5e:00:53:99", segment: iot, talks: []}}
""".encode(),
)

RULES = """\
#!/usr/sbin/nft -f
# One line with what HTML would take for its own: <b> & "quotes" </code></pre>, and a tab:\there.
add table inet netguard
flush table inet netguard
add chain inet netguard forward { type filter hook forward priority filter; policy drop; }
add rule inet netguard forward ct state vmap { established : accept, related : accept, invalid : drop }
add rule inet netguard forward iifname "br-lan" oifname "br-iot" ip daddr { 192.168.30.21 } tcp dport { 8080 } comment "a line that is longer than any screen is wide" accept
"""

PLATFORM = Platform(
    schema=1,
    id="sample-router",
    name="a sample router",
    label="packet-tested",
    verified=Verified(how="packets", when="2025-11-21"),
    sources=(Source(url="https://example.org/router", checked="2025-11-21"),),
    needs=("Version 4 or later.", "The program `nft`."),
    steps=(),
    undo=(),
    vlans=True,
    intents={},
    unsupported={},
    files=(FileTemplate(name="rules.nft", what="the rules", text=""),),
)

SNIPPET = Snippet(
    platform=PLATFORM,
    files=(
        File(name="rules.nft", text=RULES, what="the rules, in a table of their own; loading them twice is the same as once"),
        File(name="undo.sh", text="#!/bin/sh\nnft delete table inet netguard\n", what="takes the rules away", executable=True),
    ),
    by_hand=(
        ByHand(intent="move-device", instead="Connect each device to the network that the plan puts it into."),
        ByHand(intent="remove-mapping", instead="`netguard upnp remove` closes one that a device opened by UPnP."),
    ),
    steps=(
        "Keep what is there: `nft list ruleset > before.nft`.",
        "Apply the rules: `nft -f rules.nft`. Try from another computer that you still get in.",
        "End the connections that began before: `conntrack -D -s 192.168.30.0/24`, or restart the devices.",
    ),
    undo=("`sh undo.sh` takes the rules away, and nothing else.",),
    after=("What the resolver has learnt is kept when the rules are loaded again.",),
    checks=("nft list table inet netguard",),
    closes=tuple(
        Fingerprint.of(f.fingerprint) for f in FINDINGS if f.check in {"lock-shares-segment", "iot-shares-segment"}
    ),
)  # fmt: skip


def _row(number: int, source: str, target: str, protocol: str, port: int | None, wanted: str, answers: str) -> ProofRow:
    """`answers` is `+-`: answered before, and with the rules."""
    return ProofRow(
        id=f"Q{number}",
        source=source,
        target=target,
        address=IPAddress("192.168.30.21"),
        protocol=protocol,  # type: ignore[arg-type]
        port=port,
        why=f"{source} to {target}",
        wanted=wanted,  # type: ignore[arg-type]
        before=answers[0] == "+",
        after=answers[1] == "+",
    )


ROWS = tuple(
    _row(number, *row)
    for number, row in enumerate(
        (
            ("lock-hub-1", "router", "udp", 53, "allow", "++"),
            ("lock-hub-1", "router", "tcp", 80, "deny", "+-"),
            ("lock-hub-1", "lock-cloud.example", "tcp", 443, "allow", "++"),
            ("lock-hub-1", "lock-cloud.example", "tcp", 8883, "allow", "++"),
            ("lock-hub-1", "nobody-listed.example", "tcp", 443, "deny", "+-"),
            ("lock-hub-1", "stranger in trusted", "tcp", 445, "deny", "+-"),
            ("lock-hub-1", "camera-1", "tcp", 554, "not-routed", "++"),
            ("camera-1", "router", "tcp", 80, "deny", "+-"),
            ("camera-1", "nobody-listed.example", "tcp", 443, "deny", "+-"),
            ("camera-1", "stranger in trusted", "tcp", 445, "deny", "+-"),
            ("camera-1", "stranger in trusted", "icmp", None, "deny", "+-"),
            ("camera-1", "lock-hub-1", "tcp", 23, "not-routed", "++"),
            ("stranger in trusted", "router", "tcp", 80, "allow", "++"),
            ("stranger in trusted", "nobody-listed.example", "tcp", 443, "allow", "++"),
            ("stranger in trusted", "lock-hub-1", "tcp", 8080, "allow", "++"),
            ("stranger in trusted", "lock-hub-1", "tcp", 23, "deny", "+-"),
            ("stranger in trusted", "camera-1", "tcp", 554, "deny", "+-"),
            ("stranger in guest", "lock-hub-1", "tcp", 8080, "deny", "+-"),
            ("stranger in guest", "nobody-listed.example", "tcp", 443, "allow", "++"),
            ("nobody-listed.example", "lock-hub-1", "tcp", 8080, "deny", "+-"),
            ("nobody-listed.example", "router", "tcp", 80, "as-before", "--"),
        ),
        start=1,
    )
)  # fmt: skip

CHANGE = Change(
    plan=PLAN,
    made=SNIPPET,
    proof=Proof(how="run", platform=PLATFORM.id, rows=ROWS, left_out=("printer-1",)),
    doors=tuple(
        Door(member=member, transport=Transport.TCP, port=port)
        for member, port in (("lock-hub-1", 23), ("lock-hub-1", 8080), ("printer-1", 9100))
    ),
)
