"""Versions by nmap: which devices it may be let loose on, and what of its words is kept."""

from dataclasses import replace

import pytest

from netguard.model.observation import Fact
from netguard.model.vocabulary import Confidence, Depth, Role, Transport
from netguard.net import limits, nmap
from netguard.net.failures import NotInstalled
from netguard.notebook import Notebook
from netguard.probe import versions
from netguard.probe._contract import STURDY_ROLES, Target
from netguard.probe.versions import Run
from tests.builders import device, service
from tests.servers import LOOPBACK
from tests.unit.probe.conftest import make_ask


def asked(one, *, depth=Depth.DEEP, **given):
    return list(versions.wants(one, make_ask(depth=depth, **given)))


def ports(one, **given):
    return [port for target in asked(one, **given) for port in target.ports]


@pytest.mark.parametrize("role", sorted(STURDY_ROLES))
def test_a_sturdy_device_s_open_ports_are_asked_at_depth_deep_only(role):
    one = device(role=role, services=[22, 80, 8080])
    assert ports(one) == [22, 80, 8080]
    assert ports(one, turn="light") == []
    for depth in (Depth.DISCOVER, Depth.QUICK, Depth.STANDARD):
        assert ports(one, depth=depth) == []


@pytest.mark.parametrize("role", sorted(set(Role) - STURDY_ROLES))
def test_a_gently_treated_device_is_left_alone_unless_it_was_named(role):
    one = device(role=role, services=[22, 80])
    assert ports(one) == []
    assert ports(one, named=True) == [22, 80]


@pytest.mark.parametrize("role", sorted(STURDY_ROLES))
def test_what_is_only_possibly_sturdy_is_left_alone(role):
    assert ports(device(role=role, services=[22], confidence=Confidence.POSSIBLE)) == []


def test_printing_ports_and_what_is_read_elsewhere_are_left_out():
    hap = Fact(kind="dnssd.type", value="_hap._tcp", transport=Transport.TCP, port=5001)
    one = device(role=Role.NAS, services=[22, 445, 5001, *limits.PAYLOAD_BLOCKED_PORTS])
    for named in (False, True):
        assert ports(one, facts=[hap], named=named) == [22]


def test_a_port_that_told_its_version_is_not_asked_again():
    told = replace(service(80, name="http"), product="lighttpd", version="1.4.69")
    assert ports(device(role=Role.NAS, services=[22, told])) == [22]


def test_many_ports_are_asked_in_several_runs_and_at_most_so_many():
    runs = asked(device(role=Role.NAS, services=range(10_000, 10_300)))
    assert [len(run.ports) for run in runs] == [versions.PORTS_A_RUN] * (versions.MAX_PORTS // versions.PORTS_A_RUN)
    assert str(asked(device(role=Role.NAS, services=[22, 80]))[0]) == "192.0.2.20 tcp/22,80"


def test_each_address_has_runs_of_its_own():
    one = device(role=Role.ROUTER, services=[22, service(80, at="192.0.2.21")])
    assert [(str(run.address), run.ports) for run in asked(one)] == [("192.0.2.20", (22,)), ("192.0.2.21", (80,))]


class Net:
    """Says what nmap said."""

    def __init__(self, **said):
        self.said = nmap.Version(port=22, **said)

    def versions(self, address, ports):
        return (self.said,)


@pytest.mark.parametrize(
    ("before", "said", "after"),
    [
        ({}, {"name": "ssh", "product": "Dropbear sshd", "version": "2022.83"}, ("ssh", "Dropbear sshd", "2022.83")),
        ({}, {"name": "ssh"}, ("ssh", None, None)),
        ({"name": "https"}, {"name": "http", "product": "nginx"}, ("https", "nginx", None)),
        (
            {"name": "ssh", "product": "dropbear_2022.83"},
            {"name": "ssh", "product": "Dropbear sshd", "version": "2022.83"},
            ("ssh", "Dropbear sshd", "2022.83"),
        ),
        ({"name": "ssh", "product": "ROSSSH"}, {"name": "ssh", "product": "MikroTik sshd"}, ("ssh", "ROSSSH", None)),
        ({"name": "http", "product": "Boa"}, {"name": "http"}, ("http", "Boa", None)),
    ],
)
def test_nmap_fills_what_is_missing_and_what_is_known_better_stays(before, said, after):
    known = replace(service(22, at="127.0.0.1"), **before)
    book = Notebook()
    book.learnt("ports", LOOPBACK, known)
    for what in versions.probe(Run(address=LOOPBACK, ports=(22,), known=(known,)), Net(**said)):
        book.learnt("versions", LOOPBACK, what)
    (service_,) = book.services
    assert (service_.name, service_.product, service_.version) == after


def test_where_it_is_not_installed_that_is_a_skipped_look_that_says_what_it_would_be_good_for(net):
    target = Run(address=LOOPBACK, ports=(22,))
    with pytest.raises(NotInstalled):
        list(versions.probe(target, net))
    book = Notebook()
    with book.attempt("probe.versions", str(target)):
        list(versions.probe(target, net))
    (attempt,) = book.attempts
    assert (attempt.outcome, attempt.target) == ("skipped", "127.0.0.1 tcp/22")
    assert attempt.reason == "nmap is not installed; with it, the versions of more services are told"


def test_a_bare_target_s_port_is_asked_too(listener, net, tmp_path):
    from tests import fake_nmap

    net._network.nmap = fake_nmap.install(tmp_path)
    ssh = listener(greeting=b"SSH-2.0-dropbear_2022.83\r\n")
    (found,) = versions.probe(Target(address=LOOPBACK, port=ssh.port), net)
    assert (found.name, found.version) == ("ssh", "2022.83")
