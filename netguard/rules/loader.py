"""Reads every rule file, refuses what a person could not have meant, and says in one line what is wrong where.

An error message has the form `file: field: reason`, for instance
`rules/devices/nuki-bridge.yaml: evidence[0].match.oui: '54:D2' is not 6, 7 or 9 hexadecimal digits`.
"""

import hashlib
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol, TypeVar

import msgspec

from netguard.errors import RulesError
from netguard.model.login import Secret
from netguard.rules import advisories, literal, logins, review, upnp
from netguard.rules.advisories import Advisories
from netguard.rules.location import data_root
from netguard.rules.logins import LoginFamily
from netguard.rules.schema import DeviceRecord, PolicyRule, PortPolicy, PortRules, WifiRules
from netguard.rules.upnp import UpnpRules
from netguard.rules.vendors import VendorTable, table

SCHEMA = 1
"""The version of rule files that this netguard reads (see `rules/schema.py`)."""

MAX_VENDORS = 1024 * 1024
"""Bytes read of `vendors.csv` (1 MiB); it has about 7 KiB. Stops a file made to fill memory."""

MAX_RECORDS = 5000
"""Files read of one folder; there are about 40. Stops an overlay that points at somebody's whole disk."""

JUDGE_NOTHING = "platforms"
"""The folder of rule files that are no part of the digest; `rules/platforms.py` reads it."""

_NAMED = (
    ("Object contains unknown field `", "it is no field that netguard knows"),
    ("Object missing required field `", "it is missing"),
)
"""How msgspec begins a message that names a field, and what is said instead."""

_Shape = TypeVar("_Shape", bound=msgspec.Struct)


class Replacing(Protocol):
    """A record of which a person may have one of their own in the place of a shipped one."""

    @property
    def id(self) -> str: ...  # noqa: D102

    @property
    def replaces(self) -> str | None: ...  # noqa: D102


_Kept = TypeVar("_Kept", bound=Replacing)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Everything that the files say, in memory: nothing is opened after `load`."""

    devices: Mapping[str, DeviceRecord]
    """By id, in the order of ids."""
    ports: PortRules
    policy: tuple[PolicyRule, ...]
    """What the person themself forbids, from the overlay's `ports.yaml`; empty without one."""
    wifi: WifiRules
    """How each state of Wi-Fi and WPS is graded."""
    upnp: UpnpRules
    """Faults of programs that speak UPnP."""
    advisories: Mapping[str, Advisories]
    """What is known of each maker's devices, by the file's id, in the order of ids."""
    logins: Mapping[str, LoginFamily]
    """How families of routers show and guard their logins, by the file's id, in the order of ids."""
    vendors: VendorTable
    digest: str
    """SHA-256 over all rule files that judge, a person's own included, and over the checks' source: 64 hex digits."""
    records: int
    overlays: int
    """How many of the records, lines of policy, files of advisories and families of logins are the person's own."""


def load(overlay: Path | None = None) -> Rules:
    """The shipped rules, with the records of the folder `overlay` (laid out like `rules/`) added.

    A folder `overlay` that does not exist adds nothing. Raises `RulesError`.
    """
    root = data_root("rules")
    # What was read is kept until the digest is made of it: each file is opened once, and no other text is vouched for.
    read: dict[Path, bytes] = {}
    name = root.name
    shipped = {path.stem: _device(path, f"{name}/devices/{path.name}", read) for path in record_files(root / "devices")}
    if not shipped:
        raise RulesError(f"{root}: devices: there are no records; install netguard again")
    own: dict[str, DeviceRecord] = {}
    replaced: dict[str, Path] = {}
    if overlay is not None and overlay.is_dir():
        for path in record_files(overlay / "devices"):
            own[path.stem] = record = _device(path, path.as_posix(), read)
            check_replacement(record, path, shipped, replaced)
    devices = {id_: record for id_, record in shipped.items() if id_ not in replaced} | own
    ports = read_record(root / "ports.yaml", f"{name}/ports.yaml", PortRules, read)
    complain(f"{name}/ports.yaml", review.ports(ports))
    wifi = read_record(root / "wifi.yaml", f"{name}/wifi.yaml", WifiRules, read)
    complain(f"{name}/wifi.yaml", review.wifi(wifi))
    programs = read_record(root / "upnp.yaml", f"{name}/upnp.yaml", UpnpRules, read)
    complain(f"{name}/upnp.yaml", upnp.problems(programs))
    policy: tuple[PolicyRule, ...] = ()
    if overlay is not None and (overlay / "ports.yaml").is_file():
        where = overlay / "ports.yaml"
        policy = read_record(where, where.as_posix(), PortPolicy, read).policy
        complain(where.as_posix(), review.policy(policy))

    def advisory(path: Path, shown: str) -> Advisories:
        file = read_record(path, shown, Advisories, read)
        complain(shown, advisories.review(file, path.stem))
        complain(shown, advisories.strangers(file, devices))
        return file

    def family(path: Path, shown: str) -> LoginFamily:
        file = read_record(path, shown, LoginFamily, read)
        complain(shown, logins.problems(file, path.stem))
        return file

    known, added = _records(root, overlay, "advisories", advisory)
    families, more = _records(root, overlay, "logins", family)
    read[root / "vendors.csv"] = vendors = _bytes(root / "vendors.csv", MAX_VENDORS)
    return Rules(
        devices=MappingProxyType(dict(sorted(devices.items()))),
        ports=ports,
        policy=policy,
        wifi=wifi,
        upnp=programs,
        advisories=known,
        logins=families,
        vendors=table(vendors, f"{name}/vendors.csv"),
        digest=_digest(root, overlay, read),
        records=len(devices),
        overlays=len(own) + len(policy) + added + more,
    )


def _device(path: Path, shown: str, read: dict[Path, bytes]) -> DeviceRecord:
    record = read_record(path, shown, DeviceRecord, read)
    complain(shown, review.device(record, path.stem))
    return record


def _records(
    root: Path, overlay: Path | None, folder: str, one: Callable[[Path, str], _Kept]
) -> tuple[Mapping[str, _Kept], int]:
    """All records of `folder` by id, a person's own among them, and how many of these there are."""
    shipped = {path.stem: one(path, f"{root.name}/{folder}/{path.name}") for path in record_files(root / folder)}
    own: dict[str, _Kept] = {}
    replaced: dict[str, Path] = {}
    for path in record_files(overlay / folder) if overlay is not None and overlay.is_dir() else ():
        own[path.stem] = record = one(path, path.as_posix())
        check_replacement(record, path, shipped, replaced)
    found = {id_: record for id_, record in shipped.items() if id_ not in replaced} | own
    return MappingProxyType(dict(sorted(found.items()))), len(own)


def check_replacement(record: Replacing, path: Path, shipped: Container[str], replaced: dict[str, Path]) -> None:
    """Notes in `replaced` what an own record stands in for; `shipped` are the ids that netguard has.

    A shipped record never goes away unsaid. Raises `RulesError`.
    """
    if record.replaces is None:
        if record.id in shipped:
            raise RulesError(f"{path}: replaces: netguard has a record {record.id}; say `replaces: {record.id}`")
        return
    if record.replaces not in shipped:
        raise RulesError(f"{path}: replaces: netguard has no record {record.replaces}")
    if record.id in shipped and record.id != record.replaces:
        raise RulesError(f"{path}: id: netguard has another record {record.id}; choose a name of your own")
    if record.replaces in replaced:
        raise RulesError(f"{path}: replaces: {replaced[record.replaces]} replaces {record.replaces} already")
    replaced[record.replaces] = path


def read_record(path: Path, shown: str, shape: type[_Shape], read: dict[Path, bytes]) -> _Shape:
    """The record in the file `path`, whose bytes are added to `read`. Raises `RulesError`, which says `shown`."""
    read[path] = data = _bytes(path, literal.MAX_FILE)
    try:
        raw = literal.parse(data)
    except literal.UnusableError as error:
        raise RulesError(f"{shown}: {error}") from error
    if not isinstance(raw, dict):
        raise RulesError(f"{shown}: line 1: it has to be a record with fields, `schema: {SCHEMA}` first")
    version = raw.get("schema")
    if version != SCHEMA or isinstance(version, bool):
        newer = isinstance(version, int) and version > SCHEMA
        reason = "it is for a newer netguard: update netguard to use it" if newer else f"it has to be {SCHEMA}"
        raise RulesError(f"{shown}: schema: {reason}")
    try:
        return msgspec.convert(raw, shape, dec_hook=_secret)
    except msgspec.ValidationError as error:
        raise RulesError(f"{shown}: {_field_first(str(error))}") from error


def _secret(kind: type, value: Any) -> Any:
    """A password as the kind that nobody can print. What it is stands in no complaint."""
    if kind is not Secret:
        raise NotImplementedError
    if not isinstance(value, str):
        raise ValueError("it has to be a text in quotes")  # noqa: TRY004 - what msgspec turns into its own error
    return Secret(value)


def _field_first(message: str) -> str:
    """Msgspec's "reason - at `$.field`" turned around; an unknown or missing field is named as the field itself."""
    reason, _, where = message.partition(" - at `")
    field = where.rstrip("`").removeprefix("$").removeprefix(".")
    for start, said in _NAMED:
        if reason.startswith(start):
            name = reason.removeprefix(start).rstrip("`")
            return f"{field}.{name}: {said}" if field else f"{name}: {said}"
    if field.startswith("key` in `"):
        field = field.removeprefix("key` in `$.")
    return f"{field or 'record'}: {reason[:1].lower()}{reason[1:]}"


def complain(shown: str, problems: Iterable[str]) -> None:
    """Raises `RulesError` with the first of `problems`, if there is one."""
    for problem in problems:
        raise RulesError(f"{shown}: {problem}")


def _bytes(path: Path, limit: int) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except OSError as error:
        raise RulesError(f"{path}: file: it cannot be read ({error.strerror or error})") from error
    if len(data) > limit:
        raise RulesError(f"{path}: file: it is larger than {limit >> 10} KiB")
    return data


def record_files(folder: Path) -> tuple[Path, ...]:
    """The record files in `folder`, by name. A file of another name is an error: it would be passed over unseen."""
    if not folder.is_dir():
        return ()
    try:
        found = sorted(p for p in folder.iterdir() if not p.name.startswith(".") and p.name != "README.md")
    except OSError as error:
        raise RulesError(f"{folder}: folder: it cannot be read ({error.strerror or error})") from error
    if len(found) > MAX_RECORDS:
        raise RulesError(f"{folder}: folder: it holds more than {MAX_RECORDS} files")
    for path in found:
        if path.suffix != ".yaml":
            raise RulesError(f"{path}: file name: it has to end in .yaml, or it would be passed over")
    return tuple(found)


def _digest(root: Path, overlay: Path | None, read: Mapping[Path, bytes]) -> str:
    """SHA-256 over (name, length, bytes) of every file that judges, line ends as on Unix so that systems agree.

    How routers are told what to do (`platforms/`) judges nothing: no finding changes when those files do, and a change of
    theirs must not look like other rules between two scans. `read` are the bytes of files that were read already.
    """
    sources: list[tuple[str, Path, tuple[str, ...]]] = [("rules", root, ("*.yaml", "*.csv"))]
    if overlay is not None and overlay.is_dir():
        sources.append(("own", overlay, ("devices/*.yaml", "advisories/*.yaml", "logins/*.yaml", "ports.yaml")))
    sources.append(("checks", Path(str(files("netguard") / "checks")), ("*.py",)))
    found: dict[str, Path] = {}
    for label, folder, patterns in sources:
        for pattern in patterns:
            files_of = (p for p in folder.rglob(pattern) if p.parent != root / JUDGE_NOTHING)
            found.update({f"{label}/{p.relative_to(folder).as_posix()}": p for p in files_of})
    digest = hashlib.sha256()
    for name, path in sorted(found.items()):
        data = (read[path] if path in read else _bytes(path, MAX_VENDORS)).replace(b"\r\n", b"\n")
        digest.update(f"{name}\x00{len(data)}\x00".encode())
        digest.update(data)
    return digest.hexdigest()
