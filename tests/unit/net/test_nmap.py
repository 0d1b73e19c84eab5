"""nmap as a program: what it is called with, what is read of what it writes, and that it never outlives the scan."""

import itertools
import json
import os
import sys
import threading
import time
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from netaddr import IPAddress, IPNetwork

from netguard.net import limits, nmap
from netguard.net.access import STURDY
from netguard.net.control import Cancel, Deadline
from netguard.net.failures import Cancelled, Failure, NoAnswer, NotInstalled, OutOfTime, RefusedByUs, TooMuch
from netguard.net.guard import Guard
from netguard.net.transcript import Transcript
from netguard.net.way import Way
from tests import fake_nmap
from tests.fake_nmap import document, port_element, recognised
from tests.servers import LOOPBACK, free_port, loopback_network

SSH = b"SSH-2.0-dropbear_2022.83\r\n"


@pytest.fixture
def program(tmp_path):
    return lambda mood="honest": fake_nmap.install(tmp_path, mood)


def ask(program, ports, **given):
    with loopback_network(nmap=program, **given) as network:
        net = network.net_for([LOOPBACK], STURDY, Deadline(60), "test")
        return net.versions(LOOPBACK, ports)


def is_gone(pid):
    """Whether no process has this number, a dead one that nobody has waited for aside."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z"


def wait_until(condition):
    end = time.monotonic() + 20
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    assert condition()


def test_what_it_recognises_is_told_and_what_it_guesses_is_not(program, listener, tmp_path):
    ssh, silent = listener(greeting=SSH), listener()
    found = ask(program(), [ssh.port, silent.port])
    assert found == (nmap.Version(port=ssh.port, name="ssh", product="Dropbear sshd", version="2022.83"),)


def test_it_is_run_without_scripts_rights_names_or_pings_on_the_listed_ports_alone(program, listener, tmp_path):
    ssh = listener(greeting=SSH)
    ask(program(), [ssh.port])
    (call,) = fake_nmap.calls(tmp_path)
    argv = call["argv"]
    assert call["scripts"] == 0
    assert {"--unprivileged", "-sT", "-sV", "--version-light", "-Pn", "-n"} <= set(argv)
    options = dict(itertools.pairwise(argv))
    assert options["-p"] == str(ssh.port)
    assert options["--exclude-ports"] == "515,631,9100-9107"
    assert options["--max-parallelism"] == "4"
    assert 1 <= int(options["--host-timeout"].removesuffix("s")) <= 60
    assert argv[-1] == "127.0.0.1"
    assert not {"-A", "-sC", "-O"} & set(argv)
    assert not [each for each in argv if each.startswith("--script")]
    assert not Path(options["--datadir"]).exists()


@pytest.mark.parametrize(
    ("address", "wanted"),
    [
        ("192.168.77.20", ["-S", "192.168.77.5"]),
        ("fd77::20", ["-S", "fd77::5", "-6"]),
        ("fe80::20", ["-6"]),
    ],
)
def test_it_leaves_by_the_enrolled_interface(address, wanted):
    way = Way(interface="eth0", addresses=tuple(map(IPAddress, ("192.168.77.5", "fd77::5", "fe80::5"))))
    argv = nmap.command("nmap", way, IPAddress(address), [22, 80], at_once=1, seconds=9, folder="f")
    tied = ["-e", "eth0"] if sys.platform == "linux" else []
    at = argv.index("515,631,9100-9107") + 1
    assert argv[at:] == [*tied, *wanted, "-oX", "-", address + ("%eth0" if address.startswith("fe80") else "")]
    assert argv[argv.index("-p") + 1] == "22,80"


def test_a_gently_treated_device_has_one_connection_at_a_time(program, listener, tmp_path):
    with loopback_network(nmap=program()) as network:
        network.net("test").versions(LOOPBACK, [listener(greeting=SSH).port])
    (call,) = fake_nmap.calls(tmp_path)
    assert call["argv"][call["argv"].index("--max-parallelism") + 1] == "1"


def test_that_it_ran_and_towards_whom_and_why_is_in_the_transcript(program, listener, tmp_path):
    ports = sorted([listener(greeting=SSH).port, listener().port])
    with (tmp_path / "acts").open("w") as out:
        ask(program(), ports, transcript=Transcript(out))
    (act,) = [json.loads(line) for line in (tmp_path / "acts").read_text().splitlines()]
    assert (act["act"], act["why"]) == ("nmap", "test: versions of services")
    assert act["target"].startswith("127.0.0.1 ")
    assert all(str(port) in act["target"] or "-" in act["target"] for port in ports)


def test_without_it_nothing_is_sent_and_the_reason_says_what_it_is_good_for(listener):
    service = listener()
    transcript = Transcript()
    with pytest.raises(NotInstalled, match="nmap is not installed; with it"):
        ask(None, [service.port], transcript=transcript)
    assert service.accepted == 0
    assert not transcript.counts


@pytest.mark.parametrize("port", sorted(limits.PAYLOAD_BLOCKED_PORTS))
def test_a_printing_port_is_refused_before_anything_runs(program, tmp_path, port):
    with pytest.raises(RefusedByUs, match="printer would print"):
        ask(program(), [22, port])
    assert fake_nmap.calls(tmp_path) == []


def test_nobody_outside_the_asked_network_is_asked_by_it(program, tmp_path):
    with pytest.raises(RefusedByUs):
        ask(program(), [22], guard=Guard([IPNetwork("192.0.2.0/24")]))
    assert fake_nmap.calls(tmp_path) == []


def test_ports_that_are_closed_by_now_are_a_reason(program):
    with pytest.raises(NoAnswer, match="none of these ports open"):
        ask(program(), [free_port()])


def test_a_failure_says_its_first_line_without_control_characters(program):
    with pytest.raises(Failure, match=r"^nmap failed with code 1: \[31mQUITTING: no such  option$"):
        ask(program("failing"), [22])


def test_a_program_that_cannot_be_started_is_a_reason(tmp_path):
    (tmp_path / "nmap").write_text("not a program")
    with pytest.raises(Failure, match="could not be started"):
        ask(str(tmp_path / "nmap"), [22])


def test_one_that_never_stops_writing_is_stopped(program, tmp_path):
    with pytest.raises(TooMuch, match="512 KiB"):
        ask(program("flooding"), [22])
    assert is_gone(fake_nmap.calls(tmp_path)[0]["pid"])


def test_its_time_ends_it(program, tmp_path):
    with loopback_network(nmap=program("hanging")) as network:
        net = network.net_for([LOOPBACK], STURDY, Deadline(60), "test")
        with pytest.raises(NoAnswer, match="was stopped"):
            net.versions(LOOPBACK, [22], seconds=1.0)
        with pytest.raises(OutOfTime):
            network.net_for([LOOPBACK], STURDY, Deadline(0), "test").versions(LOOPBACK, [22])
    (call,) = fake_nmap.calls(tmp_path)
    assert is_gone(call["pid"])


def test_the_end_of_the_scan_ends_it_and_whatever_it_started(program, tmp_path, monkeypatch):
    monkeypatch.setattr(nmap, "LAST_WORDS_SECONDS", 0.3)
    cancel, child = Cancel(), tmp_path / "child"

    def interrupt():
        wait_until(lambda: child.exists() and child.read_text())
        cancel.set()

    interrupter = threading.Thread(target=interrupt)
    interrupter.start()
    with pytest.raises(Cancelled):
        ask(program("stubborn"), [22], cancel=cancel)
    interrupter.join()
    assert is_gone(fake_nmap.calls(tmp_path)[0]["pid"])
    wait_until(lambda: is_gone(int(child.read_text())))


def test_it_is_in_a_group_of_its_own_so_that_ctrl_c_is_netguard_s(program, tmp_path):
    cancel, groups = Cancel(), []

    def look():
        wait_until(lambda: fake_nmap.calls(tmp_path))
        groups.append(os.getpgid(fake_nmap.calls(tmp_path)[0]["pid"]))
        cancel.set()

    looker = threading.Thread(target=look)
    looker.start()
    with pytest.raises(Cancelled):
        ask(program("hanging"), [22], cancel=cancel)
    looker.join()
    assert groups == [fake_nmap.calls(tmp_path)[0]["pid"]]
    assert os.getpgid(0) not in groups


def one(service):
    return nmap.read(document("192.0.2.5", port_element(80, "open", service)).encode())


def test_only_what_was_probed_is_read_and_the_rest_is_null():
    assert one(recognised("http", "lighttpd", "1.4.69")) == (
        nmap.Version(port=80, name="http", product="lighttpd", version="1.4.69"),
    )
    assert one(recognised("http")) == (nmap.Version(port=80, name="http"),)
    for conf in (3, 8, 9):
        assert one(recognised("tcpwrapped", conf=conf)) == ()
    assert one("") == ()


def test_texts_are_cut_and_cleaned():
    (found,) = one(recognised("http\x7f", "A" * 9000 + "<script>", "1\u202e2"))
    assert (found.name, len(found.product), found.version) == ("http", nmap.MAX_PRODUCT, "1 2")


@pytest.mark.parametrize(
    "ports",
    ["", port_element(80, "closed", ""), port_element(80, "filtered", recognised("http", "lighttpd"))],
)
def test_no_open_port_is_a_reason(ports):
    with pytest.raises(NoAnswer, match="none of these ports"):
        nmap.read(document("192.0.2.5", ports).encode())


ENTITIES = '<!DOCTYPE nmaprun [<!ENTITY a "boom"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE nmaprun [<!ENTITY x SYSTEM "file:///etc/hostname">]>'


@pytest.mark.parametrize(
    "xml",
    [
        "",
        "nmap: command not found",
        "<nmaprun>",
        "<nmaprun/>",
        document("192.0.2.5", "")[:-20],
        document("192.0.2.5", port_element(80, "open", recognised("http", "x"))).replace("portid", "id"),
        document("192.0.2.5", '<port protocol="tcp" portid="x"><state state="open"/></port>'),
        document("192.0.2.5", '<port protocol="tcp" portid="80"></port>'),
        document("192.0.2.5", "").replace("<address ", "<nothing "),
        document("192.0.2.5", port_element(80, "open", "&b;")).replace("<!DOCTYPE nmaprun>", ENTITIES),
        document("192.0.2.5", port_element(80, "open", "&x;")).replace("<!DOCTYPE nmaprun>", OUTSIDE),
        document("192.0.2.5", "").replace("<!DOCTYPE nmaprun>", '<!DOCTYPE nmaprun SYSTEM "file:///etc/hostname">'),
    ],
)
def test_what_is_no_such_document_is_a_reason_and_nothing_in_it_is_expanded(xml):
    with pytest.raises(Failure):
        nmap.read(xml.encode())


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(xml):
    with pytest.raises(Failure):
        nmap.read(xml)


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=60))
def test_no_names_break_the_reader(name, product, version):
    try:
        found = one(recognised(name, product, version))
    except Failure:
        return
    for each in found:
        said = "".join(filter(None, (each.name, each.product, each.version)))
        assert not any(unicodedata.category(character) == "Cc" for character in said)
