"""The table of `netguard wifi --live`, with made-up ears and a recording console."""

import io

import pytest
from netaddr import EUI
from rich.console import Console

from netguard.cli import _wifi_live
from netguard.errors import VantageError
from netguard.model.vocabulary import Pmf, Security, WpsMethod
from netguard.model.wifi import Wps
from netguard.net.failures import Cancelled
from netguard.wifi.heard import Heard, Told
from tests.hostile import corpus


class Time:
    """A clock that only waiting moves."""

    def __init__(self):
        self.now = 0.0

    def clock(self):
        return self.now

    def pause(self, seconds):
        self.now += seconds


def network(number=1, *, ssid=b"home", security=Security.WPA2_PERSONAL, signal=-54.0, frequency=2437, **more):
    told = {key: more.pop(key) for key in ("pmf", "wps") if key in more}
    return Heard(
        source="nmcli",
        bssid=EUI(0x02005E100000 + number, version=48),
        ssid=ssid,
        frequency=frequency,
        signal=signal,
        told=Told(security=security, **told),
        **more,
    )


class Ears:
    """Gives one look around after the other, and then what Ctrl-C raises."""

    def __init__(self, *looks, end=KeyboardInterrupt, remarks=()):
        self.looks, self.end, self.remarks, self.asked = list(looks), end, remarks, 0

    def __call__(self, *, again):
        assert again is True
        self.asked += 1
        if not self.looks:
            raise self.end
        return tuple(self.looks.pop(0)), tuple(self.remarks)


def console(*, terminal, width=140):
    return Console(
        file=io.StringIO(),
        force_terminal=terminal,
        width=width,
        height=40,
        color_system="standard" if terminal else None,
        legacy_windows=False,
    )


def run(*looks, terminal=False, seconds=None, width=140, **more):
    time, ears, out = Time(), Ears(*looks, **more), console(terminal=terminal, width=width)
    found = _wifi_live.live(ears, seconds=seconds, out=out, pause=time.pause, clock=time.clock)
    return found, out.file.getvalue(), ears, time


def last_table(written):
    """What stands on the screen in the end: after the last time the cursor went home."""
    return written.rpartition("\x1b[2K")[2]


def test_it_fills_as_networks_are_heard_and_gives_them_all():
    found, written, ears, time = run([network(1)], [network(1), network(2, ssid=b"guest")], terminal=True)
    assert [one.ssid for one in found] == ["guest", "home"]
    assert "1 network after 1 look around" in written
    assert "2 networks after 2 looks around" in last_table(written)
    assert ears.asked == 3
    assert time.now == 2 * _wifi_live.PAUSE


def test_a_row_says_what_a_person_wants_to_know():
    wps = Wps(present=True, methods=(WpsMethod.LABEL,))
    _, written, _, _ = run(
        [network(security=Security.WPA2_WPA3_PERSONAL, pmf=Pmf.CAPABLE, wps=wps, associated=True, frequency=5180)],
        terminal=True,
    )
    row = next(line for line in last_table(written).splitlines() if "home" in line)
    assert row.startswith("*")
    for words in ("home", "36 (5 GHz)", "WPA2 and WPA3", "on, PIN", "optional", "-54 dBm"):
        assert words in row


def test_what_was_not_told_is_not_guessed():
    _, written, _, _ = run([Heard(source="netsh", ssid=b"home", channel=1)])
    assert written.splitlines()[0] == (
        "address not told, channel 1: encryption not told; WPS not told; protected management frames not told; ?; called home"
    )


def test_own_networks_come_first_then_the_nearest():
    _, written, _, _ = run(
        [
            network(1, ssid=b"far", signal=-90.0),
            network(2, ssid=b"near", signal=-40.0),
            network(3, ssid=b"mine", signal=-80.0, associated=True),
        ],
        terminal=True,
    )
    shown = last_table(written)
    assert shown.index("mine") < shown.index("near") < shown.index("far")


def test_a_signal_is_the_last_one_and_who_is_not_heard_any_more_stays_and_is_said_to_be_gone():
    _, written, _, _ = run(
        [network(1, signal=-30.0), network(2, ssid=b"other")], [network(1, signal=-71.0)], terminal=True
    )
    lines = last_table(written).splitlines()
    assert "-71 dBm" in next(line for line in lines if "home" in line)
    assert "not heard now" in next(line for line in lines if "other" in line)


def test_a_hidden_name_is_called_so():
    _, written, _, _ = run([network(ssid=b"")])
    assert written.endswith("called (hidden name)\n")


def test_without_a_terminal_it_writes_lines_and_none_twice():
    found, written, _, _ = run([network(1)], [network(1, signal=-60.0)], [network(1), network(2, ssid=b"guest")])
    assert len(found) == 2
    offers = "channel 6 (2.4 GHz): encryption WPA2; WPS not told; protected management frames not told; -54 dBm"
    assert written.splitlines() == [
        f"02:00:5e:10:00:01, {offers}; called home",
        f"02:00:5e:10:00:02, {offers}; called guest",
    ]
    assert "\x1b" not in written


def test_a_name_cannot_look_like_the_one_we_are_on():
    _, written, _, _ = run([network(1, ssid=b"* home"), network(2, ssid=b"02:00:5e:10:00:07, connected")])
    assert not [line for line in written.splitlines() if ", connected" in line.partition("; called ")[0]]
    _, written, _, _ = run([network(1, associated=True)])
    assert written.startswith("02:00:5e:10:00:01, connected, channel 6")
    _, written, _, _ = run([network(1, ssid=b"* home")], terminal=True)
    assert "*  " not in last_table(written).partition("Network")[2]


def test_what_a_network_offers_anew_is_a_new_line():
    wps = Wps(present=True, methods=(WpsMethod.PUSH_BUTTON,))
    _, written, _, _ = run([network(1)], [network(1), network(1, wps=wps), network(1, wps=wps)])
    assert [("on, button only" in line) for line in written.splitlines()] == [False, True]


HOSTILE = (
    b"[red]red[/red]",
    b"[/]",
    b"[link=http://x.example]x[/link]",
    b"\x1b]0;owned\x07\x1b[2J",
    b"a\r\nhome (02:00:5e:10:00:01)",
    "\u202egnp.exe".encode(),
    b"\xff\xfe\x00\x80",
    b"\x9b31m",
    b"%s %n {0}",
    b"=cmd|' /C calc'!A0",
    b":warning: :skull:",
)


@pytest.mark.parametrize("terminal", [True, False])
@pytest.mark.parametrize("ssid", HOSTILE)
def test_a_name_can_do_nothing_to_the_terminal(terminal, ssid):
    _, harmless, _, _ = run([network(ssid=b"x" * len(ssid))], terminal=terminal)
    _, written, _, _ = run([network(ssid=ssid)], terminal=terminal)
    assert "\x1b]" not in written
    assert "\x1b[2J" not in written
    assert "\x9b" not in written
    assert "\x07" not in written
    assert "\u202e" not in written
    assert written.count("\n") == harmless.count("\n")
    if ssid.isascii() and ssid.decode().isprintable():
        assert ssid.decode() in written


@pytest.mark.parametrize("terminal", [True, False])
@pytest.mark.parametrize("name", sorted(corpus.NASTY))
def test_whatever_a_network_calls_itself_is_one_name(terminal, name):
    nasty = corpus.NASTY[name].encode(errors="surrogatepass")
    # Its first 32 bytes and its last: a name has no more.
    for ssid in (nasty[:32], nasty[-32:]):
        _, written, _, _ = run([network(ssid=ssid)], [network(ssid=ssid)], terminal=terminal, width=300)
        for forbidden in ("\x1b]", "\x1b[2J", "\x1b[1;31m", "\x07", "\x08", "\x9b", "\x9d", "\u202e", "\u2028", "\x85"):
            assert forbidden not in written
        if not terminal:
            assert written.count("\n") == 1


def test_remarks_stand_under_the_table_and_are_markup_to_nobody():
    _, written, _, _ = run([network()], terminal=True, remarks=["The radio did not look around anew [bold]."])
    assert "did not look around anew [bold]." in last_table(written)
    _, written, _, _ = run([network()], [network()], remarks=["Only once."])
    assert written.count("Only once.") == 1


def test_remarks_do_not_bury_the_table():
    _, written, _, _ = run([network()], terminal=True, remarks=[f"remark {n}." for n in range(30)])
    assert last_table(written).count("remark ") == _wifi_live.MOST_REMARKS


def test_it_ends_after_the_time_it_was_given_and_looks_at_least_once():
    looks = [[network()]] * 50
    assert run(*looks, seconds=12.0)[2].asked == 3
    assert run(*looks, seconds=0.0)[2].asked == 1


@pytest.mark.parametrize("end", [KeyboardInterrupt, Cancelled])
@pytest.mark.parametrize("terminal", [True, False])
def test_an_interruption_keeps_what_was_heard(end, terminal):
    found, written, _, _ = run([network()], end=end, terminal=terminal)
    assert len(found) == 1
    assert "home" in written


def test_an_interruption_of_the_pause_ends_it_too():
    def interrupted(seconds):
        raise Cancelled("the scan was interrupted")

    ears = Ears([network()], [network()])
    found = _wifi_live.live(ears, seconds=None, out=console(terminal=False), pause=interrupted)
    assert (len(found), ears.asked) == (1, 1)


def test_a_refusal_is_not_swallowed():
    with pytest.raises(VantageError):
        run(end=VantageError("no radio"))


def test_nothing_heard_is_an_empty_table_with_its_reasons():
    found, written, _, _ = run([], terminal=True, remarks=["No Wi-Fi network was heard by this computer."])
    assert found == ()
    assert "0 networks after 1 look around" in last_table(written)
    assert "No Wi-Fi network was heard" in last_table(written)


def test_somebody_who_invents_networks_fills_no_memory(monkeypatch):
    monkeypatch.setattr(_wifi_live, "MOST_SAID", 10)
    said = {}
    for number in range(50):
        _wifi_live._remember(said, number, "x")
    assert list(said) == list(range(40, 50))


@pytest.mark.parametrize("width", [40, 80])
def test_on_a_narrow_terminal_everything_is_folded_and_nothing_lost(width):
    out = Console(file=io.StringIO(), width=width)
    seen = _wifi_live.Seen()
    seen.add((network(ssid=b"a-name-of-thirty-two-characters-"),), ())
    out.print(_wifi_live._shown(seen))
    lines = out.file.getvalue().splitlines()
    assert all(len(line) <= width for line in lines)
    column = "".join(line[2:].split(" ")[0] for line in lines if line.startswith("  "))
    assert column.endswith("a-name-of-thirty-two-characters-")
