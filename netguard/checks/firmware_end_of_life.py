"""The router, or another device of the home, runs a series of its firmware that gets no corrections of faults any more.

| circumstance | on a router, access point, switch, lock, hub or alarm | on other devices |
|---|---|---|
| the series has ended, and it is known to be taken over | high | medium |
| the series has ended | medium | low |
| it may have ended: the source is not sure, or it depends on the hardware revision, which is not known | low | low |
| the series ends within half a year | info | info |

The series is told by the version that the device itself states, and compared with those listed in `rules/advisories` with
sources. Passes when the series is known to be kept beyond half a year. Unknown on a router, access point or switch that
states no version, one of a series that is on no list, or not which firmware it runs. Does not apply where there is no such
device, and to firmware that comes in no series that netguard knows: whether its model still gets corrections is asked by
`router-end-of-life`. It errs where a device states a wrong version, where somebody else mends an old series further, or
where the makers changed their mind after somebody last looked.
"""

from collections.abc import Iterator

from netguard.checks import _advisories as known
from netguard.checks import _endings as endings
from netguard.checks._contract import Check, Subject
from netguard.checks._looked import others
from netguard.model.action import Remedy
from netguard.model.device import Device
from netguard.model.finding import Finding
from netguard.model.past import Past
from netguard.model.scan import Scan
from netguard.model.vocabulary import Confidence, Needs
from netguard.rules.advisories import Ending
from netguard.rules.loader import Rules

CHECK = Check(
    id="firmware-end-of-life",
    title="The series of its firmware still gets corrections",
    why=(
        "Faults are found in every firmware, and mended in the series that are kept. In one that has ended each new fault "
        "stays open, and what was mended in later series tells attackers where to look."
    ),
    remedy=Remedy(
        group="update-firmware", title="Update {device}, or replace it where there is no update", needs=Needs.MENU
    ),
    references=(
        "ETSI EN 303 645 V3.1.3, 5.3-2",
        "OWASP ISVS 1.0, 3.4.1",
        "CIS Controls v8.1, 2.2",
        "CWE-1329",
    ),
)

Series = tuple[known.Match[Ending], ...]
"""What is known of the series that a device's firmware comes in."""


def judge(scan: Scan, rules: Rules, past: Past) -> Iterator[Finding]:
    """One finding for each device whose series is known, and one for each router, access point and switch."""
    core = known.core(scan)
    for device in others(scan):
        series = tuple(m for m in known.endings(scan, device, rules) if m.entry.series is not None)
        match = endings.weightiest(m for m in series if _is_installed(device, m.entry))
        if match is not None:
            version = known.version_fact(scan, device)
            yield endings.ending(CHECK, scan, device, match, _fix(series, match), rules, decides=version)
        elif device in core:
            yield _not_known(scan, device, series, rules)
    yield from known.beside_core(CHECK, scan, rules)


def _is_installed(device: Device, ending: Ending) -> bool:
    """False where the installed version belongs to another series, or no version is known to tell."""
    return ending.series is not None and known.in_series(device.firmware, ending.series) is True


def _fix(series: Series, match: known.Match[Ending]) -> str:
    kept = " or ".join(dict.fromkeys(m.entry.series for m in series if m.entry.going and m.entry.series))
    page = f" Its makers' page: {match.file.lookup}" if match.file.lookup else ""
    return f"Update it to a series that is kept{f', {kept}' if kept else ''}; if this model has none, replace it.{page}"


def _not_known(scan: Scan, device: Device, series: Series, rules: Rules) -> Finding:
    subject = Subject.device(device)
    page = known.page(scan, device, rules)
    if not series:
        if _is_recognised(scan, device, rules):
            because = (
                f"netguard knows no series that the firmware of {known.called(device, what='this device')} comes in"
            )
            return CHECK.not_applicable(subject, because=because)
        return CHECK.unknown(
            subject,
            because="which firmware it runs is not known",
            how=f"Look in its menu for the name and the version, and whether that series is still kept{page}.",
        )
    what = series[0].model
    if device.firmware is None:
        because = f"it does not say which version of {what} it runs"
        return CHECK.unknown(
            subject, because=because, how=f"Look in its menu, and whether that series is still kept{page}."
        )
    return CHECK.unknown(
        subject,
        because=f"until when {what} {device.firmware} gets corrections is not known to netguard",
        how=f"Look the series of its version up on the pages of its makers{page}.",
    )


def _is_recognised(scan: Scan, device: Device, rules: Rules) -> bool:
    """Whether it is known well enough what the device is to say that no listed series is about it."""
    if known.is_named(scan, device):
        return True
    record = rules.devices.get(device.profile or "")
    return record is not None and not record.generic and device.confidence is not Confidence.POSSIBLE
