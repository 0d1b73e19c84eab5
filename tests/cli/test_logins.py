"""`netguard scan --logins` as a process of its own: what it refuses, and what it says that it would do."""

import pytest

SCAN = ("scan", "-i", "lo", "127.77.0.0/30", "--my-network", "--wifi", "off", "--no-html", "--quiet")


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (("--logins",), "--logins tries to log in to your router, and there is nobody to ask; say so with --yes"),
        (("--logins", "--yes", "--depth", "quick"), "--logins needs --depth standard or deep"),
        (("--logins", "--yes", "--depth", "discover"), "at discover no login page is looked at"),
        (("--logins", "--dry-run", "--depth", "quick"), "--logins needs --depth standard or deep"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line_before_anything_is_sent(netguard, tmp_path, more, says):
    acts = tmp_path / "acts"
    done = netguard(*SCAN, "--transcript", acts, *more)
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not acts.exists()


def test_a_rehearsal_says_what_it_would_send_and_asks_nobody(netguard, tmp_path):
    acts = tmp_path / "acts"
    done = netguard(*SCAN, "--dry-run", "--logins", "--transcript", acts)
    assert done.returncode == 0, done.stderr
    said = " ".join(done.stdout.split())
    for words in (
        "Nothing is sent now",
        "login-attempts Factory logins, tried a few times, only where the person asked for it",
        "One made-up password first, then the factory's: 3 logins at most",
        "always 2 fewer than what is known to lock it",
        "FTP servers are asked once whether they let in the account anonymous",
        "Do this on your own router only",
    ):
        assert words in said
    assert not acts.exists()
    assert "--logins tries" not in " ".join(netguard(*SCAN, "--dry-run").stdout.split())


def test_a_rehearsal_says_what_the_settings_allow(netguard, tmp_path):
    config = tmp_path / "config.toml"
    config.write_text('logins = ["192.0.2.1", "00:00:5e:00:53:01"]\n')
    done = netguard(*SCAN, "--dry-run", NETGUARD_CONFIG=str(config))
    said = " ".join(done.stdout.split())
    assert "--logins tries the login that a router or access point came with" in said
    assert "The settings allow it on 00-00-5E-00-53-01, 192.0.2.1 only." in said.replace(
        "00:00:5e:00:53:01", "00-00-5E-00-53-01"
    )


def test_an_answer_that_is_piped_in_is_no_yes(netguard):
    done = netguard(*SCAN, "--logins", stdin="y\n")
    assert done.returncode == 2


@pytest.mark.parametrize("argv", [("--logins",), ("--with", "logins=yes")])
@pytest.mark.parametrize("what", ["run", "install"])
def test_a_schedule_has_no_such_option(netguard, what, argv):
    done = netguard("schedule", what, *argv)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr


def test_the_settings_name_devices_and_nothing_else_does(netguard, tmp_path):
    config = tmp_path / "config.toml"
    config.write_text('logins = "all"\n')
    done = netguard(*SCAN, "--dry-run", NETGUARD_CONFIG=str(config))
    assert done.returncode == 2
    assert "logins" in done.stderr
    assert "Traceback" not in done.stderr
