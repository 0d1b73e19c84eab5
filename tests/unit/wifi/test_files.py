"""What a person hands over: found out by its content, unpacked within bounds, streamed, and one line for each mishap."""

import contextlib
import gzip
import io
import os
import struct
import subprocess
import sys
import time
import tracemalloc
import zlib
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netguard import registry
from netguard.errors import WifiFileError
from netguard.wifi import files
from netguard.wifi.formats import pcap, pcapng
from netguard.wifi.packets import heard
from netguard.wifi.radiotap import LINKS
from tests.unit.wifi import captures
from tests.unit.wifi.captures import frame, radiotap, somewhere

CAPTURE = captures.pcap([radiotap(frame()), radiotap(frame(ssid=b"second"))])


def read(path):
    remarks = []
    return list(files.read(path, remarks)), remarks


def refused(path):
    with pytest.raises(WifiFileError) as caught:
        list(files.read(path))
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert "\n" not in message
    return message.removeprefix(f"{path}: ")


@pytest.fixture
def saved(tmp_path):
    def save(data, name="air"):
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return save


@pytest.mark.parametrize("name", ["air.pcap", "air.pcapng", "air.txt", "air", "air.gz"])
def test_the_content_counts_and_not_the_name(saved, name):
    for data in (CAPTURE, captures.pcapng([radiotap(frame()), radiotap(frame(ssid=b"second"))])):
        assert [len(read(saved(each, name))[0]) for each in (data, gzip.compress(data))] == [2, 2]


def test_a_whole_capture_needs_no_remark(saved):
    assert read(saved(CAPTURE))[1] == []


def test_remarks_can_be_left_alone(saved):
    assert len(list(files.read(saved(CAPTURE[:-1])))) == 1


def test_what_is_not_there(tmp_path):
    assert refused(tmp_path / "nothing.pcap") == "there is no such file"


def test_a_folder(tmp_path):
    assert refused(tmp_path) == "it is a folder; name the files in it"


def test_what_may_not_be_read(saved, monkeypatch):
    path = saved(CAPTURE)

    def opened(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", opened)
    assert refused(path) == "you may not read it"


def test_a_disk_that_fails_while_it_is_read(saved, monkeypatch):
    class Failing(io.RawIOBase):
        count = 0

        def readable(self):
            return True

        def readinto(self, buffer):
            self.count += 1
            if self.count > 2:
                raise OSError(5, "Input/output error")
            buffer[: len(CAPTURE)] = CAPTURE
            return len(CAPTURE)

    path = saved(CAPTURE)
    monkeypatch.setattr(Path, "open", lambda *_, **__: Failing())
    assert refused(path) == "input/output error"


def test_an_empty_file(saved):
    assert refused(saved(b"")) == "it is empty"
    assert refused(saved(gzip.compress(b""))) == "nothing is in it"


@pytest.mark.parametrize(
    "data", [b"\0", b"hello\n", b"\0" * 10_000, b"%PDF-1.7", os.urandom(5000), b"\x7fELF" + b"\0" * 100]
)
def test_an_unknown_format_names_those_that_are_known(saved, data):
    message = refused(saved(b"\x01" + data))
    assert message.startswith("this is no kind of file that netguard knows. It reads: ")
    for name in ("capture (pcap)", "capture (pcapng)", "database of Kismet"):
        assert name in message


@pytest.mark.parametrize(
    ("magic", "name"), [(b"BZh9", "bzip2"), (b"\xfd7zXZ\0", "xz"), (b"\x28\xb5\x2f\xfd", "zstd"), (b"PK\3\4", "zip")]
)
def test_files_packed_otherwise_are_to_be_unpacked_first(saved, magic, name):
    assert refused(saved(magic + b"\0" * 100)) == f"it is packed with {name}; unpack it first"


def test_a_wrong_link_type_is_named(saved):
    assert "Ethernet (link type 1)" in refused(saved(captures.pcap([b"x" * 60], link=1)))


def test_a_capture_without_access_points_says_so(saved):
    path = saved(captures.pcap([radiotap(frame(0x40))]))
    assert read(path) == ([], [f"{path}: no access point is in it"])


def test_a_truncated_capture_keeps_what_came_before(saved):
    path = saved(CAPTURE[:-20])
    heard_of, remarks = read(path)
    assert len(heard_of) == 1
    assert remarks == [f"{path}: its end is missing; what stands before that was read"]


def test_a_truncated_gz_keeps_what_came_before(saved):
    packed = gzip.compress(CAPTURE + os.urandom(200_000), 1)
    path = saved(packed[: len(packed) // 2])
    heard_of, remarks = read(path)
    assert len(heard_of) == 2
    assert f"{path}: the .gz ends too early; what could be unpacked was read" in remarks


def test_a_damaged_gz_keeps_what_came_before(saved):
    packed = bytearray(gzip.compress(CAPTURE))
    packed[-8:-4] = b"\0\0\0\0"  # its check sum
    path = saved(bytes(packed))
    heard_of, remarks = read(path)
    assert len(heard_of) == 2
    assert remarks == [f"{path}: the .gz is damaged; what could be unpacked was read"]


def test_a_gz_that_is_damaged_from_the_start(saved):
    assert refused(saved(b"\x1f\x8bnonsense" * 10)) == "the .gz is damaged; what could be unpacked was read"
    assert refused(saved(gzip.compress(CAPTURE)[:12])) == "the .gz ends too early; what could be unpacked was read"


def test_a_gz_of_several_parts(saved):
    assert len(read(saved(gzip.compress(CAPTURE[:100]) + gzip.compress(CAPTURE[100:])))[0]) == 2


def bomb(megabytes):
    """A .gz of a capture whose packets are nothing: a thousandth of what it becomes."""
    squeeze = zlib.compressobj(9, wbits=31)
    out = [squeeze.compress(CAPTURE)]
    out += [squeeze.compress(b"\0" * (1 << 20)) for _ in range(megabytes)]
    return b"".join([*out, squeeze.flush()])


def test_a_bomb_costs_neither_memory_nor_more_time_than_is_stated(saved, monkeypatch):
    monkeypatch.setattr(files, "FREE", 4 << 20)
    path = saved(bomb(400))
    assert path.stat().st_size < 500_000
    tracemalloc.start()
    began = time.process_time()
    heard_of, remarks = read(path)
    seconds, (_, peak) = time.process_time() - began, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(heard_of) == 2
    allowed = (4 << 20) + files.MAX_RATIO * path.stat().st_size
    (remark,) = [r for r in remarks if "100 times its size" in r]
    assert int(remark.split("first ")[1].split(" MB")[0]) <= allowed >> 20
    assert peak < 16 << 20
    assert seconds < 60


def test_a_small_file_may_shrink_as_much_as_it_likes(saved):
    heard_of, remarks = read(saved(bomb(20)))
    assert len(heard_of) == 2
    assert remarks == []


class Stream(io.RawIOBase):
    """A capture of so many bytes that never exists as a whole."""

    def __init__(self, total):
        beacons = [radiotap(frame(ssid=b"%d" % (n % 40))) for n in range(400)]
        one = captures.pcap([each for beacon in beacons for each in (beacon, radiotap(b"\x88" + b"\0" * 15_000))])
        self.head, self.body, self.left = one[:24], one[24:], total

    def readable(self):
        return True

    def readinto(self, buffer):
        piece = self.head or self.body
        assert len(buffer) >= len(self.head)
        take = min(len(piece), len(buffer), self.left)
        buffer[:take] = piece[:take]
        if self.head:
            self.head = b""
        else:
            self.body = self.body[take:] + self.body[:take]
        self.left -= take
        return take


def test_memory_is_flat_in_the_files_size():
    """As long as a four-gigabyte file needs no more than a small one, all sizes do."""
    peaks = {}
    for megabytes in (8, 200):
        tracemalloc.start()
        module, stream = files._recognised(Stream(megabytes << 20), somewhere())
        assert module is pcap
        assert sum(1 for _ in module.read(stream, somewhere())) > 40
        peaks[megabytes] = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peaks[200] < 1.5 * peaks[8] + (1 << 20)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_read_too(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys; open(sys.argv[1], 'wb').write(bytes.fromhex(sys.argv[2]))",
            path,
            CAPTURE.hex(),
        ]
    )
    assert len(read(path)[0]) == 2
    assert writer.wait(30) == 0


def test_standard_input_is_read_too():
    code = "from pathlib import Path; from netguard.wifi import files; print(len(list(files.read(Path('-')))))"
    done = subprocess.run([sys.executable, "-c", code], input=gzip.compress(CAPTURE), capture_output=True, check=True)
    assert done.stdout.strip() == b"2"


def test_a_name_cannot_write_to_the_terminal(tmp_path):
    with pytest.raises(WifiFileError) as caught:
        list(files.read(tmp_path / "a\x1b[2J\nb"))
    assert str(caught.value).isprintable()


def named(name, *before, knows=True):
    return SimpleNamespace(NAME=name, BEFORE=before, recognises=lambda head: knows)


def test_of_several_formats_the_more_exact_one_is_taken():
    assert files.chosen({"a": named("a"), "b": named("b", "a")}, b"").NAME == "b"
    assert files.chosen({"b": named("b"), "a": named("a")}, b"").NAME == "a"
    assert files.chosen({"a": named("a"), "b": named("b", "a", knows=False)}, b"").NAME == "a"
    assert files.chosen({"a": named("a", "b"), "b": named("b", "a")}, b"").NAME == "a"
    assert files.chosen({"a": named("a", knows=False)}, b"") is None


def test_every_format_keeps_the_contract():
    for module in registry.load_all("netguard.wifi.formats", "NAME", "recognises", "read").values():
        assert module.NAME
        assert not module.recognises(b"")
        assert not module.recognises(b"\0" * 4096)


def test_every_format_only_gives_way_to_formats_that_are_there():
    there = registry.load_all("netguard.wifi.formats")
    for module in there.values():
        assert set(getattr(module, "BEFORE", ())) <= set(there)


@given(st.binary(max_size=300), st.booleans())
def test_no_file_raises_anything_else(tmp_path_factory, data, packed):
    path = tmp_path_factory.getbasetemp() / "any"
    path.write_bytes(gzip.compress(data) if packed else data)
    with contextlib.suppress(WifiFileError):
        read(path)


def test_scapy_is_not_imported(saved):
    path = saved(CAPTURE)
    code = (
        "import sys; from pathlib import Path; from netguard.wifi import files;"
        "print(len(list(files.read(Path(sys.argv[1])))), any(m.split('.')[0] == 'scapy' for m in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code, path], capture_output=True, check=True, text=True)
    assert done.stdout.split() == ["2", "False"]


def test_reading_is_many_times_faster_than_dissection():
    """Loosely, on a busy computer; `tests/bench/bench_wifi.py` measures it well."""
    from scapy.layers.dot11 import RadioTap

    air = [radiotap(frame(sequence=n, stamp=n, bssid=bytes([2, 0, 0, 0, 0, n % 40]))) for n in range(2000)]
    data = captures.pcap(air)
    ours = min(seconds(lambda: list(pcap.read(io.BytesIO(data), somewhere()))) for _ in range(5))
    theirs = seconds(lambda: [RadioTap(packet) for packet in air])
    assert theirs > 20 * ours


def seconds(work):
    began = time.process_time()
    work()
    return time.process_time() - began


DATA = os.environ.get("NETGUARD_TEST_DATA")
public = pytest.mark.skipif(not DATA, reason="NETGUARD_TEST_DATA is not set")


def public_captures():
    return sorted(p for p in (Path(DATA) / "wifi").glob("*/*.pcap*") if p.is_file()) if DATA else []


@public
@pytest.mark.parametrize("path", public_captures(), ids=lambda p: p.name)
def test_public_captures_are_read_and_so_are_all_their_beginnings(path, saved):
    data = path.read_bytes()
    assert files.chosen({"pcap": pcap, "pcapng": pcapng}, data[:4096]) is not None
    for length in {*range(24, len(data), max(1, len(data) // 40)), len(data)}:
        with contextlib.nullcontext() if length == len(data) else contextlib.suppress(WifiFileError):
            read(saved(data[:length]))


@public
@pytest.mark.parametrize("path", public_captures(), ids=lambda p: p.name)
def test_as_many_beacons_and_responses_as_in_scapys_raw_reader(path):
    """What is found is what stands there, byte for byte, but for the check sequence; and no frame is missed."""
    from scapy.error import Scapy_Exception
    from scapy.utils import RawPcapReader

    theirs = []
    try:
        for packet, metadata in RawPcapReader(str(path)):
            link = getattr(metadata, "linktype", None) or classic_link(path)
            start = 16 if link == 113 else 0
            if link != 105:
                start += int.from_bytes(packet[start + 2 : start + 4], "little")
            if packet[start : start + 1] in {b"\x80", b"\x50"}:
                theirs.append(packet[start:])
    except (Scapy_Exception, EOFError, struct.error):
        pass  # it is stricter with what is broken
    ours = [found[0] for found in (LINKS[link](data, cut) for link, data, cut in packets_of(path)) if found]
    assert len(ours) == len(theirs)
    for mine, whole in zip(ours, theirs, strict=True):
        assert whole.startswith(mine)
        assert len(whole) - len(mine) in {0, 4}


def packets_of(path):
    file = io.BytesIO(path.read_bytes())
    if pcapng.recognises(file.getvalue()[:4096]):
        return list(pcapng._packets(pcapng._blocks(file, somewhere()), set()))
    order = "<" if file.read(24)[0] == 0xD4 else ">"
    return list(pcap._packets(file, somewhere(), order, classic_link(path)))


def classic_link(path):
    head = path.read_bytes()[:24]
    return int.from_bytes(head[20:24], "little" if head[0] == 0xD4 else "big") & 0xFFFF


def test_packets_of_unknown_links_are_passed_over():
    (one,) = heard(iter([(1, frame(), 0), (105, frame(), 0), (60000, b"", 0)]), "pcap")
    assert one.beacon == frame()[36:]
