"""What a check is. A check is a module that defines `CHECK` and `judge(scan, rules, past) -> Iterator[Finding]`."""

from collections.abc import Iterable
from dataclasses import dataclass

from netguard.model.action import Remedy
from netguard.model.device import Device
from netguard.model.finding import Finding, fingerprint
from netguard.model.observation import Observation
from netguard.model.vocabulary import Confidence, Severity, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Who a finding is about: `target` as the document shows it, `identity` as fingerprints know it, `name` for people."""

    target: str
    identity: str
    name: str

    @classmethod
    def device(cls, device: Device) -> "Subject":
        """The subject for one device."""
        return cls(
            target=device.key, identity=device.key, name=device.name or str(next(iter(device.addresses), device.key))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One judgement: its prose, and how to word each outcome. The id is the module's name."""

    id: str
    title: str
    """The wish, at most 60 characters: "No telnet"."""
    why: str
    remedy: Remedy
    references: tuple[str, ...]
    aliases: tuple[str, ...] = ()
    """Ids that it had before: tools and acceptances of older scans know it by them."""

    def fail(
        self,
        subject: Subject,
        *,
        title: str,
        severity: Severity,
        fix: str,
        discriminator: str = "",
        why: str | None = None,
        confidence: Confidence = Confidence.CONFIRMED,
        evidence: Iterable[Observation] = (),
    ) -> Finding:
        """It was seen, and it is not all right."""
        return self._finding(
            subject, Status.FAIL, severity, title, why or self.why, fix, discriminator, confidence, evidence
        )

    def passed(self, subject: Subject, *, title: str, evidence: Iterable[Observation] = ()) -> Finding:
        """It was looked at completely, and it is all right."""
        return self._finding(
            subject, Status.PASS, Severity.INFO, title, self.why, "Nothing to do.", "", Confidence.CONFIRMED, evidence
        )

    def unknown(self, subject: Subject, *, because: str, how: str) -> Finding:
        """It could not be looked at: `because` says why, `how` says what would let netguard look."""
        return self._finding(
            subject,
            Status.UNKNOWN,
            Severity.INFO,
            f"{self.title}: not checked on {subject.name}, because {because}",
            self.why,
            how,
            "",
            Confidence.POSSIBLE,
            (),
        )

    def not_applicable(self, subject: Subject, *, because: str) -> Finding:
        """There is nothing here that this check is about."""
        return self._finding(
            subject,
            Status.NOT_APPLICABLE,
            Severity.INFO,
            f"{self.title}: does not apply, because {because}",
            self.why,
            "Nothing to do.",
            "",
            Confidence.CONFIRMED,
            (),
        )

    def _finding(
        self,
        subject: Subject,
        status: Status,
        severity: Severity,
        title: str,
        why: str,
        fix: str,
        discriminator: str,
        confidence: Confidence,
        evidence: Iterable[Observation],
    ) -> Finding:
        return Finding(
            fingerprint=fingerprint(self.id, subject.identity, discriminator),
            check=self.id,
            status=status,
            severity=severity,
            confidence=confidence,
            target=subject.target,
            title=title,
            why=why,
            fix=fix,
            evidence=tuple(o.id for o in evidence),
            references=self.references,
        )
