"""Ports that routers forward, remembered: since when, whose, how many, and whatever stands in the database."""

import dataclasses
import sqlite3
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from netguard.cli import _run
from netguard.errors import HistoryError
from netguard.history import mappings
from netguard.history.store import History
from netguard.model.device import Device
from netguard.model.gateway import Gateway, PortMapping
from netguard.model.mapping import KnownMapping, name
from netguard.model.scan import Scan
from netguard.model.vocabulary import Transport
from tests.unit.history.conftest import NOON, MakeScan, child, said


def mapping(external: int = 8443, client: str = "192.0.2.20", **given: object) -> PortMapping:
    made = PortMapping(
        source="igd", protocol=Transport.TCP, external_port=external, internal_client=client, internal_port=443
    )
    return dataclasses.replace(made, **given)  # type: ignore[arg-type]


def forwarding(*there: PortMapping, gateway: str | None = "mac:router") -> dict[str, object]:
    """Fields of a scan whose router holds these open."""
    return {"devices": (Device(key="mac:router"),), "gateways": (Gateway(device=gateway, mappings=there),)}


def seen(
    external: int = 8443, first: datetime = NOON, last: datetime = NOON, gateway: str = "mac:router"
) -> KnownMapping:
    return KnownMapping(gateway=gateway, name=f"tcp/{external}/192.0.2.20/443", first_seen=first, last_seen=last)


def at(minute: int) -> datetime:
    return NOON + timedelta(minutes=minute)


def test_a_mapping_is_known_since_it_was_first_seen_until_it_was_last_seen(
    url: str, history: History, make_scan: MakeScan
) -> None:
    history.save(make_scan("a1b2c3d4", 0, **forwarding(mapping())))
    history.save(make_scan("b1b2c3d4", 5, **forwarding(mapping(), mapping(22))))
    history.save(make_scan("c1b2c3d4", 9, **forwarding(mapping(22))))
    history.close()
    with History.open(url) as again:
        assert again.mappings("home") == (seen(last=at(5)), seen(22, at(5), at(9)))
        assert again.mappings("cabin") == ()


def test_a_scan_of_long_ago_that_is_saved_later_moves_the_first_time_only(
    history: History, make_scan: MakeScan
) -> None:
    history.save(make_scan("a1b2c3d4", 60, **forwarding(mapping())))
    history.save(make_scan("b1b2c3d4", 0, **forwarding(mapping())))
    assert history.mappings("home") == (seen(first=at(0), last=at(60)),)


def test_what_may_come_in_and_for_how_long_makes_no_other_mapping_and_where_it_leads_does(
    history: History, make_scan: MakeScan
) -> None:
    alike = [mapping(), mapping(remote_host="198.51.100.7", lease_seconds=60, description="x", enabled=False)]
    history.save(make_scan("a1b2c3d4", 0, **forwarding(*alike, mapping(client="192.0.2.21"))))
    assert [m.name for m in history.mappings("home")] == ["tcp/8443/192.0.2.20/443", "tcp/8443/192.0.2.21/443"]


def test_each_site_and_each_gateway_has_its_own(history: History, make_scan: MakeScan) -> None:
    history.save(make_scan("a1b2c3d4", 0, **forwarding(mapping())))
    history.save(make_scan("b1b2c3d4", 1, **forwarding(mapping(), gateway="mac:other")))
    history.save(make_scan("c1b2c3d4", 2, site="cabin", **forwarding(mapping())))
    assert history.mappings("home") == (seen(), seen(first=at(1), last=at(1), gateway="mac:other"))
    assert history.mappings("cabin") == (seen(first=at(2), last=at(2)),)


def test_what_leads_to_no_address_or_stands_at_nobodys_door_is_not_remembered(
    history: History, make_scan: MakeScan
) -> None:
    history.save(make_scan("a1b2c3d4", 0, **forwarding(mapping(client="\x00 fridge"))))
    history.save(make_scan("b1b2c3d4", 1, **forwarding(mapping(), gateway=None)))
    assert history.mappings("home") == ()


def test_a_router_that_makes_up_new_ones_each_time_does_not_fill_the_history(
    history: History, make_scan: MakeScan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mappings, "MAX_MAPPINGS", 6)
    history.save(make_scan("c1b2c3d4", 0, site="cabin", **forwarding(mapping())))
    for number in range(4):
        new = [mapping(1 + number * 4 + n) for n in range(4)]
        history.save(make_scan(f"a1b2c3d{number}", number, **forwarding(mapping(60000), *new)))
    kept = history.mappings("home")
    assert len(kept) == 6
    assert kept[0] == seen(60000, at(0), at(3)), "what is still there stays, however old"
    assert {m.name for m in kept[1:]} >= {name(mapping(13 + n)) for n in range(4)}
    assert len(history.mappings("cabin")) == 1


def test_a_scan_that_is_refused_leaves_no_mapping(history: History, make_scan: MakeScan) -> None:
    history.save(make_scan("a1b2c3d4", 0, **forwarding()))
    with pytest.raises(HistoryError, match="is in it already"):
        history.save(make_scan("a1b2c3d4", 1, **forwarding(mapping())))

    def fail(there: object) -> tuple[()]:
        raise KeyError(there)

    with pytest.raises(KeyError):
        history.save(make_scan("b1b2c3d4", 1, **forwarding(mapping())), learn=fail)
    assert history.mappings("home") == ()


def test_a_damaged_time_is_told_when_it_is_read_and_keeps_no_scan_from_being_saved(
    path: Path, history: History, make_scan: MakeScan
) -> None:
    history.save(make_scan("a1b2c3d4", 0, **forwarding(mapping())))
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("UPDATE known_mappings SET first_seen = 'long ago'")
    connection.close()
    with pytest.raises(HistoryError, match="damaged"):
        history.mappings("home")
    history.save(make_scan("b1b2c3d4", 1, **forwarding(mapping(22))))
    assert [line.id for line in history.list()] == ["b1b2c3d4", "a1b2c3d4"]


def test_scans_of_several_processes_at_once_remember_each_mapping_once(url: str) -> None:
    program = """
        from netguard.model.device import Device
        from netguard.model.gateway import Gateway, PortMapping
        from netguard.model.vocabulary import Transport
        print("ready", flush=True)
        sys.stdin.readline()
        with History.open(url) as history:
            for number in range(8):
                held = PortMapping(
                    source="igd", protocol=Transport.TCP, external_port=number, internal_client="192.0.2.20",
                    internal_port=443,
                )
                gateways = (Gateway(device="mac:router", mappings=(held,)),)
                scan = dataclasses.replace(released, id=f"{name}-{number}", site="home", gateways=gateways)
                history.save(scan)
    """
    with History.open(url):
        processes = [child(program, url, f"process-{n}") for n in range(3)]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        said(process)
    with History.open(url) as history:
        assert sorted(m.name for m in history.mappings("home")) == [f"tcp/{n}/192.0.2.20/443" for n in range(8)]


def test_the_released_document_is_remembered_as_it_stands(history: History, make_scan: MakeScan) -> None:
    scan: Scan = make_scan("a1b2c3d4")
    history.save(scan)
    held = [m for g in scan.gateways if g.device for m in g.mappings if m.client is not None]
    assert {m.name for m in history.mappings("home")} == {name(m) for m in held}
    assert held


def test_a_scan_from_the_command_line_knows_them_also_when_nothing_is_to_be_saved(
    url: str, history: History, make_scan: MakeScan
) -> None:
    history.save(make_scan("a1b2c3d4", 0, **forwarding(mapping())))
    for no_save in (False, True):
        past = _run._past(_run.Request(database=url, no_save=no_save), "home", make_scan("x").vantage)
        assert past.mappings == (seen(),)
    assert _run._past(_run.Request(database=url), "cabin", make_scan("x").vantage).mappings == ()
