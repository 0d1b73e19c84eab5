"""What changes on the router, in words: today beside tomorrow, the rules and their undo, what checked them. Pure.

`netguard firewall` makes the rules; a report says them. The two meet in `Change`, whose `made` is a snippet of the stage
`advise`, known here by what is read of it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from netguard.model.device import Device
from netguard.model.observation import clean
from netguard.model.plan import Listen, Member, Plan, Segment, SegmentRole, Talk
from netguard.model.proof import Proof
from netguard.model.scan import Scan
from netguard.model.vocabulary import DOOR_ROLES, INFRASTRUCTURE_ROLES
from netguard.report import change_words, words
from netguard.report.change_shape import ChangeView, FileView, Instead, NetworkPlanView, Phrase, ResidentView, Sentence
from netguard.report.matrix import Door, proof_view
from netguard.report.shape import FindingView
from netguard.report.subjects import address_of, name_of, prose
from netguard.rules.platforms import INTENT_WORDS, LABEL_WORDS, Platform

PROVEN = frozenset({"packet-tested", "vendor-checked"})
"""Labels that are called proven."""

NAMES = 3
"""DNS names that one line lists; vendors name up to twenty, and the plan has all."""

_CODE = re.compile(r"`([^`]*)`")
_ENDS = re.compile(r"[^\n]*\n?")


class Written(Protocol):
    """A file as the snippet engine wrote it."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def text(self) -> str:
        """What is in it."""

    @property
    def what(self) -> str:
        """What it is for."""


class ByHand(Protocol):
    """What the platform has no words for."""

    @property
    def intent(self) -> str:
        """Which kind of step."""

    @property
    def instead(self) -> str:
        """What to do instead."""


class Made(Protocol):
    """What the snippet engine made: `netguard.advise.snippet.Snippet`."""

    @property
    def platform(self) -> Platform:
        """For which kind of router."""

    @property
    def files(self) -> Sequence[Written]:
        """What is to be applied."""

    @property
    def by_hand(self) -> Sequence[ByHand]:
        """What is not in them."""

    @property
    def steps(self) -> Sequence[str]:
        """What to do in which order."""

    @property
    def undo(self) -> Sequence[str]:
        """How to take it back."""

    @property
    def after(self) -> Sequence[str]:
        """What to know afterwards."""

    @property
    def checks(self) -> Sequence[str]:
        """Commands that show whether it is so."""

    @property
    def closes(self) -> Sequence[str]:
        """Fingerprints of the findings that all of it closes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What `netguard firewall` made of a scan."""

    plan: Plan
    made: Made
    proof: Proof | None = None
    doors: Sequence[Door] = ()
    """What the scan found open, which the proof asked for, too."""


def change_view(scan: Scan, change: Change, problems: Mapping[str, FindingView]) -> ChangeView:
    """`change` in words; `problems` is what stands open, by fingerprint."""
    plan, made = change.plan, change.made
    platform = made.platform
    devices = {str(d.mac): d for d in reversed(scan.devices) if d.mac is not None}
    known = {str(m.mac) for m in plan.members}
    return ChangeView(
        platform=clean(platform.name),
        label=LABEL_WORDS[platform.label],
        proven=platform.label in PROVEN,
        today=_today(scan),
        networks=tuple(_network(plan, s, devices, scan) for s in plan.segments),
        left_out=tuple(
            name_of(d)
            for d in scan.devices
            if d.seen and d.role not in INFRASTRUCTURE_ROLES and (d.mac is None or str(d.mac) not in known)
        ),
        closes=tuple(p for fingerprint, p in problems.items() if fingerprint in set(made.closes)),
        needs=tuple(map(sentence, platform.needs)),
        steps=tuple(map(sentence, made.steps)),
        by_hand=tuple(Instead(label=INTENT_WORDS[b.intent], text=sentence(b.instead)) for b in made.by_hand),
        files=tuple(_file(number, f) for number, f in enumerate(made.files, 1)),
        undo=tuple(map(sentence, made.undo)),
        after=tuple(map(sentence, made.after)),
        checks=tuple(prose(command) for command in made.checks),
        proof=None if change.proof is None else proof_view(plan, change.proof, change.doors),
    )


def sentence(text: str) -> Sentence:
    """One of a platform's sentences, with what stands in backticks apart."""
    pieces = _CODE.split(prose(text))
    return tuple(Phrase(text=piece, code=number % 2 == 1) for number, piece in enumerate(pieces) if piece)


def _today(scan: Scan) -> str:
    here = scan.vantage.segment
    number = sum(d.seen for d in scan.devices) + (scan.personal_devices or 0)
    called = f"“{clean(here.ssid)}” ({here.prefix})" if here.ssid else str(here.prefix)
    return f"One network, {called}, with {words.count(number, 'device')} on it that can all reach each other."


def _network(plan: Plan, segment: Segment, devices: Mapping[str, Device], scan: Scan) -> NetworkPlanView:
    details = [f"VLAN {segment.vlan}"] if segment.vlan is not None else []
    details += [str(p) for p in (segment.prefix, segment.prefix6) if p is not None]
    details.append(f"{segment.interface} on the router")
    return NetworkPlanView(
        name=str(segment.name),
        what=change_words.NETWORKS[segment.role],
        details=", ".join(details),
        rule=change_words.RULES[segment.role],
        residents=tuple(
            _resident(m, segment, devices.get(str(m.mac)), scan) for m in plan.members if m.segment == segment.name
        ),
    )


def _resident(member: Member, segment: Segment, device: Device | None, scan: Scan) -> ResidentView:
    seen = device is not None and device.seen
    stays = device is not None and any(a in (segment.prefix_of(a.version) or ()) for a in device.addresses)
    keeps = ", ".join(map(str, member.addresses))
    return ResidentView(
        name=name_of(device) if device is not None else str(member.name),
        planned=str(member.name),
        door=device is not None and device.role in DOOR_ROLES,
        today=(address_of(device) if device is not None and seen else None) or "not seen in this scan",
        tomorrow=keeps or ("as it is" if stays else "another address"),
        moves=seen and not stays and _is_here(device, scan),
        reached=tuple(map(_reached, member.listens)),
        goes=tuple(_goes(member, segment)),
    )


def _is_here(device: Device | None, scan: Scan) -> bool:
    return device is not None and any(a in scan.vantage.segment.prefix for a in device.addresses)


def _reached(listen: Listen) -> str:
    return f"{_ports(listen.transport.value, listen.ports)} from {listen.source}"


def _goes(member: Member, segment: Segment) -> Iterator[str]:
    if segment.role is not SegmentRole.IOT or isinstance(member.talks, str):
        yield "anywhere in the internet"
    elif not member.talks:
        yield "nowhere in the internet"
    else:
        yield from map(_talk, member.talks)


def _talk(talk: Talk) -> str:
    if talk.service is not None:
        return f"{change_words.SERVICES[talk.service]} ({_ports(talk.transport.value, talk.ports)})"
    names = [str(name) for name in talk.names[:NAMES]]
    more = len(talk.names) - len(names)
    listed = words.listed((*names, f"{more} more") if more else tuple(names))
    return f"{listed} ({_ports(talk.transport.value, talk.ports)})"


def _ports(transport: str, ports: Iterable[int]) -> str:
    return f"{transport.upper()} {words.listed(tuple(map(str, ports)))}"


def _file(number: int, file: Written) -> FileView:
    count = sum(1 for line in _ENDS.findall(file.text) if line)
    return FileView(
        anchor=f"file-{number}",
        name=clean(file.name),
        what=prose(file.what),
        lines=words.count(count, "line"),
        text=str(file.text),
    )
