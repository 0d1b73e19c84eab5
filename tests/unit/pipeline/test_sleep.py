"""A computer that sleeps in mid-scan: it ends cleanly, keeps what it knew, and says why."""

from netguard.model.timeline import asked_everybody
from netguard.model.vocabulary import Ended, Outcome
from netguard.net.control import Cancel
from netguard.net.sleep import why
from tests.unit.pipeline.conftest import HUB, fact, others, sees, sighting, surface
from tests.unit.pipeline.test_scan import target


def test_a_scan_that_slept_is_an_interrupted_one_and_its_document_says_so(scan, stages):
    cancel = Cancel()

    def asleep(target, net):
        yield fact(value="learnt")
        cancel.set(why(2520))
        net.connect(target.address, 80)

    stages(discover={"fake": sees(sighting())}, probe={"p": surface(wants=target, probe=asleep)})
    found = scan(cancel=cancel)
    assert (found.ended, [d.addresses for d in others(found)]) == (Ended.INTERRUPTED, [(HUB,)])
    assert "learnt" in {o.value for o in found.observations}
    assert [(a.outcome, a.reason) for a in found.attempts if a.stage == "scan"] == [(Outcome.FAILED, why(2520))]
    assert (Outcome.SKIPPED, why(2520)) in {(a.outcome, a.reason) for a in found.attempts if a.stage == "probe.p"}
    assert not asked_everybody(found)


def test_a_person_who_interrupts_need_not_be_told_why(scan, stages):
    cancel = Cancel()
    cancel.set()
    stages(discover={"fake": sees(sighting())}, probe={"none": surface()})
    found = scan(cancel=cancel)
    assert found.ended is Ended.INTERRUPTED
    assert [a for a in found.attempts if a.stage == "scan"] == []
