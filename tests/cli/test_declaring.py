"""What `netguard setup` makes of words: finding a record, a lock in one word for scripts, one key of the settings."""

import tomllib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netguard.cli import _declaring
from netguard.cli._settings import with_reports
from netguard.errors import ConfigError, UsageError
from netguard.model.vocabulary import Link, Role
from netguard.rules import loader

NOW = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.fixture(scope="module")
def records():
    return loader.load().devices


def test_a_search_finds_names_makers_and_other_names_locks_first(records):
    def ids(text):
        return [r.id for r in _declaring.search(records, text, _declaring.LOCK_ROLES)]

    assert "nuki-bridge" in ids("nuki")
    assert "nuki-bridge" in ids("  BRIDGE nuki ")
    assert ids("nuki  Bridge")[0] == "nuki-bridge", "what is called just so comes first"
    assert "schlage-encode" in ids("BE489")
    assert ids("") == ids("   ") == ids("no lock is called so") == []
    roles = [records[i].role for i in ids("nuki") if records[i].name.startswith("Nuki")]
    assert roles == sorted(roles, key=[Role.LOCK, Role.LOCK_HUB, Role.SMART_HOME_HUB].index)
    assert "fritzbox" not in ids("fritz")
    assert all(records[i].role in _declaring.LOCK_ROLES for i in ids("a"))


@pytest.mark.parametrize(
    ("text", "name", "link", "role"),
    [
        ("nuki-bridge:Front door:bridge", "Front door", Link.BRIDGE, Role.LOCK),
        ("nuki-bridge", "Nuki Bridge", Link.BRIDGE, Role.LOCK),
        ("nuki-bridge:Hall", "Hall", Link.BRIDGE, Role.LOCK),
        ("nuki-bridge:Hall:wifi", "Hall", Link.WIFI, Role.LOCK_HUB),
        ("kwikset-halo:wifi", "Kwikset Halo lock", Link.WIFI, Role.LOCK),
        ("kwikset-halo::wifi", "Kwikset Halo lock", Link.WIFI, Role.LOCK),
        ("kwikset-halo:Flat 3: back:wifi", "Flat 3: back", Link.WIFI, Role.LOCK),
        ("smartthings-hub:Door:zigbee", "Door", Link.ZIGBEE, Role.LOCK),
        ("smartthings-hub:Hub:ethernet", "Hub", Link.ETHERNET, Role.SMART_HOME_HUB),
        ("other:Gate:thread", "Gate", Link.THREAD, Role.LOCK),
    ],
)
def test_a_lock_in_one_word_for_scripts(records, text, name, link, role):
    said = _declaring.parsed(text, records)
    (declaration,) = _declaring.added((), said, "home", NOW)
    assert (declaration.name, declaration.link, declaration.role) == (name, link, role)


def test_a_name_is_clean_bounded_and_never_empty(records):
    assert _declaring.named("  a \x1b[2J  b ") == "a [2J b"
    assert len(_declaring.named("n" * 500)) == _declaring.MAX_NAME
    for text in ("", "  ", "\x00"):
        with pytest.raises(UsageError, match="letters"):
            _declaring.named(text)
    (one,) = _declaring.added((), _declaring.parsed("nuki-bridge", records), "home", NOW)
    assert _declaring.free_name("nuki BRIDGE", (one,)) == "nuki BRIDGE 2"


def test_a_lock_is_not_called_what_the_router_is_called(records):
    declared = _declaring.with_router((), records["fritzbox"], "home", NOW)
    with pytest.raises(UsageError, match="router is called already"):
        _declaring.added(declared, _declaring.parsed("kwikset-halo:fritz!box:wifi", records), "home", NOW)


def test_there_is_an_end_to_declaring(records):
    declared = ()
    for number in range(_declaring.MAX_DECLARED):
        declared = _declaring.added(declared, _declaring.parsed(f"other:{number}:wifi", records), "home", NOW)
    with pytest.raises(UsageError, match="take one out first"):
        _declaring.added(declared, _declaring.parsed("other:one more:wifi", records), "home", NOW)


SETTINGS = st.sampled_from(
    [
        "",
        "\n\n# mine\n",
        "# no end of line",
        'never_touch = ["192.0.2.1"]',
        'never_touch = [\n  "192.0.2.1",\n]\r\n',
        '[[pause]]\ndevice = "192.0.2.2"\nuntil = 2026-12-01\n',
        'reports = "/old"  # here\nnever_touch = []\n',
        "\"reports\"='C:\\old'\r\nnever_touch = []\r\n",
        '# reports = "/never"\n  reports   =   "a\\"b"\n[[pause]]\ndevice = "x"\nuntil = 2026-12-01\n',
    ]
)


@given(SETTINGS, st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=60))
def test_only_the_one_key_changes_and_every_other_line_stays(text, folder):
    changed = with_reports(text, folder)
    assert tomllib.loads(changed) == tomllib.loads(text) | {"reports": folder}
    stays = [line for line in text.splitlines() if "reports" not in line or line.startswith("#")]
    assert [line for line in changed.splitlines() if line in stays] == stays
    assert with_reports(changed, folder) == changed
    assert ("\r\n" in changed) == ("\r\n" in text)


@pytest.mark.parametrize("text", ['reports = """\n/old"""\n', "reports = [", "reports = 3\n"])
def test_what_cannot_be_changed_safely_is_left_to_the_person(text):
    with pytest.raises(ConfigError):
        with_reports(text, "/new")


def test_a_line_that_only_looks_like_the_key_is_left_alone():
    text = 'other = """\nreports = "no"\n"""\nreports = "/old"\n'
    assert with_reports(text, "/new") == text.replace("/old", "/new")
