"""A house with a router in namespaces, as a test uses it: rules are loaded at the router, and everybody's packets go through them."""

import contextlib
import functools
import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from netguard.advise import planfile
from netguard.advise.ruleset import ruleset
from netguard.advise.snippet import snippet
from netguard.demo import daemons
from netguard.model.plan import Plan
from netguard.prove.asking import ANSWER_SECONDS, Heard
from netguard.prove.flows import Flow
from netguard.rules import platforms
from tests.lab.flows.houses import House, house

ROOT = Path(__file__).resolve().parents[3]
TOOLS = ("nft", "dnsmasq", "conntrack", "avahi-daemon")
KINDS = ("namespaces", "user-namespace")


def rendered(platform: str, plan: Plan | str) -> dict[str, str]:
    """File name → text of what a person gets for this plan."""
    known = planfile.read(plan.encode(), "plan.yaml") if isinstance(plan, str) else plan
    return {f.name: str(f.text) for f in snippet(_platforms()[platform], ruleset(known)).files}


@functools.cache
def _platforms() -> Mapping[str, platforms.Platform]:
    return platforms.load()


def need(*tools: str) -> None:
    """Skips the test, by name, where a real program is not to be had."""
    for tool in tools:
        if daemons.find(tool) is None:
            pytest.skip(f"needs the real {tool}: make lab fetches it")


class Lab:
    """One house. Every attribute but those below is a method of `holder.Holder`, done there."""

    def __init__(self, process: "subprocess.Popen[str]", seed: int | None, *, beside: bool) -> None:
        self._process = process
        self.house: House = house(seed, beside=beside)

    def close(self) -> None:
        """Ends the house and everything in it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(30)
        assert self._process.stdout is not None
        self._process.stdout.close()

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return lambda **given: self._call({"do": name, **given})

    def _call(self, order: Mapping[str, Any]) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the house fell down")
        answer = json.loads(line)
        assert "broken" not in answer, answer["broken"]
        if "failed" in answer:
            raise RuntimeError(answer["failed"])
        return answer["done"]

    def apply(self, files: Mapping[str, str], *, learn: bool = True) -> None:
        """Has the router apply the rules as its owner would, and its resolver know the clouds' names."""
        place = self.files(folder="mine", files=dict(files))
        code, said = self.run(argv=["sh", f"{place}/apply.sh", "--yes"])
        assert code == 0, said
        if learn:
            self.learn(files)

    def learn(self, files: Mapping[str, str]) -> None:
        """Starts the resolver with netguard's lines, and the hub asks for its cloud."""
        self.resolver(config=files.get("dnsmasq.conf", "") + files.get("dnsmasq-reservations.conf", ""))
        self.resolve()

    def matrix(self, only: Iterable[str] | None = None, patience: float = ANSWER_SECONDS) -> dict[str, Heard]:
        """What came of the flows; of those that should have been answered and were not, at the second asking."""
        asked = list(only) if only is not None else self.everything
        came: dict[str, Heard] = self.ask(flows=asked, patience=patience)
        if again := [
            name for name in asked if self.wanted.get(name) in {"allow", "as-before"} and came[name] != "open"
        ]:
            came |= self.ask(flows=again, patience=patience)
        return came

    def wrong(self, came: Mapping[str, Heard]) -> set[str]:
        """What came out other than the plan wants it."""
        return {
            name for name, heard in came.items()
            if self.wanted[name] != "not-routed" and (heard == "open") != (self.wanted[name] != "deny")
        }  # fmt: skip

    @functools.cached_property
    def wanted(self) -> dict[str, str]:
        """Flow id → allow, deny, not-routed, or as-before, which is open: the router filters nothing."""
        return {flow.id: flow.wanted.value if flow.decided else "as-before" for flow in self.flows.values()}

    @functools.cached_property
    def flows(self) -> dict[str, Flow]:
        """Flow id → flow, of all."""
        return {flow.id: flow for flow in (*self.house.flows, *self.house.questions())}

    @property
    def everything(self) -> list[str]:
        """Every flow: the 46, and the questions of a proof."""
        return list(self.wanted)

    @property
    def the_46(self) -> list[str]:
        """The 46 flows."""
        return [flow.id for flow in self.house.flows]


@contextlib.contextmanager
def opened(folder: Path, seed: int | None = None, *, beside: bool = False) -> Iterator[Lab]:
    """A house, or a skip that says why there can be none on this computer."""
    need("nft", "dnsmasq")
    tools = {name: str(Path(place).absolute()) for name in TOOLS if (place := daemons.find(name))}
    libraries = daemons.environment(tools["nft"], daemons.default_folder().absolute()).get("LD_LIBRARY_PATH", "")
    why = ""
    for kind in KINDS:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.lab.flows.holder"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
        )  # fmt: skip
        lab = Lab(process, seed, beside=beside)
        order = {"kind": kind, "seed": seed, "folder": str(folder), "tools": tools, "libraries": libraries}
        with contextlib.closing(lab):
            try:
                lab._call(order)
            except RuntimeError as error:
                why = str(error)
                continue
            yield lab
            break
    else:
        pytest.skip(f"no network namespaces on this computer: {why}")
