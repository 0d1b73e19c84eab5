"""Programs at the laptop that ask a router which ports it forwards: netguard's own probes alone, and upnpc."""

import json
import re
import subprocess
from typing import Any

from netguard.demo import daemons
from netguard.demo.running import RunningHome

Row = tuple[str, int, str, int, str]
"""Protocol, external port, client, internal port, description."""

AUDIT = """
import json, sys, time
from netaddr import IPAddress
from netguard.cli import _session
from netguard.discover import ssdp
from netguard.discover._contract import Ask
from netguard.model.gateway import GatewayAnswer
from netguard.model.observation import Fact
from netguard.model.vocabulary import Depth
from netguard.net.access import STURDY, Network
from netguard.net.control import Cancel, Deadline
from netguard.net.failures import Failure
from netguard.net.guard import Guard
from netguard.net.transcript import Transcript
from netguard.probe import igd, upnp
from netguard.probe._contract import Ask as ProbeAsk, Declined
from netguard.rules import loader
from netguard.vantage import linux, system
from tests.builders import device

interface, *addresses = sys.argv[1:]
addresses = tuple(map(IPAddress, addresses))
around, rules = linux.look(system.run, interface), loader.load()
targets = _session.targets((), around, large=False)
own = [a for i in around.interfaces if i.name == interface for a in i.addresses]
facts, notes, answers = [], [], {}
began = time.monotonic()
with Network(source=around.vantage.address, guard=Guard(targets), transcript=Transcript(), cancel=Cancel(),
             deadline=Deadline(30), interface=interface, addresses=own) as network:
    ask = Ask(surroundings=around, targets=targets, neighbours=tuple)
    for sighting in ssdp.discover(ask, network.net("ssdp")):
        if sighting.address in addresses:
            facts.extend(sighting.facts)
    searched = time.monotonic()
    net = network.net_for(addresses, STURDY, Deadline(30), "audit")
    for module in (upnp, igd):
        known = ProbeAsk(depth=Depth.STANDARD, round="light", rules=rules, facts=tuple(facts), gateway=True)
        for target in module.wants(device(addresses=addresses), known):
            if isinstance(target, Declined):
                notes.append(target.reason)
                continue
            try:
                for what in module.probe(target, net):
                    if isinstance(what, Fact):
                        facts.append(what)
                    elif isinstance(what, GatewayAnswer):
                        answers[what.said.location] = what
            except Failure as failure:
                notes.append(str(failure))
ended = time.monotonic()
print(json.dumps({
    "seconds": ended - began, "searching": searched - began, "notes": notes, "counts": network.transcript.counts,
    "asked": sorted(answers), "external": [str(a.external_address) for a in answers.values()],
    "listed": [a.said.listed for a in answers.values()],
    "firewall": [[a.said.ipv6_firewall_enabled, a.said.inbound_pinhole_allowed] for a in answers.values()],
    "mappings": [[m.protocol, m.external_port, m.internal_client, m.internal_port, m.description or ""]
                 for a in answers.values() for m in a.mappings],
}))
"""
"""With the interface and the router's addresses: what its IGD says, as JSON; the time is from the first packet to the last."""

_ROW = re.compile(r"^ *\d+ (TCP|UDP) +(\d+)->([\d.]+):(\d+) +'(.*)' '(.*)' \d+$", re.MULTILINE)


def upnpc(home: RunningHome, *argv: str) -> str:
    """What the real upnpc says at the laptop."""
    found = daemons.find("upnpc")
    assert found, "needs upnpc: `make lab` unpacks it"
    program = home.run_as_laptop(
        [found, *argv], env=daemons.environment(found), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    said, _ = program.communicate(timeout=60)
    return str(said)


def listed(said: str) -> set[Row]:
    """The mappings in what `upnpc -l` says."""
    return {(p.lower(), int(ext), client, int(to), text) for p, ext, client, to, text, _ in _ROW.findall(said)}


def rows(said: dict[str, Any]) -> set[Row]:
    """The mappings in what `AUDIT` says."""
    return {(p, ext, client, to, text) for p, ext, client, to, text in said["mappings"]}


def parsed(out: bytes) -> dict[str, Any]:
    """The last line of what a program printed."""
    return dict(json.loads(out.decode().strip().splitlines()[-1]))
