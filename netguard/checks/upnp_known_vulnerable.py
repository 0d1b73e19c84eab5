"""The program that speaks UPnP on a device is one with known faults, by the version that it says itself.

| circumstance | on a lock, hub, alarm, router, access point or switch | elsewhere |
|---|---|---|
| a fault that is known to be used in attacks, by which it can be taken over | high | high |
| a fault by which it can be taken over from the network | high | medium |
| a fault that lets others use it: to send data to strangers, or from a web page that somebody at home opens | medium | low |
| a fault by which it can be made to stop, or to show a little of its memory | low | info |

rules/upnp.yaml says which version of which program has which fault, and where that is written; the worst of a program's
faults counts. Always "possibly": makers mend a fault and leave the version as it was. Likely for CallStranger
(CVE-2020-12695) where the device was tested and sends events to an address that is not the asker's own; where it was tested
and does not, no version makes it possible. What is unidentified counts as if it were a lock. Passes when the version is
none that has a known fault. Unknown where the program says no version, or is none that netguard knows anything of; where
some models with this program have a fault and the device states none; or when devices could not be searched for. Does not apply where nothing speaks UPnP. It errs where makers changed the program or
the version that it says, and about every fault that is not in the file.
"""

from collections.abc import Iterator
from dataclasses import replace

from netguard.checks._contract import Check, Subject
from netguard.checks._looked import NETWORK, fix_on, others
from netguard.checks._services import GUARDED, Unclear, together
from netguard.checks._upnp import REFERENCES, said, why_not_heard
from netguard.model.action import Remedy
from netguard.model.device import Device
from netguard.model.finding import Finding
from netguard.model.observation import Observation
from netguard.model.past import Past
from netguard.model.scan import Scan
from netguard.model.vocabulary import Confidence, Needs, Role, Severity
from netguard.rules import upnp
from netguard.rules.loader import Rules
from netguard.rules.upnp import CALLSTRANGER, Effect, Fault, Named

SPEAKS = ("ssdp.type", "ssdp.usn", "ssdp.server", "ssdp.location", "upnp.service")
"""Facts that only something that speaks UPnP leaves."""

SERVERS = ("ssdp.server", "http.server")
TESTED = frozenset({"accepted", "refused"})
CAREFULLY = GUARDED | {Role.UNKNOWN}

FIX = (
    "Look for new firmware in its menu or app, and install it. If its maker has none, switch UPnP off on it where you can, "
    "keep it in a network of its own, or replace it. Its maker may have mended this without saying so in the version: the "
    "release notes tell."
)

CHECK = Check(
    id="upnp-known-vulnerable",
    title="No UPnP program with known faults",
    why=(
        "What speaks UPnP listens to everything on the network and asks nobody for a password. A fault in it is open to "
        "every infected gadget, and some such programs are open to the internet, too."
    ),
    remedy=Remedy(
        group="update-firmware", title="Update {device}, or replace it where there is no update", needs=Needs.MENU
    ),
    references=(*REFERENCES, "ETSI EN 303 645 V3.1.3, 5.3-2", "CWE-1395"),
)

_Faulty = tuple[Named, list[Fault], tuple[Observation, ...]]
"""A program, the faults that its version may have, and what shows it."""


def judge(scan: Scan, rules: Rules, past: Past) -> Iterator[Finding]:
    """One finding per device and program with known faults, and one that says of the others what can be said."""
    unclear: list[tuple[Device, str, Unclear]] = []
    spoke = False
    for device in others(scan):
        found = list(_judged(scan, rules, device))
        yield from (f for f in found if isinstance(f, Finding))
        unclear += [(device, reason, why) for reason, why in (u for u in found if not isinstance(u, Finding))]
        spoke = spoke or bool(found)
    yield from together(CHECK, unclear)
    if spoke:
        return
    if why := why_not_heard(scan):
        yield CHECK.unknown(NETWORK, because=why[0], how=why[1])
    else:
        yield CHECK.not_applicable(NETWORK, because="no other device speaks UPnP")


def _judged(scan: Scan, rules: Rules, device: Device) -> Iterator[Finding | tuple[str, Unclear]]:
    """What there is to say of one device: nothing where it does not speak UPnP."""
    subject = Subject.device(device)
    tested = {str(o.value): o for o in said(scan, device, "upnp.callback") if o.value in TESTED}
    stated = (device.model, *(o.value for o in said(scan, device, "upnp.model", "host.model")))
    models = [model for each in stated if (model := str(each or "").strip())]
    failed: list[Finding] = []
    if accepted := tested.get("accepted"):
        failed.append(_callstranger(rules, device, accepted))
    fine: dict[str, tuple[Observation, ...]] = {}
    silent: list[str] = []
    nameless: dict[str, tuple[Fault, ...]] = {}
    faulty: dict[str, list[_Faulty]] = {}
    for program, evidence in _programs(scan, rules, device):
        faults = [f for f in program.faults(models) if not (tested and CALLSTRANGER in f.cves)]
        if faults:
            faulty.setdefault(program.stack.id, []).append((program, faults, evidence))
        elif not models and program.by_model:
            nameless[str(program)] = program.by_model
        elif program.said or any(f.versions is None for f in program.stack.faults):
            fine[str(program)] = evidence
        else:
            silent.append(str(program))
    failed += [_possibly(rules, device, versions) for versions in faulty.values()]
    yield from failed
    if failed:
        return
    if nameless:
        yield (
            "no-model",
            Unclear(
                because=f"its model is not known, and {_some_models(nameless)}",
                how="Look at its label, and in its menu or at its maker's whether there is new firmware for this model.",
            ),
        )
    elif silent:
        yield (
            "no-version",
            Unclear(
                because=f"{' and '.join(silent)} says no version there",
                how="Look in its menu or app whether there is new firmware.",
            ),
        )
    elif fine:
        title = f"{subject.name} runs {' and '.join(fine)}, of which no fault is known to netguard"
        yield CHECK.passed(subject, title=title, evidence=[o for evidence in fine.values() for o in evidence])
    elif scan.observed(device.key, *SPEAKS) or tested:
        yield (
            "not-known",
            Unclear(
                because="what speaks UPnP there is no program whose faults netguard knows",
                how="Keep the firmware up to date; more cannot be told from its answers.",
            ),
        )


def _some_models(nameless: dict[str, tuple[Fault, ...]]) -> str:
    """`some models with Huawei's UPnP have a fault that is used in attacks (CVE-2017-17215)`."""
    faults = [fault for found in nameless.values() for fault in found]
    used = " that is used in attacks" if any(f.effect == "exploited" for f in faults) else ""
    cves = ", ".join(dict.fromkeys(cve for fault in faults for cve in fault.cves))
    return f"some models with {' and '.join(nameless)} have a fault{used} ({cves})"


def _programs(scan: Scan, rules: Rules, device: Device) -> list[tuple[Named, tuple[Observation, ...]]]:
    """The programs that speak UPnP on `device`, each version once, and what shows them."""
    facts = said(scan, device, *SERVERS)
    keys = (device.key, *device.former_keys)
    igds = [g.services.igd for g in scan.gateways if g.device in keys]
    texts: list[tuple[str, tuple[Observation, ...]]] = [(str(o.value), (o,)) for o in facts]
    texts += [(igd.server, ()) for igd in igds if igd is not None and igd.server is not None]
    found: dict[tuple[str, str], tuple[Named, tuple[Observation, ...]]] = {}
    for text, evidence in texts:
        for program in upnp.named(rules.upnp.stacks, text):
            key = (program.stack.id, program.said)
            _, before = found.get(key, (program, ()))
            found[key] = (program, (*before, *evidence))
    # Said once with a version and once without, it is the one with the version.
    versioned = {stack for stack, version in found if version}
    return [each for (stack, version), each in found.items() if version or stack not in versioned]


def _possibly(rules: Rules, device: Device, versions: list[_Faulty]) -> Finding:
    """One finding for one program: as a rule there is one version of it on a device."""
    subject, order = Subject.device(device), tuple(Severity)
    graded = [(_severity(rules, device, fault.effect), fault) for _, faults, _ in versions for fault in faults]
    graded.sort(key=lambda each: order.index(each[0]))
    severity, worst = graded[0]
    called = " and ".join(str(program) for program, _, _ in versions)
    cves = tuple(dict.fromkeys(cve for _, fault in graded for cve in fault.cves))
    finding = CHECK.fail(
        subject,
        title=f"{subject.name} runs {called}, which possibly has known faults ({', '.join(cves)})",
        severity=severity,
        why=rules.upnp.grade(worst.effect).why,
        fix=fix_on(device, rules, CHECK.id, FIX),
        discriminator=versions[0][0].stack.id,
        confidence=Confidence.POSSIBLE,
        evidence=[o for _, _, evidence in versions for o in evidence],
    )
    return replace(finding, references=(*finding.references, *cves))


def _callstranger(rules: Rules, device: Device, fact: Observation) -> Finding:
    subject, grade = Subject.device(device), rules.upnp.grade("misuse")
    finding = CHECK.fail(
        subject,
        title=f"{subject.name} sends UPnP events to addresses that are not the asker's own (CallStranger)",
        severity=_severity(rules, device, grade.effect),
        why=grade.why,
        fix=fix_on(device, rules, CHECK.id, FIX),
        discriminator="callstranger",
        confidence=Confidence.LIKELY,
        evidence=(fact,),
    )
    return replace(finding, references=(*finding.references, CALLSTRANGER))


def _severity(rules: Rules, device: Device, effect: Effect) -> Severity:
    grade = rules.upnp.grade(effect)
    return grade.guarding if device.role in CAREFULLY else grade.elsewhere
