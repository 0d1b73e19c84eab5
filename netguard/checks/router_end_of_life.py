"""The router, or another device of the home, is of a model that gets no corrections of faults any more.

| circumstance | on a router, access point, switch, lock, hub or alarm | on other devices |
|---|---|---|
| it has ended, and just these models are known to be taken over | high | medium |
| it has ended | medium | low |
| it may have ended: the source is not sure, or it depends on the hardware revision, which is not known | low | low |
| it ends within half a year | info | info |

What is known is listed in `rules/advisories` with sources, and in device records (`support`). Passes when its model is
known to be kept beyond half a year. Unknown in every other case on a router, access point or switch: no list has all
models, so that a model is not on one proves nothing. Does not apply where there is no such device, and to one that runs a
system for many models whose corrections end with its series (`firmware-end-of-life` judges that), unless its model is on a
list. It errs where a device names another model than it is, runs other people's firmware under its maker's name, or where
the maker changed its mind after somebody last looked.
"""

import calendar
from collections.abc import Iterator
from datetime import date, timedelta

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
from netguard.rules.loader import Rules

CHECK = Check(
    id="router-end-of-life",
    title="The router still gets corrections of faults",
    why=(
        "Faults are found in every router. Where nobody mends them any more, each new one stays open for ever, and programs "
        "search the internet for just such routers."
    ),
    remedy=Remedy(
        group="replace-device", title="Replace {device}: nobody mends its faults any more", needs=Needs.PURCHASE
    ),
    references=(
        "https://www.ic3.gov/CSA/2025/250507.pdf",
        "ETSI EN 303 645 V3.1.3, 5.3-13",
        "CIS Controls v8.1, 2.2",
        "CWE-1329",
    ),
)

REPLACE = (
    "Replace it with one whose maker says until when it mends faults. Until then switch off UPnP and access to its menu "
    "from the internet. Free firmware such as OpenWrt keeps some models alive."
)


def judge(scan: Scan, rules: Rules, past: Past) -> Iterator[Finding]:
    """One finding for each device of whose model something is known, and one for each router, access point and switch."""
    core = known.core(scan)
    for device in others(scan):
        finding = _judged(scan, device, rules)
        if finding is not None:
            yield finding
        elif device in core:
            yield _not_known(scan, device, rules)
    yield from known.beside_core(CHECK, scan, rules)


def _judged(scan: Scan, device: Device, rules: Rules) -> Finding | None:
    """What is known of the end of this model's corrections; null where nothing is."""
    match = endings.weightiest(m for m in known.endings(scan, device, rules) if m.entry.series is None)
    if match is not None:
        return endings.ending(CHECK, scan, device, match, REPLACE, rules, decides=None)
    record = rules.devices.get(device.profile or "")
    if record is None or record.support is None or device.confidence is Confidence.POSSIBLE:
        return None
    end = _last_day(record.support.until) + timedelta(days=1)
    return endings.ended(CHECK, scan, device, record.name, end, REPLACE, rules)


def _not_known(scan: Scan, device: Device, rules: Rules) -> Finding:
    subject = Subject.device(device)
    # A system that is named by its record runs on many models, whose makers do not decide how long it is mended.
    systems = [m for m in known.endings(scan, device, rules) if m.entry.series is not None and not m.entry.models]
    if systems:
        because = f"the corrections of {systems[0].model} end with the series of its version, whatever the model"
        return CHECK.not_applicable(subject, because=because)
    page = known.page(scan, device, rules)
    if not known.is_named(scan, device):
        return CHECK.unknown(
            subject,
            because="its model is not known",
            how=f"Look at its label, and look the model up on its maker's pages about support{page}.",
        )
    return CHECK.unknown(
        subject,
        because=f"until when its maker mends faults of {known.called(device)} is not known to netguard",
        how=f"Look the model up on its maker's pages about support or end of life{page}.",
    )


def _last_day(until: str) -> date:
    """The last day of `2028`, `2028-12` or `2028-12-31`."""
    year, month, day = (*map(int, until.split("-")), 0, 0)[:3]
    month = month or 12
    return date(year, month, day or calendar.monthrange(year, month)[1])
