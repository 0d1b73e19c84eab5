"""The reader of nftables' rules itself: rules by hand, with what nft(8) says becomes of packets."""

import pytest
from netaddr import EUI, IPAddress

from tests.readers import nft, nftables
from tests.readers.nftables import Frame, UnreadableError

pytestmark = pytest.mark.skipif(nft.why_not() is not None, reason=str(nft.why_not()))


def frame(**given) -> Frame:
    known = {
        "hook": "input", "iif": "lan", "oif": "", "version": 4, "protocol": 6, "saddr": "10.0.0.5", "daddr": "10.0.0.1",
        "dport": 80, "mac": "02:00:00:00:00:05", **given,
    }  # fmt: skip
    addresses = {name: int(IPAddress(known[name])) for name in ("saddr", "daddr")}
    return Frame(**{**known, **addresses, "mac": known["mac"] and int(EUI(known["mac"]))})


def rules(*lines: str, policy: str = "drop", more: str = "") -> nftables.Rules:
    body = "\n".join(lines)
    text = f"table inet t {{\n{more}\nchain c {{\ntype filter hook input priority 0; policy {policy};\n{body}\n}}\n}}\n"
    return nftables.read(nft.listing(text))


def becomes(made: nftables.Rules, **given) -> str:
    return made.fate(frame(**given)).verdict


@pytest.mark.parametrize(
    ("rule", "fits", "does_not"),
    [
        ("tcp dport 80 accept", {}, {"dport": 81}),
        ("tcp dport 80 accept", {}, {"protocol": 17}),
        ("tcp dport 80-90 accept", {"dport": 90}, {"dport": 91}),
        ("tcp dport { 80, 90-95 } accept", {"dport": 95}, {"dport": 89}),
        ("tcp dport != 80 accept", {"dport": 81}, {}),
        ("tcp dport != 80 accept", {"dport": 81}, {"protocol": 17, "dport": 81}),
        ("tcp dport != { 80, 81 } accept", {"dport": 82}, {"dport": 81}),
        ("ip daddr 10.0.0.0/24 accept", {}, {"daddr": "10.0.1.0"}),
        ("ip daddr { 10.0.0.0/31, 10.0.0.8 } accept", {"daddr": "10.0.0.8"}, {"daddr": "10.0.0.2"}),
        ("ip daddr != 10.0.0.1 accept", {"daddr": "10.0.0.2"}, {"version": 6, "daddr": "fd00::1", "saddr": "fd00::2"}),
        (
            "ip6 daddr & ::ffff:ffff:ffff:ffff ::20 accept",
            {"version": 6, "daddr": "2001:db8:9:9::20", "saddr": "fd00::2"},
            {"version": 6, "daddr": "2001:db8:9:9:1::20", "saddr": "fd00::2"},
        ),
        ("ether saddr 02:00:00:00:00:05 accept", {}, {"mac": "02:00:00:00:00:06"}),
        ("ether saddr 02:00:00:00:00:05 accept", {}, {"mac": None}),
        (
            "ether saddr . ip saddr { 02:00:00:00:00:05 . 10.0.0.5, 02:00:00:00:00:06 . 10.0.0.6 } accept",
            {},
            {"saddr": "10.0.0.6"},
        ),
        ("meta l4proto . th dport { tcp . 53, udp . 50-60 } accept", {"protocol": 17, "dport": 55}, {"dport": 55}),
        ('iifname "la*" accept', {}, {"iif": "wan"}),
        ('iif "lo" accept', {"iif": "lo"}, {}),
        ("meta nfproto ipv6 accept", {"version": 6, "daddr": "fd00::1", "saddr": "fd00::2"}, {}),
        ("icmp type echo-request accept", {"protocol": 1, "icmp": 8, "dport": None}, {"protocol": 1, "icmp": 0, "dport": None}),
        ("icmpv6 type { 130, nd-router-advert } accept", {"protocol": 58, "icmp": 134, "dport": None}, {"protocol": 58, "icmp": 133, "dport": None}),
        ("ct state established,related accept", {"state": "related"}, {"state": "new"}),
        ("ct state != new accept", {"state": "untracked"}, {"state": "new"}),
        ("ct status dnat accept", {"dnat": True}, {}),
        ("counter log accept", {}, None),
        ("tcp dport vmap { 80 : accept, 81-82 : drop }", {}, {"dport": 82}),
    ],
)  # fmt: skip
def test_conditions(rule, fits, does_not):
    made = rules(rule)
    assert becomes(made, **fits) == "accept"
    if does_not is not None:
        assert becomes(made, **does_not) == "drop"


def test_the_first_rule_that_decides_is_the_last():
    made = rules("tcp dport 80 reject", "accept")
    assert becomes(made) == "reject"
    assert becomes(made, dport=81) == "accept"
    assert made.fate(frame()).matched == (("c", 0),)


def test_jump_comes_back_goto_does_not_and_return_leaves():
    below = "chain d {\n tcp dport 1 accept\n tcp dport 2 return\n tcp dport 3 drop\n}"
    jumping = rules("jump d", "tcp dport { 2, 4 } accept", policy="drop", more=below)
    going = rules("goto d", "accept", more=below)

    assert [becomes(jumping, dport=n) for n in (1, 2, 3, 4, 5)] == ["accept", "accept", "drop", "accept", "drop"]
    assert [becomes(going, dport=n) for n in (1, 2, 3, 4)] == ["accept", "drop", "drop", "drop"]
    assert rules("return", "accept").fate(frame()).verdict == "drop"
    assert rules("return", "drop", policy="accept").fate(frame()).verdict == "accept"


def test_chains_of_one_hook_follow_their_priority_and_accepting_decides_for_one_only():
    text = """table inet t {
        chain late { type filter hook input priority 5; policy accept; tcp dport 80 drop
        }
        chain early { type filter hook input priority filter - 10; policy accept; tcp dport 80 accept
            tcp dport 81 reject
        }
        chain elsewhere { type filter hook forward priority 0; policy drop; }
    }"""
    made = nftables.read(nft.listing(text))
    assert becomes(made) == "drop"
    assert becomes(made, dport=81) == "reject"
    assert becomes(made, dport=82) == "accept"
    assert becomes(made, hook="forward") == "drop"
    assert made.fate(frame(dport=82)).entered == {"early", "late"}


def test_named_sets_hold_what_was_added_later():
    text = "table inet t {\nset s { type ipv4_addr; }\nchain c { type filter hook input priority 0; policy drop; ip saddr @s accept\n}\n}"
    assert becomes(nftables.read(nft.listing(text))) == "drop"
    assert becomes(nftables.read(nft.listing(text, "add element inet t s { 10.0.0.5 }"))) == "accept"


def test_masquerade_is_seen_where_something_is_forwarded():
    text = 'table inet t {\nchain p { type nat hook postrouting priority srcnat; oifname "wan" masquerade\n}\n}'
    made = nftables.read(nft.listing(text))
    assert made.fate(frame(hook="forward", oif="wan")).masqueraded
    assert not made.fate(frame(hook="forward", oif="lan")).masqueraded
    assert not made.fate(frame()).masqueraded


@pytest.mark.parametrize(
    "rule",
    ["limit rate 1/second accept", "tcp sport 5 accept", "ct status != dnat accept", "tcp dport > 5 accept", "tcp flags syn accept", "ct mark 1 accept"],
)  # fmt: skip
def test_what_it_does_not_know_it_refuses(rule):
    with pytest.raises(UnreadableError, match=r"unknown|ct status"):
        rules(rule)


def test_ports_of_what_has_none_are_refused():
    made = rules("th dport 53 accept")
    with pytest.raises(UnreadableError, match="without ports"):
        becomes(made, protocol=47, dport=None)


@pytest.mark.parametrize(
    "text",
    [
        "table ip t {\n}\n",
        "table inet a {\n}\ntable inet b {\n}\n",
        "table inet t {\nchain c { type filter hook output priority 0; }\n}\n",
        "table inet t {\nmap m { type inet_service : verdict; }\nchain c { type filter hook input priority 0; tcp dport vmap @m\n}\n}\n",
    ],
)
def test_tables_and_chains_it_does_not_know_are_refused(text):
    with pytest.raises(UnreadableError):
        nftables.read(nft.listing(text))


def test_the_longest_name_decides_which_sets_dnsmasq_fills():
    conf = "# a word\nnftset=/cloud.example/4#inet#netguard#av4,6#inet#netguard#av6\nnftset=/eu.cloud.example/4#inet#netguard#bv4\n"
    assert nft.collected(conf, "cloud.example") == [(4, "av4"), (6, "av6")]
    assert nft.collected(conf, "x.cloud.example") == [(4, "av4"), (6, "av6")]
    assert nft.collected(conf, "x.eu.cloud.example") == [(4, "bv4")]
    assert nft.collected(conf, "notcloud.example") == []
    assert nft.learnt(conf, [(6, IPAddress("2001:db8::1"), ["cloud.example"])]) == (
        "add element inet netguard av6 { 2001:db8::1 }\n"
    )
    for bad in ("nftset=/a.b/4#i#t#s\nnftset=/a.b/4#i#t#r\n", "server=/a.b/10.0.0.1\n"):
        with pytest.raises(UnreadableError):
            nft.collected(bad, "a.b")
