"""The pattern language of rule files."""

import time

import pytest

from netguard.rules import globs


@pytest.mark.parametrize(
    ("glob", "text", "expected"),
    [
        ("connect", "connect", True),
        ("connect", "connect2", False),
        ("CONNECT", "connect", True),
        ("nuki_bridge_*", "Nuki_Bridge_1A2B3C4D", True),
        ("nuki_bridge_*", "my_nuki_bridge_1", False),
        ("*O=Philips Hue*", "C=NL,O=Philips Hue,CN=00", True),
        ("gw2-????", "gw2-12ab", True),
        ("gw2-????", "gw2-12abc", False),
        ("a*a", "a", False),
        ("a*a", "aa", True),
        ("*", "", True),
        ("*ab*ba*", "aba", False),
        ("*?b", "ab", True),
        ("[ab]", "a", False),
        ("[ab]", "[ab]", True),
        ("a.c", "abc", False),
        ("a*c\\", "abc\\", True),
        ("x", "x\n", False),
        ("*İ", "aİ", True),
    ],
)
def test_globs_know_stars_and_question_marks_only(glob, text, expected):
    assert globs.matches(glob, text) is expected


def test_no_text_makes_a_glob_run_for_long():
    begun = time.monotonic()

    for glob in ("*a*a*a*b", "*" + "a" * 60 + "*" + "a" * 60 + "b", "*????????????????????????b"):
        assert globs.problem(glob) is None
        for _ in range(20):
            assert not globs.matches(glob, "a" * 5000)

    assert time.monotonic() - begun < 5
