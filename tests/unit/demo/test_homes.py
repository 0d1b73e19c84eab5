"""Descriptions of homes: what is possible, what is refused, and that they survive the way to another process."""

from dataclasses import replace

import msgspec
import pytest

from netguard.demo import catalogue, daemons
from netguard.demo.counters import Tally
from netguard.demo.daemons import NAMES, RECIPES, environment, find, here
from netguard.demo.homes import Device, Home, Server
from netguard.demo.orders import Order
from netguard.demo.recipes import avahi_daemon, dnsmasq
from netguard.demo.recipes._contract import Place
from netguard.errors import LabError


def test_the_demo_home_has_what_it_must_have() -> None:
    home = catalogue.demo_home()
    bridge = home.device("lock-bridge")
    assert bridge.mac.startswith("54:d2:72")
    assert {s.port for s in bridge.servers if s.transport == "tcp"} == {8080, 23}
    assert {d.name for d in home.everyone} == {
        "router", "laptop", "lock-bridge", "homekit-lock", "light-hub", "automation-host", "camera", "nas", "printer",
        "television", "silent-plug", "phone",
    }  # fmt: skip


def test_a_home_arrives_in_another_process_as_it_was() -> None:
    order = Order(kind="namespaces", home=catalogue.demo_home(), daemons={"dnsmasq": "/x"}, folder="/y")
    assert msgspec.json.decode(msgspec.json.encode(order), type=Order) == order


def test_a_home_can_be_built_that_nobody_has_seen() -> None:
    bridge = catalogue.lock_bridge(mac="54:d2:72:aa:bb:cc", host=77, hostname="Nuki_Bridge_AABBCCDD", telnet=2323)
    home = catalogue.build_home("10.9.0.0/16", changes={"lock-bridge": bridge, "nas": None})
    assert home.address(home.device("lock-bridge")) == "10.9.0.77"
    assert "nas" not in {d.name for d in home.everyone}


@pytest.mark.parametrize("prefix", ["8.8.8.0/24", "127.0.0.0/24", "10.0.0.0/8", "192.168.77.0/28"])
def test_a_prefix_that_is_not_a_home_is_refused(prefix: str) -> None:
    with pytest.raises(LabError):
        catalogue.build_home(prefix)


def test_two_devices_cannot_be_one() -> None:
    with pytest.raises(LabError, match="same mac"):
        catalogue.build_home(changes={"camera": catalogue.camera(mac="54:d2:72:1a:2b:3c")})
    with pytest.raises(LabError, match="same host"):
        catalogue.build_home(extra=(catalogue.noisy_gadget(host=20),))
    with pytest.raises(LabError, match="no device 'cat'"):
        catalogue.build_home(changes={"cat": None})


@pytest.mark.parametrize(
    "wrong", [{"mac": "54-d2-72-1a-2b-3c"}, {"name": "Lock; rm"}, {"servers": (Server(kind="web", port=1),) * 2}]
)
def test_a_device_that_cannot_be_is_refused(wrong: dict[str, object]) -> None:
    usual: dict[str, object] = {"name": "a", "what": "A", "mac": "02:00:00:00:00:01", "host": 5}
    with pytest.raises(LabError):
        Device(**{**usual, **wrong})  # type: ignore[arg-type]


def test_each_stand_in_names_a_daemon_of_its_own_device() -> None:
    home: Home = catalogue.demo_home()
    for device in home.everyone:
        assert {s.stands_in_for for s in device.servers if s.stands_in_for} <= set(device.daemons)
        assert set(device.daemons) <= set(NAMES)


def test_every_recipe_says_how_to_know_that_it_is_ready() -> None:
    home = catalogue.demo_home()
    for device in home.everyone:
        for name in device.daemons:
            place = Place(
                daemon=name, home=home, device=device, address=home.address(device), interface="eth0", executable=f"/lab/root/{name}",
                folder="/lab/root", tools={},
            )  # fmt: skip
            recipe = RECIPES[name].recipe(place)
            assert recipe.ready
            assert recipe.argv[0] == f"/lab/root/{name}"
            assert all(path.startswith(("/run/", "/etc/")) for path, _ in recipe.files)
            assert recipe.private_etc or all(path.startswith("/run/") for path, _ in recipe.files)


def test_a_small_home_gets_no_leases_instead_of_wrong_ones() -> None:
    few = replace(catalogue.demo_home(), prefix="192.168.77.0/25")
    place = Place(
        daemon="dnsmasq", home=few, device=few.router, address="192.168.77.1", interface="br-lan", executable="/x",
        folder="/y", tools={},
    )  # fmt: skip
    config = dict(dnsmasq.recipe(place).files)["/run/lab/dnsmasq.conf"]
    assert "dhcp-range=192.168.77.96,192.168.77.125,255.255.255.128,1h" in str(config)


def test_daemons_are_looked_for_in_the_folder_first(tmp_path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("PATH", "")
    program = tmp_path / "root" / "usr" / "sbin" / "minidlnad"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    (tmp_path / "root" / "usr" / "lib" / "x86_64-linux-gnu").mkdir(parents=True)
    assert find("minidlna", tmp_path) == str(program)
    assert "x86_64-linux-gnu" in environment(str(program), tmp_path)["LD_LIBRARY_PATH"]
    assert "LD_LIBRARY_PATH" not in environment("/usr/sbin/nowhere", tmp_path)
    assert "minidlna" in here(tmp_path).found


def test_a_port_keeps_the_beginning_of_what_it_heard_and_counts_it_all() -> None:
    tally = Tally(transport="tcp", port=9100, bound=9100)
    for _ in range(10):
        tally.heard(b"x" * 1000)
    assert tally.plain().payload_bytes == 10_000
    assert len(tally.plain().payload) == 4096


def test_a_system_without_apt_is_told_so_kindly(tmp_path, monkeypatch, capsys) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("NETGUARD_LAB", str(tmp_path / "lab"))
    monkeypatch.setattr("netguard.demo.daemons.find", lambda *_: None)
    assert daemons.main() == 0
    out = capsys.readouterr().out
    assert out.startswith("This system has no apt-get and no dpkg-deb, so no daemons can be downloaded.")
    assert "dnsmasq       missing: " in out


def test_a_package_that_is_not_to_be_had_does_not_cost_the_others(tmp_path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "apt-get").write_text(
        '#!/bin/sh\necho "$@" >> $LOG\ncase "$*" in *minidlna*) echo \'E: no such package\' >&2; exit 100;; esac\n'
    )
    (tools / "dpkg-deb").write_text("#!/bin/sh\n")
    for tool in tools.iterdir():
        tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:/usr/bin:/bin")
    monkeypatch.setenv("LOG", str(tmp_path / "log"))
    monkeypatch.setattr("netguard.demo.daemons.find", lambda *_: None)
    report = daemons.fetch(tmp_path / "lab")
    assert report.said.startswith("Not to be had here: minidlna (E: no such package).")
    said = (tmp_path / "log").read_text().splitlines()
    assert said[0].endswith(" update")
    assert all(f"-c {tmp_path}/lab/apt.conf" in line for line in said)
    alone = {package for daemon in RECIPES.values() if daemon.alone for package in daemon.packages}
    every = [package for packages in daemons.PACKAGES.values() for package in packages if package not in alone]
    assert [line.split()[-1] for line in said[2:-1]] == every
    assert "download vlc-bin" in said[-1]
    assert f'Dir::State "{tmp_path}/lab/state";' in (tmp_path / "lab" / "apt.conf").read_text()


ULA = "fd77:1:2:3::/64"


def test_a_home_can_have_ipv6_beside_or_instead_of_its_ipv4() -> None:
    plain = catalogue.demo_home()
    bridge, silent = plain.device("lock-bridge"), next(d for d in plain.devices if d.silent)
    assert (plain.address6(bridge), plain.link_local(bridge)) == (None, None)
    both = replace(plain, prefix6=ULA)
    assert both.address(bridge) == plain.address(bridge)
    assert both.address6(bridge) == "fd77:1:2:3:56d2:72ff:fe1a:2b3c"
    assert both.link_local(bridge) == "fe80::56d2:72ff:fe1a:2b3c"
    assert both.address6(silent) is None
    only = replace(plain, prefix=None, prefix6=ULA)
    assert only.address(bridge) == only.address6(bridge) == both.address6(bridge)
    assert only.link_local(silent) is not None
    with pytest.raises(LabError, match="no IPv4"):
        _ = only.prefix_length
    order = Order(kind="namespaces", home=only, daemons={}, folder="/y")
    assert msgspec.json.decode(msgspec.json.encode(order), type=Order) == order


def test_a_device_can_choose_its_ipv6_address_or_have_none() -> None:
    home = replace(
        catalogue.build_home(changes={
            "camera": replace(catalogue.camera(), host6=0x40), "phone": replace(catalogue.demo_home().device("phone"), ipv6=False),
        }),
        prefix6=ULA,
    )  # fmt: skip
    assert home.address6(home.device("camera")) == "fd77:1:2:3::40"
    assert home.link_local(home.device("camera")) == "fe80::ee71:dbff:fe4a:5b40"
    assert (home.address6(home.device("phone")), home.link_local(home.device("phone"))) == (None, None)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"prefix": None}, "without IPv4 needs IPv6"),
        ({"prefix6": "2001:db8::/64"}, "unique local"),
        ({"prefix6": "fd77::/48"}, "unique local"),
    ],
)
def test_an_ipv6_home_that_cannot_be_is_refused(wrong: dict[str, str | None], says: str) -> None:
    with pytest.raises(LabError, match=says):
        replace(catalogue.demo_home(), **wrong)  # type: ignore[arg-type]


def test_two_devices_cannot_have_one_ipv6_address_nor_live_without_any() -> None:
    twins = {name: replace(catalogue.demo_home().device(name), host6=7) for name in ("camera", "nas")}
    with pytest.raises(LabError, match="same IPv6 address"):
        replace(catalogue.build_home(changes=twins), prefix6=ULA)
    without = catalogue.build_home(changes={"nas": replace(catalogue.demo_home().device("nas"), ipv6=False)})
    with pytest.raises(LabError, match="every device"):
        replace(without, prefix=None, prefix6=ULA)


def test_the_daemons_of_an_ipv6_home_speak_it() -> None:
    home = replace(catalogue.demo_home(), prefix=None, prefix6=ULA)
    nas = home.device("nas")
    place = Place(
        daemon="avahi-daemon", home=home, device=nas, address=home.address(nas), interface="eth0", executable="/x",
        folder="/y", tools={},
    )  # fmt: skip
    avahi = dict(avahi_daemon.recipe(place).files)["/etc/avahi/avahi-daemon.conf"]
    assert "use-ipv4=no\nuse-ipv6=yes" in str(avahi)
    served = dnsmasq.recipe(place)
    assert f"{home.address6(nas)} DiskStation\n" in str(dict(served.files)["/run/lab/hosts"])
    assert "dhcp-range" not in str(dict(served.files)["/run/lab/dnsmasq.conf"])
    assert ("udp", 67) not in served.ready
    plain = catalogue.demo_home()
    before = avahi_daemon.recipe(replace(place, home=plain, address=plain.address(nas)))
    assert "use-ipv4=yes\nuse-ipv6=no" in str(dict(before.files)["/etc/avahi/avahi-daemon.conf"])
