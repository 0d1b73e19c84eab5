"""How long the rules take to load, and a large home to identify. Run it: python tests/bench/bench_rules.py."""

import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

ROUNDS = 7
DEVICES = 250


def timed(work, rounds=ROUNDS):
    """Median seconds of `rounds` runs."""
    seconds = []
    for _ in range(rounds):
        begun = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - begun)
    return statistics.median(seconds)


def main():
    begun = time.perf_counter()
    from netguard.rules.loader import load

    imported = time.perf_counter()
    rules = load()
    first = time.perf_counter()
    print(f"rules: import {(imported - begun) * 1e3:.0f} ms, first load {(first - imported) * 1e3:.0f} ms")
    print(f"rules: load again {timed(load) * 1e3:.0f} ms ({rules.records} records; budget 150 ms)")

    from netaddr import IPNetwork

    from netguard.identify.devices import devices
    from netguard.model.address import ip, mac
    from netguard.model.observation import Fact, Sighting
    from netguard.model.surroundings import Surroundings
    from netguard.model.vantage import Segment, Vantage

    print(f"rules: vendor look-up {timed(lambda: rules.vendors.name(mac('00:05:cd:00:00:01')), 1000) * 1e6:.0f} µs")
    vantage = Vantage(
        os="linux", interface="eth0", address=ip("10.0.0.2"), segment=Segment(prefix=IPNetwork("10.0.0.0/16"))
    )
    home = tuple(
        Sighting(
            source="mdns",
            detail=f"device {n}",
            address=ip(f"10.0.1.{n % 250 + 1}"),
            mac=mac(f"00:05:cd:00:00:{n:02x}"),
            hostnames=(f"device-{n}.local",),
            facts=tuple(Fact(kind="dnssd.txt", value=f"_hap._tcp key{k}={n}") for k in range(10)),
        )
        for n in range(DEVICES)
    )
    here = Surroundings(vantage=vantage)
    seconds = timed(lambda: devices(home, {}, (), (), here, rules))
    print(f"identify: {DEVICES} devices in {seconds * 1e3:.0f} ms")


if __name__ == "__main__":
    main()
