"""The crontab: our lines in it, the rest as it was, and the shell's reading of the command."""

import json
import re
import shlex
import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netguard.errors import ScheduleError, VantageError
from netguard.schedule import _install, cron
from netguard.schedule._contract import Order, Part, every

crontabs = st.text(st.characters(codec="utf-8", exclude_characters="\r\ufffd", exclude_categories=("Cs",)), max_size=60)


@given(crontabs)
def test_the_rest_of_a_crontab_stays_as_it_is(before):
    block = f"{cron._BEGIN}\n5 * * * * x schedule run --every day >/dev/null 2>&1\n{cron._END}\n"
    once = cron.edited(before, block)
    assert once.startswith(before)
    assert once.endswith(block)
    assert cron.edited(once, block) == once
    assert cron.edited(once, "") in (before, before + "\n"), "a last line gets its end, which cron asks for"


def test_the_line_takes_the_place_where_it_stood(order, here, computer):
    computer.crontab = "MAILTO=me\n0 5 * * * backup\n"
    _install.install(cron, cron.wanted(order, here), here)
    computer.crontab += "30 6 * * * other\n"
    _install.install(cron, cron.wanted(replace(order, not_on_battery=True), here), here)
    lines = computer.crontab.splitlines()
    assert [lines[0], lines[1], lines[-1]] == ["MAILTO=me", "0 5 * * * backup", "30 6 * * * other"]
    assert len(lines) == 6
    assert cron.take_out(here) == ()
    assert computer.crontab == "MAILTO=me\n0 5 * * * backup\n30 6 * * * other\n"


def test_a_crontab_that_held_nothing_else_goes(order, here, computer):
    _install.install(cron, cron.wanted(order, here), here)
    cron.take_out(here)
    assert computer.crontab is None
    assert computer.asked[-1] == ("crontab", "-r")


@pytest.mark.parametrize(
    "text", ["0 5 * * * caf\ufffd\n", "0 5 * * * x\r\n", f"{cron._BEGIN}\n5 * * * * x\n", f"{cron._END}\n"]
)
def test_a_crontab_that_could_not_be_put_back_stays_as_it_is(order, here, computer, text):
    computer.crontab = text
    with pytest.raises(ScheduleError):
        _install.install(cron, cron.wanted(order, here), here)
    (problem,) = cron.take_out(here)
    assert "crontab -e" in problem
    assert computer.crontab == text


LINE = "5 * * * * /usr/bin/python3 -P -m netguard schedule run --every week >/dev/null 2>&1"


@pytest.mark.parametrize(
    "lines",
    [
        [cron._BEGIN, LINE],
        [LINE, cron._END],
        [LINE],
        [f"  {LINE}"],
        [cron._BEGIN, LINE, "0 5 * * * backup", cron._END],
        [cron._BEGIN, "0 5 * * * backup", cron._END],
        [cron._BEGIN, LINE, cron._END, LINE],
        [cron._BEGIN, cron._BEGIN, LINE, cron._END],
        [cron._BEGIN, LINE, cron._END, "0 5 * * * caf\ufffd"],
    ],
)
def test_lines_that_somebody_changed_are_there_and_need_the_persons_hand(order, here, computer, lines):
    computer.crontab = before = "MAILTO=me\n" + "\n".join(lines) + "\n"
    (part,) = cron.present(here)
    assert "crontab -e" in part.wrong
    assert cron.take_out(here) == (part.wrong,)
    with pytest.raises(ScheduleError, match="crontab -e"):
        _install.install(cron, cron.wanted(order, here), here)
    assert computer.crontab == before


@pytest.mark.parametrize(
    "comment",
    ["# see netguard schedule install", f"## {cron._BEGIN}", f"# {LINE}", f"{cron._BEGIN} (mine)"],
)
def test_a_comment_of_the_persons_own_is_none_of_ours(order, here, computer, comment):
    computer.crontab = f"{comment}\n"
    assert cron.present(here) == ()
    _install.install(cron, cron.wanted(order, here), here)
    assert cron.present(here) == cron.wanted(order, here)
    assert cron.take_out(here) == ()
    assert computer.crontab == f"{comment}\n"


def test_a_line_that_was_put_back_twice_goes_as_a_whole(order, here, computer):
    (part,) = cron.wanted(order, here)
    computer.crontab = f"{part.text}0 5 * * * backup\n{part.text}"
    assert not _install.stands(cron, (part,), here)
    _install.install(cron, (part,), here)
    assert computer.crontab == f"{part.text}0 5 * * * backup\n"


@pytest.mark.parametrize(
    ("times", "says"),
    [("7 * * * *", "at 7 minutes past the hour"), ("7 3 * * 1", "as `7 3 * * 1` says"), ("# 7 * * * *", None)],
)
def test_the_next_time_is_what_stands_in_the_line(order, here, computer, times, says):
    (part,) = cron.wanted(order, here)
    computer.crontab = part.text.replace(f"{here.minute} * * * *", times)
    assert cron.next_look(here) == says
    (found,) = cron.present(here)
    assert found.wrong == ""
    assert cron.take_out(here) == ()
    assert computer.crontab is None


def test_a_crontab_that_cannot_be_read_is_never_replaced(order, here, computer):
    computer.crontab = "mine\n"
    computer.failing.add(("crontab", "-l"))
    with pytest.raises(ScheduleError, match="stays as it is"):
        cron.put(cron.wanted(order, here), here)
    assert computer.asked == [("crontab", "-l")]


@pytest.mark.parametrize("words", ["no crontab for alice", "crontab: can't open 'alice': No such file or directory"])
def test_no_crontab_is_told_from_one_that_cannot_be_read(order, here, words):
    written = []

    def run(argv):
        if argv == ("crontab", "-l"):
            raise VantageError(f"crontab failed with code 1: {words}")
        written.append(argv)
        return ""

    cron.put(cron.wanted(order, here), replace(here, run=run))
    assert len(written) == 1


words = st.text(st.characters(min_codepoint=32, max_codepoint=0x17F).filter(str.isprintable), max_size=10)
SHELL = "/bin/sh"


def by_cron(line):
    """What cron hands to the shell: the command as far as the first `%` without a backslash (crontab(5))."""
    command = line.split(None, 5)[5]
    assert re.search(r"(?<!\\)%", command) is None
    return command.replace("\\%", "%")


@pytest.mark.parametrize(
    "word", ["plain", "two words", "it's", '"', "50%", "$HOME", "`id`", "\\%", "a;b", "~", "*", "é"]
)
def test_the_shell_starts_exactly_the_command(order, here, tmp_path, word):
    said = tmp_path / "said.json"
    program = f"import json, sys; open({str(said)!r}, 'w').write(json.dumps(sys.argv[1:]))"
    asked = replace(order, program=(sys.executable, "-c", program), environment=(("NETGUARD_CONFIG", word),))
    (part,) = cron.wanted(asked, here)
    line = next(line for line in part.text.splitlines() if not line.startswith("#"))
    subprocess.run([SHELL, "-c", by_cron(line)], check=True, timeout=60)
    assert tuple(json.loads(said.read_text())) == asked.argv[3:]
    assert cron.argv((part,)) == asked.argv


@given(words, words)
def test_the_line_is_read_back(first, second):
    asked = Order(every=every("day"), program=("/x", first), environment=(("NETGUARD_CONFIG", second),))
    line = shlex.join(asked.argv).replace("%", "\\%")
    assert cron.argv((Part(where="", text=f"# c\n5 * * * * {line} >/dev/null 2>&1\n"),)) == asked.argv


def test_times_are_of_the_hour_and_differ_between_people(order, here):
    minutes = {replace(here, user=f"user{n}").minute for n in range(200)}
    assert minutes <= set(range(60))
    assert len(minutes) > 40
    (part,) = cron.wanted(order, here)
    assert part.text.splitlines()[1].split()[:5] == [str(here.minute), "*", "*", "*", "*"]


def test_a_command_longer_than_cron_takes_is_refused(order, here):
    long = replace(order, environment=(("NETGUARD_CONFIG", "x" * 1000),))
    with pytest.raises(ScheduleError, match="longer than cron takes"):
        cron.wanted(long, here)
