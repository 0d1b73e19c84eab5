"""Wi-Fi in the scan: heard last, joined, told own from others', and an attempt that says why nobody listened."""

from dataclasses import replace

from netguard.errors import WifiFileError
from netguard.model import address
from netguard.model.vocabulary import Depth, Ended, Outcome, Security
from netguard.net.failures import Cancelled
from netguard.wifi.heard import Heard, Told

HOME = Heard(
    source="nmcli",
    bssid=address.mac("00:00:5e:00:53:01"),
    ssid=b"Home",
    frequency=2437,
    associated=True,
    told=Told(security=Security.WPA2_PERSONAL),
)
NEIGHBOUR = replace(HOME, bssid=address.mac("00:1b:21:00:00:02"), ssid=b"Next door", associated=False)


def attempt(found):
    (only,) = [a for a in found.attempts if a.stage == "wifi"]
    return only.outcome, only.reason


def test_what_was_heard_is_in_the_document_with_whose_it_is(scan):
    def air(remarks):
        remarks.append("Only a list could be read.")
        yield HOME
        yield NEIGHBOUR

    found = scan(depth=Depth.STANDARD, air=air)
    assert [(n.ssid, n.own) for n in found.wifi] == [("Home", True), ("Next door", False)]
    assert attempt(found) == (Outcome.DONE, "Only a list could be read.")


def test_a_name_that_the_person_gave_is_theirs(scan):
    lone = replace(HOME, associated=None)
    assert [n.own for n in scan(air=lambda _: [lone]).wifi] == [None]
    assert [n.own for n in scan(air=lambda _: [lone], asked={"ssids": ("Home",)}).wifi] == [True]


def test_why_nobody_listened_is_an_attempt(scan):
    assert attempt(scan(air="this computer has no Wi-Fi")) == (Outcome.SKIPPED, "this computer has no Wi-Fi")


def test_a_file_that_cannot_be_read_costs_nothing_else(scan):
    def air(remarks):
        yield HOME
        raise WifiFileError("air.pcap: it is no capture")

    found = scan(air=air)
    assert found.wifi == ()
    assert attempt(found) == (Outcome.FAILED, "air.pcap: it is no capture")
    assert found.ended is Ended.FINISHED


def test_an_interruption_while_it_listens_ends_the_scan_and_keeps_the_rest(scan):
    def air(remarks):
        raise Cancelled("the scan was interrupted")

    found = scan(air=air)
    assert found.ended is Ended.INTERRUPTED
    assert found.findings


def test_nothing_heard_is_a_failed_attempt_and_never_a_clean_one(scan):
    found = scan(air=lambda _: ())
    assert attempt(found) == (Outcome.FAILED, "No Wi-Fi network was heard.")
    assert "pass" not in {f.status for f in found.findings if f.check.startswith(("wifi-", "wps-"))}
