"""A week of a schedule with real packets: silence, one message to a real receiver, and nothing at all in another's home."""

import json
import os
import sqlite3
import subprocess
import sys
import textwrap
import time

import pytest

from netguard.demo import catalogue
from netguard.demo.catalogue import build_home
from tests.lab.conftest import namespaces
from tests.lab.quiet import wait_until_quiet
from tests.lab.scanning import ROOT, SCAN_SECONDS, scan_of

RECEIVER = """
    import json, sys
    from http.server import BaseHTTPRequestHandler, HTTPServer

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            with open("messages", "a") as file:
                file.write(json.dumps(message) + "\\n")
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    with open("port.new", "w") as file:
        file.write(str(server.server_address[1]))
    import os
    os.rename("port.new", "port")
    server.serve_forever()
"""


def environment(folder):
    left_out = {"SUDO_UID", "PKEXEC_UID", "NETGUARD_CONFIG"}
    return {k: v for k, v in os.environ.items() if k not in left_out} | {
        "PYTHONPATH": str(ROOT), "HOME": str(folder), "NETGUARD_CONFIG": str(folder / "config.toml"), "NO_COLOR": "1",
    }  # fmt: skip


def meet(home, folder):
    """The laptop's kernel knows its router's MAC, as it does from daily life; here nothing is sent for it."""
    router = home.home.device("router")
    command = ["ip", "neigh", "replace", str(home.home.address(router)), "lladdr", router.mac]
    command += ["dev", home.laptop_interface, "nud", "permanent"]
    assert home.run_as_laptop(command, env=environment(folder)).wait(timeout=60) == 0


def run(home, folder):
    """One time of the schedule as the laptop has it."""
    process = home.run_as_laptop(
        [sys.executable, "-m", "netguard", "schedule", "run", "--every", "week", "--depth", "quick",
         "-i", home.laptop_interface, "--database", f"sqlite:///{folder}/history.sqlite"],
        env=environment(folder), cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    out, errors = process.communicate(timeout=SCAN_SECONDS)
    assert process.returncode == 0, errors
    assert out == "", "a timer's mail says nothing when nothing is wrong"
    return errors


def listen(home, folder):
    """Start the receiver on the laptop, and have the settings name it."""
    (folder / "port").unlink(missing_ok=True)
    home.run_as_laptop([sys.executable, "-c", textwrap.dedent(RECEIVER)], env=environment(folder), cwd=folder)
    deadline = time.monotonic() + 30
    while not (folder / "port").exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    url = f"json://127.0.0.1:{(folder / 'port').read_text()}"
    (folder / "config.toml").write_text(f'[notify]\nurls = ["{url}"]\n')


def messages(folder):
    path = folder / "messages"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def a_week_goes_by(folder):
    """The history's own times move back: no test waits for a week."""
    with sqlite3.connect(folder / "history.sqlite") as database:
        database.execute("UPDATE scans SET started_at = datetime(started_at, '-7 days')")
    database.close()


@pytest.fixture(scope="module")
def life(tmp_path_factory):
    """The errors of each run: just scanned by hand, a week later, an hour after that, and in somebody else's home."""
    folder = tmp_path_factory.mktemp("schedule")
    said = []
    with namespaces(build_home(changes={"automation-host": None})) as home:
        scan_of(home, folder, "--depth", "quick", NETGUARD_CONFIG="")
        (folder / "config.toml").touch()
        listen(home, folder)
        meet(home, folder)
        said.append(run(home, folder))
    a_week_goes_by(folder)
    with namespaces(build_home()) as home:
        listen(home, folder)
        meet(home, folder)
        said.append(run(home, folder))
        said.append(run(home, folder))
    a_week_goes_by(folder)
    with namespaces(build_home(changes={"router": catalogue.router(mac="02:00:5e:99:99:99")})) as home:
        listen(home, folder)
        meet(home, folder)
        before = wait_until_quiet(home, home.laptop_interface)
        said.append(run(home, folder))
        after = wait_until_quiet(home, home.laptop_interface)
    return folder, said, (before, after)


def test_what_is_not_due_and_what_is_known_says_nothing(life):
    _, said, _ = life
    assert said[0] == ""
    assert said[2] == ""


def test_one_message_tells_of_the_new_device_without_addresses(life):
    folder, said, _ = life
    [message] = messages(folder)
    assert message["title"].startswith("netguard at home: ")
    assert "1 device new" in message["title"]
    assert "Device new: " in message["message"]
    assert "netguard: scanned" in said[1]
    assert "sent to json (" in said[1]
    assert str(message).count("10.77.") == 0


def test_in_somebody_elses_home_nothing_is_scanned_and_nothing_sent(life):
    _, said, (before, after) = life
    assert "not at home, no scan: " in said[3]
    assert "scanned" not in said[3].replace("no scan", "")
    assert before == after
