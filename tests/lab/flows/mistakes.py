"""What people get wrong when they write such rules (routers' forums and trackers), done to netguard's own text.

Each mistake says which of the 46 flows, or which other trial, has to notice it. Those that only another platform can make
are named in `ELSEWHERE`, with where they are tried.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Trial = Literal["flows", "lease4", "lease6", "found", "twice", "refused", "quiet", "modem", "laptop", "router"]
"""The 46 flows; the hub's address by DHCP; the hub by multicast DNS; loading twice; a refusal inside comes at once; nothing
comes back to the internet; a cloud's name that leads to the modem, or to the laptop; the router itself asks the hub."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """One mistake. `number` is its place among the known ones; `noticed` are flows, where the trial is theirs."""

    number: int
    what: str
    change: Callable[[str], str]
    noticed: frozenset[str] = frozenset()
    trial: Trial = "flows"


def without(pattern: str) -> Callable[[str], str]:
    """Takes every line that has `pattern` away."""
    return lambda text: "".join(line for line in text.splitlines(keepends=True) if not re.search(pattern, line))


def instead(pattern: str, other: str) -> Callable[[str], str]:
    """Writes `other` for every `pattern`."""
    return lambda text: re.sub(pattern, other, text, flags=re.MULTILINE)


def first(rule: str) -> Callable[[str], str]:
    """Adds a rule before all others."""
    return lambda text: text.replace(
        "flush table inet netguard\n", f"flush table inet netguard\nadd rule inet netguard {rule}\n"
    )


def last(line: str) -> Callable[[str], str]:
    """Adds a line behind all others."""
    return lambda text: f"{text}{line}\n"


def both(*changes: Callable[[str], str]) -> Callable[[str], str]:
    """One change after the other."""

    def change(text: str) -> str:
        for one in changes:
            text = one(text)
        return text

    return change


REFUSE = r"reject with icmpx( type)? admin-prohibited"


def flows(*numbers: int) -> frozenset[str]:
    """Flow ids."""
    return frozenset(f"F{number:02}" for number in numbers)


MISTAKES = (
    Mistake(number=1, what="replies are not let through", change=without("forward ct state"), noticed=flows(31, 32, 33, 37, 40, 42, 43, 44, 52)),
    Mistake(number=1, what="replies to the router are not let in", change=without("input ct state"), noticed=flows(30, 32, 33, 37, 54)),
    Mistake(number=2, what="IPv6's neighbours cannot find the router", change=without("input icmpv6 type"), noticed=flows(37, 47)),
    Mistake(number=3, what="no DNS for the IoT network", change=without("in_iot .* dport 53 "), noticed=flows(30, 32, 33, 37)),
    Mistake(number=3, what="no DHCP", change=without("in_iot .* dport 67 "), trial="lease4"),
    Mistake(number=3, what="no DHCP for IPv6", change=without("in_iot .* dport 547 "), trial="lease6"),
    Mistake(number=4, what="the reflector does not hear multicast DNS", change=without("in_iot .* 5353 "), trial="found"),
    Mistake(number=5, what="the router's pages are open to the IoT network", change=instead(f"(in_iot) {REFUSE}", r"\1 accept"),
            noticed=flows(8, 9, 10, 11, 12, 13, 14)),
    Mistake(number=5, what="only the nearest of the router's addresses is closed",
            change=instead(f"^(.* in_iot) {REFUSE}", r"\1 ip daddr 10.77.2.1 reject\n\1 accept"), noticed=flows(8, 11, 14)),
    Mistake(number=6, what="IPv6 is forgotten", change=both(first("forward meta nfproto ipv6 accept"), first("input meta nfproto ipv6 accept")),
            noticed=flows(6, 7, 11, 21, 22, 25, 38, 55)),
    Mistake(number=6, what="only private IPv4 addresses are denied",
            change=instead(f"^(.* seg_[ig][a-z]+) {REFUSE}", r"\1 ip daddr { 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 } reject\n\1 accept"),
            noticed=flows(6, 7, 55)),
    Mistake(number=7, what="whatever is forwarded is let in", change=instead(r'oifname \{ "br-lan" \} ct status', "ct status"), noticed=flows(23)),
    Mistake(number=8, what="the refusal stands before what it should spare", change=first("seg_trusted reject"), noticed=flows(40, 42, 43, 44)),
    Mistake(number=8, what="everything is allowed above the refusals", change=first("seg_iot accept"), noticed=flows(1, 2, 3, 4, 5, 6, 7, 34, 35, 36, 38, 39, 60)),
    Mistake(number=8, what="the wrong direction", change=instead("(ip6?) daddr ({ (10.77.2.20|2001:db8:2::20) })", r"\1 saddr \2"), noticed=flows(40, 42)),
    Mistake(number=9, what="other resolvers may be asked", change=both(first("out_iot udp dport 53 accept"), first("out_iot tcp dport { 53, 853 } accept")),
            noticed=flows(36, 39)),
    Mistake(number=10, what="rules are added at every run", change=without("^flush table"), trial="twice"),
    Mistake(number=12, what="no time: certificates are taken for outdated", change=without("out_iot .* 123 "), noticed=flows(31)),
    Mistake(number=13, what="devices inside wait for an answer", change=instead(REFUSE, "drop"), trial="refused"),
    Mistake(number=13, what="the internet is told that there is somebody", change=both(last("add rule inet netguard forward reject"), last("add rule inet netguard in_wan reject")),
            trial="quiet"),
    Mistake(number=14, what="guests reach everything", change=instead('seg_guest oifname "wan0" accept', "seg_guest accept"), noticed=flows(50, 51, 55)),
    Mistake(number=15, what="a cloud's name may lead to the modem", change=without("out_iot ip6? daddr .*127"), trial="modem"),
    Mistake(number=15, what="a cloud's name may lead to the laptop",
            change=both(without("out_iot ip6? daddr .*127"), instead('seg_iot oifname "wan0" jump', "seg_iot jump")), trial="laptop"),
    Mistake(number=16, what="pings go everywhere", change=both(first("forward icmp type echo-request accept"), first("forward icmpv6 type echo-request accept")),
            noticed=flows(4, 22)),
    Mistake(number=17, what="another firewall drops what is allowed here",
            change=last("table inet another { chain forward { type filter hook forward priority 10; policy drop; }; }"), noticed=flows(31, 32, 33, 37, 40, 42, 43, 44, 52)),
)  # fmt: skip

ELSEWHERE = {
    11: "a rule that is left out without a word: nft takes a file as a whole or not at all (test_rules.py); OpenWrt's "
    "warnings, and a batch that does not say that a line failed, are tried with OpenWrt's text",
}  # fmt: skip
"""Number → what it is, and where it is tried."""


# ---------------------------------------------------------------- beside another firewall

DROPS = r"(first_forward oifname \{[^}]*\}) drop"

OVERLAY = (
    Mistake(number=1, what="replies are not let through", change=without("first_forward ct state"), noticed=flows(31, 32, 33, 37, 40, 42, 52)),
    Mistake(number=1, what="replies to the router are not let in", change=without("first_input ct state"), trial="router"),
    Mistake(number=2, what="IPv6's neighbours cannot find the router", change=without("in_iot icmpv6 type"), noticed=flows(37, 47)),
    Mistake(number=3, what="no DNS for the IoT network", change=without("in_iot .* dport 53 "), noticed=flows(30)),
    Mistake(number=3, what="no DHCP", change=without("in_iot .* dport 67 "), trial="lease4"),
    Mistake(number=3, what="no DHCP for IPv6", change=without("in_iot .* dport 547 "), trial="lease6"),
    Mistake(number=4, what="the reflector does not hear multicast DNS", change=without("in_iot .* 5353 "), trial="found"),
    Mistake(number=5, what="the router's pages are open to the IoT network", change=instead(f"(in_iot) {REFUSE}", r"\1 accept"),
            noticed=flows(8, 9, 10, 11, 12, 13, 14)),
    Mistake(number=5, what="only the nearest of the router's addresses is closed",
            change=instead(f"^(.* in_iot) {REFUSE}", r"\1 ip daddr 10.77.2.1 reject\n\1 accept"), noticed=flows(8, 11, 14)),
    Mistake(number=6, what="IPv6 is forgotten", change=both(first("first_forward meta nfproto ipv6 accept"), first("first_input meta nfproto ipv6 accept")),
            noticed=flows(6, 7, 11, 21, 22, 38, 55)),
    Mistake(number=6, what="only private IPv4 addresses are denied",
            change=instead(f"^(.* seg_[ig][a-z]+) {REFUSE}", r"\1 ip daddr { 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 } reject\n\1 accept"),
            noticed=flows(6, 7, 55)),
    Mistake(number=7, what="whatever is forwarded is let in", change=first("first_forward ct status dnat accept"), noticed=flows(23)),
    Mistake(number=8, what="the refusal stands before what it should spare", change=first("seg_trusted reject"), noticed=flows(40, 42, 43, 44)),
    Mistake(number=8, what="everything is allowed above the refusals", change=first("seg_iot accept"), noticed=flows(1, 2, 3, 4, 5, 6, 7, 34, 35, 36, 38, 39, 60)),
    Mistake(number=8, what="the wrong direction", change=instead("(ip6?) daddr ({ (10.77.2.20|2001:db8:2::20) })", r"\1 saddr \2"), noticed=flows(40, 42)),
    Mistake(number=9, what="other resolvers may be asked", change=both(first("out_iot udp dport 53 accept"), first("out_iot tcp dport { 53, 853 } accept")),
            noticed=flows(36, 39)),
    Mistake(number=10, what="rules are added at every run", change=without("^flush table"), trial="twice"),
    Mistake(number=12, what="no time: certificates are taken for outdated", change=without("out_iot .* 123 "), noticed=flows(31)),
    Mistake(number=13, what="devices inside wait for an answer", change=instead(REFUSE, "drop"), trial="refused"),
    Mistake(number=13, what="the internet is told that there is somebody", change=instead(DROPS, r"\1 reject"), trial="quiet"),
    Mistake(number=14, what="guests reach everything", change=instead('seg_guest oifname "wan0" accept', "seg_guest accept"), noticed=flows(50, 51, 55)),
    Mistake(number=15, what="a cloud's name may lead to the modem", change=without("out_iot ip6? daddr .*127"), trial="modem"),
    Mistake(number=15, what="a cloud's name may lead to the laptop",
            change=both(without("out_iot ip6? daddr .*127"), instead('seg_iot oifname "wan0" jump', "seg_iot jump")), trial="laptop"),
    Mistake(number=16, what="pings go everywhere",
            change=both(first("first_forward icmp type echo-request accept"), first("first_forward icmpv6 type echo-request accept")), noticed=flows(4, 22)),
)  # fmt: skip
"""The same mistakes in the rules that stand beside another firewall; what only that firewall can get wrong is not among them."""

NOT_OVERLAY = {
    11: ELSEWHERE[11],
    17: "another firewall drops what is allowed here: that is how it is meant to be, since these rules never allow anything on "
    "that firewall's behalf; test_rules.py tries that what it keeps shut stays shut",
}  # fmt: skip
"""Number → why it is no mistake of rules beside another firewall."""
