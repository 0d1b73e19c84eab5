"""What the tests of checks about firmware share: rules with made-up advisories, and devices that state models."""

from dataclasses import replace
from datetime import date
from types import MappingProxyType

from netguard.model.past import Past
from netguard.model.vocabulary import Confidence, Role
from netguard.rules import loader
from netguard.rules.advisories import Advisories, Ending, Fault
from netguard.rules.schema import Source
from tests import builders

RULES = loader.load()
FRESH = date(2026, 11, 1)
"""Twenty days before `builders.NOW`."""


def fault(cve="CVE-2024-0001", **given):
    defaults = {"what": "can run commands on it", "added": date(2024, 5, 1), "sources": ("kev",)}
    return Fault(cve=cve, **(defaults | ({} if "records" in given else {"models": ("RX-100",)}) | given))


def ending(**given):
    return Ending(**({"sources": ("kev",)} | ({} if "records" in given else {"models": ("RX-100",)}) | given))


def rules(*entries, catalogue=FRESH, makers=("acme*",), lookup=None, devices=None):
    """The shipped rules with no other advisories than `entries` of the maker Acme."""
    file = Advisories(
        schema=1,
        id="acme",
        as_of=FRESH,
        catalogue=catalogue,
        vendor="Acme",
        makers=makers,
        lookup=lookup,
        faults=tuple(e for e in entries if isinstance(e, Fault)),
        endings=tuple(e for e in entries if isinstance(e, Ending)),
        sources={"kev": Source(url="https://example.org", checked="2026-11-01")},
    )
    return replace(
        RULES,
        advisories=MappingProxyType({"acme": file}),
        **({} if devices is None else {"devices": RULES.devices | devices}),
    )


def router(model="RX-100", firmware=None, role=Role.ROUTER, **given):
    return builders.device(
        1,
        role,
        name="Router",
        model=model,
        firmware=firmware,
        **({"vendor": "Acme Networks", "confidence": Confidence.CONFIRMED} | given),
    )


def said(device, **facts):
    """Observations; `host_revision="B1"` is `host.revision`."""
    return tuple(
        builders.observation(n, kind.replace("_", ".", 1).replace("_", "-"), value, of=device)
        for n, (kind, value) in enumerate(facts.items(), 1)
    )


def judged(judge, device, used, **facts):
    """What `judge` says of a scan of `device`, which said `facts`."""
    scan = builders.scan(*([device] if device else ()), observations=said(device, **facts) if device else ())
    return list(judge(scan, used, Past()))
